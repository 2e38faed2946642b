import { join } from "node:path";
import { execa } from "execa";
import { cached, contentKey } from "../cache.ts";
import type { Place } from "../place.ts";
import { type Say, Trouble } from "../say.ts";

const version = "2.26.0";
const program = "github.com/coreos/ignition/v2";
const linkerFlags = [
  "-s -w",
  `-X ${program}/internal/version.Raw=${version}`,
  // there is no SELinux policy in the folder of a played host to relabel by
  `-X ${program}/internal/distro.selinuxRelabel=false`,
].join(" ");

/**
 * The real Ignition, built from its Go module and kept in the cache.
 *
 * Throws `Trouble` when it cannot be built: it needs Go, a C compiler and libblkid's headers.
 */
export async function ensureBoot({ cache }: Pick<Place, "cache">, say: Say): Promise<{ ignition: string }> {
  const module = join(import.meta.dirname, "ignition");
  const key = await contentKey([{ file: join(module, "go.mod") }, { file: join(module, "go.sum") }, linkerFlags]);
  const folder = await cached(cache, "ignition", key, say, async (out) => {
    say(`building Ignition ${version} (3 minutes)`);
    const flags = ["-trimpath", "-buildvcs=false", "-mod=readonly", "-ldflags", linkerFlags];
    const built = await execa("go", ["build", ...flags, "-o", join(out, "ignition"), `${program}/internal`], {
      cwd: module,
      env: { CGO_ENABLED: "1", GOFLAGS: "" },
      reject: false,
    });
    if (built.exitCode !== 0) throw new Trouble(explain(built.stderr || built.shortMessage || ""));
  });
  return { ignition: join(folder, "ignition") };
}

function explain(output: string): string {
  const end = output.trim().split("\n").slice(-5).join("\n  ");
  const cure = /blkid\/blkid\.h|C compiler|gcc/.test(output)
    ? "Install a C compiler and libblkid's headers (Debian: apt-get install gcc libc6-dev libblkid-dev), then run the command again."
    : "Check that Go 1.25 or newer is on the PATH and that its module proxy can be reached, then run the command again.";
  return `Ignition ${version} could not be built:\n  ${end}\n${cure}`;
}
