import type { ServiceUnit } from "./service.ts";
import type { Command } from "./words.ts";

/** How a program exits whose environment file or folder is missing; what systemd itself uses. */
const exits = { environment: 200, directory: 200 } as const;

/**
 * The shell script that plays a service as process 1 of a real host would: its environment, then the commands before,
 * the main one in its own place (so that it has the script's process id), and those after it.
 */
export function renderStart(unit: ServiceUnit): string {
  const before = unit.before.map((command) => `${run(unit, command)}${failing(command)}`);
  return `${[...prologue(unit), ...before, ...main(unit)].join("\n")}\n`;
}

/** The script of `ExecStop=`; `MAINPID` is in its environment. Nothing if the unit has none. */
export function renderStop(unit: ServiceUnit): string | undefined {
  if (unit.stop.length === 0) return undefined;
  return `${[...prologue(unit), ...unit.stop.map((command) => `${run(unit, command)}${failing(command)}`)].join("\n")}\n`;
}

function prologue(unit: ServiceUnit): string[] {
  return [
    "#!/bin/sh",
    `# ${unit.name}, as the local stack plays it; written at each start`,
    "set -f",
    ...unit.folders.map((folder) => {
      const owner = unit.user ? ` && chown ${quote(`${unit.user}:${unit.group ?? ""}`)} ${quote(folder)}` : "";
      return `mkdir -p ${quote(folder)}${owner}`;
    }),
    ...unit.environment.map(({ name, value }) => `export ${name}=${quote(value)}`),
    ...(unit.environmentFiles.length > 0 ? [environmentReader] : []),
    ...unit.environmentFiles.map(({ path, mayMiss }) =>
      mayMiss
        ? `[ ! -e ${quote(path)} ] || estate_environment ${quote(path)}`
        : `estate_environment ${quote(path)} || { echo "EnvironmentFile ${path} cannot be read" >&2; exit ${exits.environment}; }`,
    ),
    ...(unit.umask ? [`umask ${unit.umask}`] : ["umask 0022"]),
    ...(unit.openFiles ? [`ulimit -n ${unit.openFiles} 2>/dev/null || :`] : []),
    ...(unit.directory
      ? [
          `cd ${quote(unit.directory.path)}${unit.directory.mayMiss ? " 2>/dev/null || :" : ` || exit ${exits.directory}`}`,
        ]
      : ["cd /"]),
    ...(unit.output === "null" ? ["exec >/dev/null"] : []),
  ];
}

/** Lines `NAME=value`, with or without quotes; nothing in them is expanded. */
const environmentReader = `estate_environment() {
  [ -r "$1" ] || return 1
  while IFS= read -r line || [ -n "$line" ]; do
    case $line in
      '' | '#'* | ';'*) continue ;;
      *=*) ;;
      *) continue ;;
    esac
    value=\${line#*=}
    case $value in
      \\"*\\") value=\${value#?} value=\${value%?} ;;
      \\'*\\') value=\${value#?} value=\${value%?} ;;
    esac
    export "\${line%%=*}=$value"
  done <"$1"
  unset line value
}`;

function main(unit: ServiceUnit): string[] {
  if (unit.type === "oneshot") {
    return [...unit.main, ...unit.afterwards].map((command) => `${run(unit, command)}${failing(command)}`);
  }
  const afterwards = unit.afterwards.map(
    (command) => `${run(unit, command)}${command.mayFail ? " || :" : ' || kill "$$"'}`,
  );
  const last = unit.main.map((command) =>
    command.mayFail ? `${run(unit, command)} || :` : `exec ${run(unit, command)}`,
  );
  // beside the main program, which takes the place of this script
  return [...(afterwards.length > 0 ? [`{\n${afterwards.join("\n")}\n} &`] : []), ...last];
}

function failing({ mayFail }: Command): string {
  return mayFail ? " || :" : " || exit";
}

function run(unit: ServiceUnit, command: Command): string {
  const words = command.words.map((word) => (command.literal ? quote(word) : withVariables(word))).join(" ");
  if (command.asRoot || (!unit.user && !unit.group)) return words;
  const group = unit.group ? quote(unit.group) : `"$(id -g ${quote(unit.user ?? "root")})"`;
  const who = unit.user
    ? `--reuid=${quote(unit.user)} --regid=${group} --init-groups`
    : `--regid=${group} --clear-groups`;
  const home = unit.user ? `env ${identity(unit.user)} ` : "";
  return `${home}setpriv ${who} -- ${words}`;
}

function identity(user: string): string {
  const name = quote(user);
  return `HOME="$(getent passwd ${name} | cut -d: -f6)" USER=${name} LOGNAME=${name}`;
}

/** A word of systemd as a word of the shell: `$NAME` alone is split at blanks, `\${NAME}` is put in, `$$` is a dollar. */
function withVariables(word: string): string {
  const alone = /^\$([A-Za-z_][A-Za-z0-9_]*)$/.exec(word);
  if (alone) return `\${${alone[1]}-}`;
  const pattern = /\$\$|\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g;
  let text = "";
  let from = 0;
  for (const found of word.matchAll(pattern)) {
    text += quoteUnlessEmpty(word.slice(from, found.index)) + (found[1] ? `"\${${found[1]}-}"` : "'$'");
    from = found.index + found[0].length;
  }
  return text + (text === "" ? quote(word.slice(from)) : quoteUnlessEmpty(word.slice(from)));
}

function quoteUnlessEmpty(text: string): string {
  return text === "" ? "" : quote(text);
}

/** One word for the shell, whatever is in it. */
function quote(text: string): string {
  return /^[A-Za-z0-9_./:=@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
