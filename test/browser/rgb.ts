/** `#0a0b0c` as a browser says it. */
export function rgb(colour: string): string {
  return `rgb(${[1, 3, 5].map((start) => Number.parseInt(colour.slice(start, start + 2), 16)).join(", ")})`;
}
