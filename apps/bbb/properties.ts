/** A file of Java's properties, in ASCII: what the reader takes the file for does not matter then. */
export function propertiesText(properties: Readonly<Record<string, string>>): string {
  return Object.entries(properties)
    .map(([key, value]) => `${key}=${escaped(value)}\n`)
    .join("");
}

/** A backslash would join it with what follows; a line's end would begin another property. Spaces at the start would be lost. */
function escaped(value: string): string {
  return value
    .replaceAll("\\", "\\\\")
    .replaceAll(/\r?\n/g, "\\n")
    .replace(/^[ \t]/, "\\$&")
    .replaceAll(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
