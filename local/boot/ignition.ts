import { join } from "node:path";
import { cached, contentKey } from "../cache.ts";
import { buildGo, findGo } from "../go.ts";
import type { Place } from "../place.ts";
import type { Say } from "../say.ts";

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
  const wanted = {
    ...{ title: `Ignition ${version}`, folder: module, main: `${program}/internal`, linker: linkerFlags },
    ...{ takes: "3 min", environment: { CGO_ENABLED: "1" } },
  };
  const folder = await cached(cache, "ignition", key, say, async (to) =>
    buildGo(wanted, await findGo(module), join(to, "ignition"), say),
  );
  return { ignition: join(folder, "ignition") };
}
