/** Values as OpenStack's configuration files know them. */
export type Value = string | number | boolean;

/** Sections by name, each with its options by name. */
export type Sections = Readonly<Record<string, Readonly<Record<string, Value>>>>;

/**
 * A configuration file for oslo.config: sections and options in the order given.
 *
 * Throws on a value with a line break, which would be read as another option.
 */
export function ini(sections: Sections): string {
  return Object.entries(sections)
    .map(([name, options]) => `[${name}]\n${Object.entries(options).map(line).join("")}`)
    .join("\n");
}

function line([name, value]: [string, Value]): string {
  const text = String(value);
  if (/[\r\n]/.test(text)) throw new Error(`the value of ${name} has a line break`);
  return `${name} = ${text}\n`;
}
