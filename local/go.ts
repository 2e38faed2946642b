import { type ExecaError, execa } from "execa";
import { goWillDo, oldest } from "./oldest.ts";
import { type Say, Trouble } from "./say.ts";

/** Nothing of this machine in the program. The same for all Go programs here and their tests: they share what is compiled. */
export const goFlags = ["-trimpath", "-buildvcs=false"] as const;

/** Go as a folder with a go.mod sees it. */
export interface Go {
  /** Such as `go1.26.8`: the one installed, or the one that it fetches because the module asks for it. */
  readonly version: string;
  /** For every command of it. */
  readonly environment: Readonly<Record<string, string>>;
}

/** A program to build. */
export interface GoProgram {
  /** What messages call it, such as `cli 3.270.0`. */
  readonly title: string;
  /** The folder with its go.mod. */
  readonly folder: string;
  /** The package that is the program, as seen from the folder. */
  readonly main: string;
  /** For the linker. */
  readonly linker: string;
  /** How long it takes from an empty cache. */
  readonly takes: string;
  /** Beside the settings of every build. */
  readonly environment?: Readonly<Record<string, string>>;
}

/**
 * What every build sees, whatever the user's environment and `go env -w` say. From where modules come is theirs to choose
 * (GOPROXY, GONOPROXY). What comes in is not: only modules whose hashes stand in the committed go.sum (`-mod=readonly`),
 * and toolchains that the checksum database knows, which is never off.
 *
 * A variable that is set to nothing counts as not set, and what `go env -w` wrote would act again; `none` is a module that
 * does not exist.
 *
 * @param sumdb what `go env GOSUMDB` says: a mirror of the checksum database stays
 */
export function goSettings(sumdb: string): Readonly<Record<string, string>> {
  return {
    CGO_ENABLED: "0",
    GOFLAGS: "-mod=readonly",
    GOWORK: "off",
    GOPRIVATE: "none",
    GONOSUMDB: "none",
    GOINSECURE: "none",
    ...(sumdb === "off" ? { GOSUMDB: "sum.golang.org" } : {}),
  };
}

/** @throws Trouble when there is no Go, or one that is too old and does not fetch a newer one */
export async function findGo(folder: string): Promise<Go> {
  const ask = (...names: readonly string[]) => execa("go", ["env", ...names], { cwd: folder, reject: false });
  const asked = await ask("GOVERSION", "GOTOOLCHAIN", "GOSUMDB");
  const [version = "", toolchain = "", sumdb = ""] = asked.stdout?.split("\n") ?? [];
  const cure = `Install Go ${oldest.go} or newer (https://go.dev/dl) so that \`go version\` shows it, and run the command again`;
  if (asked.code === "ENOENT")
    throw new Trouble(`The programs of the local stack are built with Go, and there is none. ${cure}.`);
  if (asked.failed || !goWillDo(version, toolchain))
    throw new Trouble(`The Go on this machine will not do: ${version || lastLine(asked.stderr)}. ${cure}.`);
  return { version, environment: goSettings(sumdb) };
}

/** Builds a program into a file, saying how far it is. @throws Trouble that says what to do */
export async function buildGo(program: GoProgram, go: Go, file: string, say: Say): Promise<void> {
  const { title, folder, main, linker, takes } = program;
  say(`${title}: building from Go modules, about ${takes} the first time`);
  try {
    const build = execa("go", ["build", ...goFlags, `-ldflags=${linker}`, "-v", "-o", file, main], {
      cwd: folder,
      env: { ...go.environment, ...program.environment },
    });
    await Promise.all([build, tellProgress(title, build.iterable({ from: "stderr" }), say)]);
  } catch (error) {
    const { stderr, message } = error as Partial<ExecaError> & Error;
    throw new Trouble(explainGo(title, String(stderr ?? message)), { cause: error });
  }
}

/** `go build -v` names each module it downloads, then each package it compiles. */
async function tellProgress(title: string, lines: AsyncIterable<string>, say: Say): Promise<void> {
  let [downloaded, compiled, told] = [0, 0, Date.now()];
  for await (const line of lines) {
    if (line.startsWith("go: downloading")) downloaded += 1;
    else compiled += 1;
    if (Date.now() - told < 2000) continue;
    told = Date.now();
    say(compiled ? `${title}: ${compiled} packages compiled` : `${title}: ${downloaded} modules downloaded`);
  }
}

/** What the operator has to know of a failed build: one sentence with the cure, then what Go said last. */
export function explainGo(title: string, stderr: string): string {
  const what = `building ${title} failed`;
  const said = stderr.trim().split("\n").slice(-6).join("\n");
  if (/no space left on device|ENOSPC/.test(stderr))
    return `${what}: the disk is full. Make room (about 6 GiB for all builds; df shows where), then run it again: it goes on`;
  if (/checksum mismatch|SECURITY ERROR|missing go\.sum entry/.test(stderr))
    return `${what}: a module is not the one that was pinned. Do not go on: find out who changed it.\n${said}`;
  if (/blkid\/blkid\.h|C compiler|"gcc"/.test(stderr))
    return `${what}: it needs a C compiler and libblkid's headers (Debian: apt-get install gcc libc6-dev libblkid-dev). Install them, then run it again\n${said}`;
  if (
    /dial tcp|no such host|i\/o timeout|TLS handshake|connection re(fused|set)|4(03|04|10) |proxyconnect|50\d /.test(
      stderr,
    )
  )
    return `${what}: Go modules cannot be downloaded. See that \`go env GOPROXY\` names a proxy that answers, then run it again: it goes on\n${said}`;
  if (/signal: killed|out of memory|cannot allocate/.test(stderr))
    return `${what}: the compiler ran out of memory. It needs about 2.5 GiB free; end other programs, then run it again`;
  return `${what}. What Go said:\n${said}`;
}

function lastLine(text: string | undefined): string {
  return text?.trim().split("\n").at(-1) ?? "";
}
