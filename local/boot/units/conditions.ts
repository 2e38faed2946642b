import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { type Assignment, all, UnitError } from "./parse.ts";

/** The first condition of a unit that does not hold on the host, as it is written; nothing if the unit may start. */
export function unmetCondition(
  root: string,
  assignments: readonly Assignment[],
  firstBoot: boolean,
): string | undefined {
  const tests: Readonly<Record<string, (value: string) => boolean>> = {
    ConditionPathExists: (path) => existsSync(join(root, path)),
    ConditionPathIsDirectory: (path) => statSync(join(root, path), { throwIfNoEntry: false })?.isDirectory() ?? false,
    ConditionFileNotEmpty: (path) => (statSync(join(root, path), { throwIfNoEntry: false })?.size ?? 0) > 0,
    ConditionFirstBoot: (value) => /^(yes|true|on|1)$/.test(value) === firstBoot,
  };
  for (const [key, test] of Object.entries(tests)) {
    for (const value of all(assignments, "Unit", key)) {
      if (value.startsWith("|"))
        throw new UnitError(`${key}=${value}: alternatives (|) are not played by the local stack`);
      const negated = value.startsWith("!");
      if (test(negated ? value.slice(1) : value) === negated) return `${key}=${value}`;
    }
  }
  return undefined;
}
