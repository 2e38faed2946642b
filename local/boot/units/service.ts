import { type Assignment, all, last, UnitError } from "./parse.ts";
import { parseSpan } from "./time.ts";
import { type Command, expand, parseCommand, type Specifiers, splitWords } from "./words.ts";

/** A service unit, read and checked. */
export interface ServiceUnit {
  readonly name: string;
  readonly type: "simple" | "exec" | "oneshot" | "notify";
  readonly before: readonly Command[];
  readonly main: readonly Command[];
  readonly afterwards: readonly Command[];
  readonly stop: readonly Command[];
  readonly environment: readonly { readonly name: string; readonly value: string }[];
  readonly environmentFiles: readonly { readonly path: string; readonly mayMiss: boolean }[];
  readonly directory?: { readonly path: string; readonly mayMiss: boolean };
  readonly user?: string;
  readonly group?: string;
  /** Folders below /run and /var/lib that are made before it starts. */
  readonly folders: readonly string[];
  readonly umask?: string;
  /** A number or `unlimited`. */
  readonly openFiles?: string;
  /** Output goes to the host's log, or nowhere. */
  readonly output: "journal" | "null";
  readonly restart: "no" | "always" | "on-failure";
  readonly restartSeconds: number;
  /** Seconds until a start that is not over has failed. */
  readonly startSeconds: number;
  readonly stopSeconds: number;
  readonly stopSignal: NodeJS.Signals;
  readonly remains: boolean;
}

const types = ["simple", "exec", "oneshot", "notify"] as const;
const outputs: Readonly<Record<string, ServiceUnit["output"]>> = {
  inherit: "journal",
  journal: "journal",
  "journal+console": "journal",
  kmsg: "journal",
  tty: "journal",
  null: "null",
};
const restarts: Readonly<Record<string, ServiceUnit["restart"]>> = {
  no: "no",
  always: "always",
  "on-failure": "on-failure",
  "on-abnormal": "on-failure",
  "on-abort": "on-failure",
};

/** Reads a service. Throws `UnitError` for a value that systemd would refuse or that is not played. */
export function serviceOf(name: string, assignments: readonly Assignment[], specifiers: Specifiers): ServiceUnit {
  const one = (key: string) => last(assignments, "Service", key) || undefined;
  const text = (key: string) => {
    const value = one(key);
    return value === undefined ? undefined : expand(value, specifiers);
  };
  const commands = (key: string) => all(assignments, "Service", key).map((value) => parseCommand(value, specifiers));
  const chosen = <T>(key: string, value: string, table: Readonly<Record<string, T>>): T => {
    const found = table[value];
    if (found === undefined) throw new UnitError(`${name}: ${key}=${value} is not played by the local stack`);
    return found;
  };
  const span = (key: string, standard: number) => seconds(name, key, one(key) ?? one(keyOfAll[key] ?? ""), standard);
  const type = chosen("Type", one("Type") ?? "simple", Object.fromEntries(types.map((known) => [known, known])));
  const main = commands("ExecStart");
  if (main.length === 0) throw new UnitError(`${name}: it has no ExecStart=`);
  if (main.length > 1 && type !== "oneshot")
    throw new UnitError(`${name}: more than one ExecStart= is allowed for Type=oneshot only`);
  for (const key of ["StandardOutput", "StandardError"]) chosen(key, one(key) ?? "journal", outputs);
  const directory = text("WorkingDirectory");
  const umask = one("UMask");
  const [user, group] = [text("User"), text("Group")];
  const openFiles = one("LimitNOFILE");
  return {
    name,
    type,
    before: commands("ExecStartPre"),
    main,
    afterwards: commands("ExecStartPost"),
    stop: commands("ExecStop"),
    environment: all(assignments, "Service", "Environment").flatMap((value) =>
      splitWords(value, name).map((word) => variable(name, expand(word, specifiers))),
    ),
    environmentFiles: all(assignments, "Service", "EnvironmentFile").map((value) =>
      optional(expand(value, specifiers)),
    ),
    folders: [
      ...words(text("RuntimeDirectory")).map((folder) => `/run/${folder}`),
      ...words(text("StateDirectory")).map((folder) => `/var/lib/${folder}`),
    ],
    ...(directory && { directory: optional(directory.replace(/^(-?)~$/, "$1/root")) }),
    ...(user && user !== "root" && { user }),
    ...(group && { group }),
    ...(umask && { umask }),
    ...(openFiles && { openFiles: (openFiles.split(":").at(-1) ?? openFiles).replace("infinity", "unlimited") }),
    output: chosen("StandardOutput", one("StandardOutput") ?? "journal", outputs),
    restart: chosen("Restart", one("Restart") ?? "no", restarts),
    restartSeconds: span("RestartSec", 0.1),
    startSeconds: span("TimeoutStartSec", type === "oneshot" ? Number.POSITIVE_INFINITY : 90),
    stopSeconds: span("TimeoutStopSec", 90),
    stopSignal: (one("KillSignal") ?? "SIGTERM") as NodeJS.Signals,
    remains: /^(yes|true|on|1)$/.test(one("RemainAfterExit") ?? "no"),
  };
}

const keyOfAll: Readonly<Record<string, string>> = { TimeoutStartSec: "TimeoutSec", TimeoutStopSec: "TimeoutSec" };

function seconds(unit: string, key: string, text: string | undefined, standard: number): number {
  if (text === undefined) return standard;
  const value = parseSpan(text);
  if (value === undefined) throw new UnitError(`${unit}: ${key}=${text} is not a time span`);
  // 0 means no limit, except between restarts
  return value === 0 && key !== "RestartSec" ? Number.POSITIVE_INFINITY : value;
}

function variable(unit: string, word: string): { name: string; value: string } {
  const [, name, value = ""] = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/s.exec(word) ?? [];
  if (!name) throw new UnitError(`${unit}: Environment= has ${JSON.stringify(word)}, which is not NAME=value`);
  return { name, value };
}

function optional(path: string): { path: string; mayMiss: boolean } {
  return path.startsWith("-") ? { path: path.slice(1), mayMiss: true } : { path, mayMiss: false };
}

function words(text = ""): string[] {
  return text.split(/\s+/).filter((word) => word !== "");
}
