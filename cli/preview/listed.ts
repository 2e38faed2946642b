/** Names that are told at once; of others the number is. */
const most = 10;
/** Characters of a name that are shown. */
const longest = 100;

/** Names in a sentence, each once. Logical names may hold anything; what could be markup is not shown as it is. */
export function listed(all: readonly string[]): string {
  const names = [...new Set(all)];
  const more = names.length > most ? ` and ${names.length - most} more` : "";
  const shown = names.slice(0, most).map((name) => name.slice(0, longest).replaceAll(/[^\w.:/() -]/g, "?"));
  return `${shown.join(", ")}${more}`;
}
