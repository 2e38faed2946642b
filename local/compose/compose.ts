import { join } from "node:path";
import { cached, contentKey } from "../cache.ts";
import { buildGo, findGo } from "../go.ts";
import type { Place } from "../place.ts";
import type { Say } from "../say.ts";

const linker = "-s -w";

/**
 * What docker-compose reads projects with (compose-go), as a program that prints what a project comes to; it is built from its Go module
 * and kept in the cache. The local stack does not need it: the test of BigBlueButton's project does.
 *
 * Throws `Trouble` when it cannot be built.
 */
export async function ensureCompose({ cache }: Pick<Place, "cache">, say: Say): Promise<{ program: string }> {
  const module = import.meta.dirname;
  const files = ["go.mod", "go.sum", "main.go"].map((name) => ({ file: join(module, name) }));
  const program = { title: "compose-go", folder: module, main: ".", linker, takes: "10 s" };
  const folder = await cached(cache, "compose", await contentKey([...files, linker]), say, async (to) =>
    buildGo(program, await findGo(module), join(to, "compose"), say),
  );
  return { program: join(folder, "compose") };
}
