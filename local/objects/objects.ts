import { join } from "node:path";
import { cached, contentKey } from "../cache.ts";
import { buildGo, findGo } from "../go.ts";
import type { Place } from "../place.ts";
import type { Say } from "../say.ts";

const version = "1.0.14";
const linker = `-s -w -X main.Version=v${version}`;

/**
 * A real server of the S3 API over a folder (versitygw), built from its Go module and kept in the cache. The local stack does not need
 * it: the test of states in object storage does.
 *
 * Throws `Trouble` when it cannot be built.
 */
export async function ensureObjects({ cache }: Pick<Place, "cache">, say: Say): Promise<{ server: string }> {
  const module = import.meta.dirname;
  const key = await contentKey([{ file: join(module, "go.mod") }, { file: join(module, "go.sum") }, linker]);
  const program = {
    ...{ title: `versitygw ${version}`, folder: module, main: "github.com/versity/versitygw/cmd/versitygw" },
    ...{ linker, takes: "1 min" },
  };
  const folder = await cached(cache, "objects", key, say, async (to) =>
    buildGo(program, await findGo(module), join(to, "versitygw"), say),
  );
  return { server: join(folder, "versitygw") };
}
