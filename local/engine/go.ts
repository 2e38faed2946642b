import { join } from "node:path";
import { type ExecaError, execa } from "execa";
import { cached, contentKey } from "../cache.ts";
import type { Place } from "../place.ts";
import { type Say, Trouble } from "../say.ts";
import type { Piece } from "./pieces.ts";

/** The oldest Go that fetches by itself the one a module asks for. */
const oldest = "1.21";

/** Nothing of this machine in the program. The same as for every other Go program here, so that they share what is compiled. */
const flags = ["-trimpath", "-buildvcs=false"];

/**
 * What a build sees. `-mod=readonly` allows only modules whose hashes stand in the committed go.sum, so nothing that the
 * user's settings say (no checksum database, a private mirror) lets anything else in.
 */
const settings = {
  CGO_ENABLED: "0",
  GOFLAGS: "-mod=readonly",
  GOWORK: "off",
  GOINSECURE: "",
  GONOSUMDB: "",
  GOPRIVATE: "",
  // The compiler is short-lived: collecting less often saves a tenth of its time, for some hundred MiB more.
  GOGC: "400",
};

/** The flags and settings for other commands (`go test`) that shall find what the builds compiled. */
export const goBuild = { flags, settings } as const;

/**
 * The program of a piece, built from Go modules into the cache unless it is there.
 *
 * @throws Trouble when Go is missing, modules cannot be had, the disk is full, or it does not compile
 */
export async function built(piece: Piece, place: Place, say: Say): Promise<string> {
  const folder = join(import.meta.dirname, piece.name);
  const version = await goVersion(folder);
  const linker = ["-s", "-w", ...piece.set.map((one) => `-X=${one}`)].join(" ");
  const command = ["build", ...flags, `-ldflags=${linker}`];
  const key = await contentKey([{ file: folder }, version, process.arch, ...command, piece.main]);
  const path = await cached(place.cache, `engine-${piece.name}`, key, say, async (to) => {
    const title = `${piece.name} ${piece.version}`;
    say(`${title}: building from Go modules, about ${piece.minutes} the first time`);
    const build = execa("go", [...command, "-v", "-o", join(to, piece.program), piece.main], {
      cwd: folder,
      env: settings,
    });
    await Promise.all([build, tellProgress(title, build.iterable({ from: "stderr" }), say)]);
  }).catch((error: Partial<ExecaError> & Error) => {
    if (error instanceof Trouble) throw error;
    throw new Trouble(explain(piece, String(error.stderr ?? error.message)), { cause: error });
  });
  return join(path, piece.program);
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

/** Which Go builds in that folder, such as `go1.26.8`: the one installed, or the one its module asks for. */
async function goVersion(folder: string): Promise<string> {
  const { stdout, stderr, code, failed } = await execa("go", ["env", "GOVERSION"], {
    cwd: folder,
    env: settings,
    reject: false,
  });
  if (code === "ENOENT")
    throw new Trouble(`the engine is built with Go, and there is none: install Go ${oldest} or newer`);
  const [, major, minor] = /^go(\d+)\.(\d+)/.exec(stdout) ?? [];
  if (failed || !major || Number(major) * 1000 + Number(minor) < 1021)
    throw new Trouble(
      `the engine is built with Go ${oldest} or newer; here it is ${stdout || stderr}: install a newer one`,
    );
  return stdout;
}

/** What the operator has to know of a failed build: one sentence with the cure, then what Go said last. */
export function explain(piece: Pick<Piece, "name" | "version">, stderr: string): string {
  const what = `building ${piece.name} ${piece.version} failed`;
  const said = stderr.trim().split("\n").slice(-6).join("\n");
  if (/no space left on device|ENOSPC/.test(stderr))
    return `${what}: the disk is full. Make room (about 6 GiB for all builds; df shows where), then run it again: it goes on`;
  if (/checksum mismatch|SECURITY ERROR|missing go\.sum entry/.test(stderr))
    return `${what}: a module is not the one that was pinned. Do not go on: find out who changed it.\n${said}`;
  if (
    /dial tcp|no such host|i\/o timeout|TLS handshake|connection re(fused|set)|40[34] |proxyconnect|50\d /.test(stderr)
  )
    return `${what}: Go modules cannot be downloaded. See that \`go env GOPROXY\` names a proxy that answers, then run it again: it goes on\n${said}`;
  if (/signal: killed|out of memory|cannot allocate/.test(stderr))
    return `${what}: the compiler ran out of memory. It needs about 2 GiB free`;
  return `${what}. What Go said:\n${said}`;
}
