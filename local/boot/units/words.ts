import { UnitError } from "./parse.ts";

/** What `%` letters stand for on the host and in the unit. */
export type Specifiers = Readonly<Record<string, string>>;

/** The specifiers that the local stack plays, for one unit of one host. */
export function specifiersOf(unit: string, host: { hostname: string; machineId: string; bootId: string }): Specifiers {
  const stem = unit.replace(/\.[^.]+$/, "");
  const [prefix = stem, instance = ""] = stem.split("@");
  return {
    "%": "%",
    H: host.hostname,
    l: host.hostname.split(".")[0] ?? host.hostname,
    m: host.machineId,
    b: host.bootId.replaceAll("-", ""),
    n: unit,
    N: stem,
    p: prefix,
    i: instance,
    t: "/run",
    S: "/var/lib",
    C: "/var/cache",
    L: "/var/log",
    E: "/etc",
    T: "/tmp",
    V: "/var/tmp",
    h: "/root",
    u: "root",
    U: "0",
  };
}

/** Replaces `%` letters. Throws `UnitError` for one that is not played. */
export function expand(text: string, specifiers: Specifiers): string {
  return text.replace(/%(.?)/g, (whole, letter: string) => {
    const value = specifiers[letter];
    if (value === undefined)
      throw new UnitError(`${specifiers.n}: the specifier ${whole} is not played by the local stack`);
    return value;
  });
}

const escapes: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  s: " ",
  t: "\t",
  v: "\v",
  "\\": "\\",
  '"': '"',
  "'": "'",
};

/** Splits as systemd does: at blanks, with quotes of both kinds and C escapes. Throws `UnitError` for a quote that does not end. */
export function splitWords(text: string, unit: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = "";
  for (let at = 0; at < text.length; at++) {
    const char = text[at] ?? "";
    if (char === "\\") {
      const { value, length } = unescaped(text.slice(at + 1));
      word = (word ?? "") + value;
      at += length;
    } else if (quote !== "" && char === quote) quote = "";
    else if (quote === "" && (char === '"' || char === "'")) {
      quote = char;
      word ??= "";
    } else if (quote === "" && /\s/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? "") + char;
  }
  if (quote !== "") throw new UnitError(`${unit}: a quote (${quote}) does not end in: ${text}`);
  if (word !== undefined) words.push(word);
  return words;
}

function unescaped(rest: string): { value: string; length: number } {
  const code = /^(?:x([0-9a-fA-F]{2})|([0-7]{3}))/.exec(rest);
  if (code)
    return { value: String.fromCharCode(Number.parseInt(code[1] ?? code[2] ?? "", code[1] ? 16 : 8)), length: 3 };
  const simple = escapes[rest[0] ?? ""];
  return simple === undefined ? { value: "\\", length: 0 } : { value: simple, length: 1 };
}

/** One command of an `Exec...=` line. */
export interface Command {
  /** `-`: a failure does not matter. */
  readonly mayFail: boolean;
  /** `+`, `!` or `!!`: as root, whatever `User=` says. */
  readonly asRoot: boolean;
  /** `:`: `$` is an ordinary character. */
  readonly literal: boolean;
  readonly words: readonly string[];
}

/** Reads the value of an `Exec...=` line. Throws `UnitError` for what is not played. */
export function parseCommand(value: string, specifiers: Specifiers): Command {
  const unit = specifiers.n ?? "";
  const [, prefix = "", rest = ""] = /^([-@:+!|]*)(.*)$/s.exec(value) ?? [];
  for (const char of ["@", "|"])
    if (prefix.includes(char))
      throw new UnitError(`${unit}: the prefix '${char}' of a command is not played by the local stack: ${value}`);
  const words = splitWords(rest, unit).map((word) => expand(word, specifiers));
  if (words.includes(";"))
    throw new UnitError(`${unit}: several commands in one line are not played by the local stack: ${value}`);
  if (!words[0]) throw new UnitError(`${unit}: a command is empty: ${value}`);
  return {
    mayFail: prefix.includes("-"),
    asRoot: /[+!]/.test(prefix),
    literal: prefix.includes(":"),
    words,
  };
}
