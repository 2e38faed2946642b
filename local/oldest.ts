/**
 * The oldest versions that will do of what must be there before anything can be installed.
 *
 * Go's is the highest `go` line of our go.mod files. `cli/node`, a shell script, has that of Node.js once more.
 */
export const oldest = { node: "24", go: "1.25.11", python: "3.11" } as const;

/** Since this one, Go fetches a newer one by itself where a module asks for it and GOTOOLCHAIN allows it. */
const fetching = "1.21";

/** The first version number in a text, such as `go1.26.8` or `Python 3.11.2`. */
export function versionIn(text: string): string | undefined {
  return /\d+(\.\d+)*/.exec(text)?.[0];
}

/** Compares number by number; one that is not said is 0. */
export function atLeast(found: string, wanted: string): boolean {
  const [has, wants] = [found.split(".").map(Number), wanted.split(".").map(Number)];
  for (let at = 0; at < Math.max(has.length, wants.length); at += 1) {
    const difference = (has[at] ?? 0) - (wants[at] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

/** Whether a Go, by what `go env GOVERSION` and `go env GOTOOLCHAIN` say of it, builds our programs. */
export function goWillDo(version: string, toolchain: string): boolean {
  const found = versionIn(version);
  if (!found) return false;
  return atLeast(found, oldest.go) || (atLeast(found, fetching) && /(^|\+)auto$/.test(toolchain));
}
