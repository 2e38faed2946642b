import { type Assignment, all, last, names, UnitError } from "./parse.ts";

/** How a unit stands to others, for ordering. */
export interface Unit {
  readonly name: string;
  readonly kind: "service" | "mount" | "target" | "timer";
  /** Of the file and its drop-ins; later ones override. */
  readonly assignments: readonly Assignment[];
  readonly after: readonly string[];
  readonly before: readonly string[];
  readonly wants: readonly string[];
  readonly requires: readonly string[];
}

/** What was found on disk for a name. */
export interface Found {
  readonly name: string;
  readonly assignments: readonly Assignment[];
  /** Names linked in `<name>.wants/` and `<name>.requires/`. */
  readonly wantedLinks?: readonly string[];
  readonly requiredLinks?: readonly string[];
}

/** Path of a unit file name to the mount point, as `systemd-escape --path` does it. */
export function mountUnitName(path: string): string {
  const escaped = path
    .replace(/^\/+|\/+$/g, "")
    .replace(/\/+/g, "/")
    .split("")
    .map((char, at) =>
      char === "/" ? "-" : /[a-zA-Z0-9:_]|\./.test(char) && !(char === "." && at === 0) ? char : hex(char),
    )
    .join("");
  return `${escaped || "-"}.mount`;
}

function hex(char: string): string {
  return [...Buffer.from(char)].map((byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("");
}

/**
 * A unit with the dependencies that its file states and those that systemd adds by default.
 * `mounts` are the mount units of the host, for `RequiresMountsFor=`.
 *
 * Throws `UnitError` for a type that is not played.
 */
export function unitOf(
  { name, assignments, wantedLinks = [], requiredLinks = [] }: Found,
  mounts: readonly string[],
): Unit {
  const kind = kindOf(name);
  const list = (key: string) => names(assignments, "Unit", key);
  const wants = [...list("Wants"), ...wantedLinks];
  const requires = [...list("Requires"), ...list("BindsTo"), ...list("Requisite"), ...requiredLinks];
  const needed = names(assignments, "Unit", "RequiresMountsFor")
    .flatMap(withParents)
    .map(mountUnitName)
    .filter((mount) => mount !== name && mounts.includes(mount));
  const defaults = last(assignments, "Unit", "DefaultDependencies") !== "no";
  const after = [...list("After"), ...needed];
  const before = list("Before");
  if (defaults && kind === "service") after.push("sysinit.target", "basic.target");
  if (defaults && kind === "mount") before.push(networked(assignments) ? "remote-fs.target" : "local-fs.target");
  if (kind === "timer") before.push(last(assignments, "Timer", "Unit") || name.replace(/\.timer$/, ".service"));
  if (defaults && kind === "timer") {
    requires.push("sysinit.target");
    after.push("sysinit.target");
    before.push("timers.target");
  }
  return { name, kind, assignments, after, before, wants, requires: [...requires, ...needed] };
}

function networked(assignments: readonly Assignment[]): boolean {
  return all(assignments, "Mount", "Options").some((options) => options.split(",").includes("_netdev"));
}

function withParents(path: string): string[] {
  const parts = path.split("/").filter((part) => part !== "");
  return parts.map((_, count) => `/${parts.slice(0, count + 1).join("/")}`);
}

function kindOf(name: string): Unit["kind"] {
  const kind = name.split(".").at(-1);
  if (kind === "service" || kind === "mount" || kind === "target" || kind === "timer") return kind;
  throw new UnitError(`${name}: units of the type .${kind} are not played by the local stack`);
}
