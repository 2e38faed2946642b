/** Width of a character in parts of the font's size: the widest of the fixed-width fonts that browsers have. */
const characterWidth = 0.62;

/** How wide a text is at most, in units of the drawing. East Asian characters and symbols count twice. */
export function widthOf(text: string, size: number): number {
  const units = [...text].reduce((sum, one) => sum + ((one.codePointAt(0) ?? 0) >= 0x1100 && one !== "…" ? 2 : 1), 0);
  return units * characterWidth * size;
}

/** The text, or as much of its beginning as there is room for, with an ellipsis. */
export function fit(text: string, size: number, width: number): string {
  if (widthOf(text, size) <= width) return text;
  const characters = [...text];
  while (characters.length > 0 && widthOf(`${characters.join("")}…`, size) > width) characters.pop();
  return `${characters.join("")}…`;
}

/** The words in as many lines as they need. A word that is too long for a line is cut. */
export function wrap(words: readonly string[], size: number, width: number): string[] {
  const lines: string[] = [];
  for (const word of words.map((word) => fit(word, size, width))) {
    const last = lines.at(-1);
    const longer = `${last} ${word}`;
    if (last !== undefined && widthOf(longer, size) <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}
