import { lstatSync, readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { unsupported } from "./directives.ts";
import { type Assignment, parseUnit, UnitError } from "./parse.ts";
import { type Unit, unitOf } from "./unit.ts";

/** Where units are looked for, the first wins; the last is the image's own. */
const folders = ["etc/systemd/system", "run/systemd/system", "usr/lib/systemd/system"] as const;

/**
 * Finds the units of a host by name, in its folder: files, drop-ins, links of enabled units, masked ones.
 * Units of the image itself are not checked for what the local stack plays, everything else is: an unknown directive
 * throws `UnitError`.
 */
export function unitFinder(root: string): (name: string) => Unit | "masked" | undefined {
  const mounts = [...new Set(folders.flatMap((folder) => list(join(root, folder))))].filter((name) =>
    name.endsWith(".mount"),
  );
  return (name) => {
    const file = findFile(root, name);
    if (file === undefined) return undefined;
    if (file === "masked") return "masked";
    const assignments = [file.path, ...dropIns(root, file.name, name)].flatMap((path) => {
      const own = parseUnit(readFileSync(path, "utf8"), name);
      return path.startsWith(join(root, folders[2])) ? own : checked(name, own);
    });
    const linked = (kind: string) => [
      ...new Set(folders.flatMap((folder) => list(join(root, folder, `${name}.${kind}`)))),
    ];
    return unitOf({ name, assignments, wantedLinks: linked("wants"), requiredLinks: linked("requires") }, mounts);
  };
}

function checked(name: string, assignments: readonly Assignment[]): readonly Assignment[] {
  const [first, ...more] = unsupported(assignments);
  if (first === undefined) return assignments;
  const others = more.length > 0 ? `, and ${more.length} more` : "";
  throw new UnitError(`${name}: the directive ${first} is not played by the local stack${others}`);
}

function findFile(root: string, name: string): { path: string; name: string } | "masked" | undefined {
  for (const candidate of [name, templateOf(name)]) {
    if (candidate === undefined) continue;
    for (const folder of folders) {
      const path = resolveLinks(root, join(root, folder, candidate));
      if (path === "/dev/null") return "masked";
      if (path === undefined) continue;
      return statSync(path).size === 0 ? "masked" : { path, name: candidate };
    }
  }
  return undefined;
}

/** Links on the host are meant within the host. */
function resolveLinks(root: string, path: string): string | undefined {
  for (let links = 0; links < 10; links++) {
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (!found?.isSymbolicLink()) return found ? path : undefined;
    const target = readlinkSync(path);
    if (target === "/dev/null") return target;
    path = target.startsWith("/") ? join(root, target) : join(path, "..", target);
  }
  return undefined;
}

function dropIns(root: string, ...names: string[]): string[] {
  const found = new Map<string, string>();
  // what is looked at later has less to say
  for (const folder of folders) {
    for (const name of new Set(names)) {
      for (const file of list(join(root, folder, `${name}.d`))) {
        if (file.endsWith(".conf") && !found.has(file)) found.set(file, join(root, folder, `${name}.d`, file));
      }
    }
  }
  return [...found.entries()].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, path]) => path);
}

function templateOf(name: string): string | undefined {
  const [, prefix, kind] = /^([^@]+)@[^.]+\.(\w+)$/.exec(basename(name)) ?? [];
  return prefix && kind ? `${prefix}@.${kind}` : undefined;
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder).toSorted();
  } catch {
    return [];
  }
}
