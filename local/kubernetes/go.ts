import { readFile } from "node:fs/promises";
import { execa } from "execa";
import { Trouble } from "../say.ts";

/** How every Go program of this folder is built: without C, with the Go that is there, checked by the checksum database. */
export const goEnvironment = {
  CGO_ENABLED: "0",
  GOTOOLCHAIN: "local",
  GOFLAGS: "-mod=readonly",
  GOWORK: "off",
} as const;

/**
 * The `go` command.
 *
 * @param modules a go.mod, whose `go` line is the oldest Go that will do. Throws a `Trouble` when there is none.
 */
export async function findGo(modules: string): Promise<string> {
  const wanted = /^go (\d+\.\d+)/m.exec(await readFile(modules, "utf8"))?.[1] ?? "1.24";
  const version = await execa("go", ["env", "GOVERSION"], { env: { GOTOOLCHAIN: "local" } }).catch(() => undefined);
  const found = /^go(\d+\.\d+)/.exec(version?.stdout ?? "")?.[1];
  if (!found) {
    throw new Trouble(
      `kubernetes: the Go compiler is missing. Install Go ${wanted} or newer (https://go.dev/dl) so that \`go version\` works, and run the command again.`,
    );
  }
  if (compare(found, wanted) < 0) {
    throw new Trouble(`kubernetes: Go ${found} is too old; ${wanted} or newer is needed (https://go.dev/dl).`);
  }
  return "go";
}

function compare(a: string, b: string): number {
  const [aMajor = 0, aMinor = 0] = a.split(".").map(Number);
  const [bMajor = 0, bMinor = 0] = b.split(".").map(Number);
  return aMajor - bMajor || aMinor - bMinor;
}
