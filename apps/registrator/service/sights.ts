import { consulSights } from "./consul.ts";
import type { Declared } from "./declared.ts";
import type { Sight } from "./observed.ts";

type Sights = ReadonlyMap<string, Sight>;

/**
 * How hosts look from elsewhere: as the orchestrator says, or Consul, or both. Where both are asked, and Consul does not tell, it is as if it
 * were not there.
 *
 * @throws Error when nobody can tell
 */
export async function sightsOf({ consul }: Pick<Declared, "consul">, nodes: () => Promise<Sights>): Promise<Sights> {
  if (!consul) return nodes();
  if (!consul.beside) return consulSights(consul);
  const silent = () => new Map<string, Sight>();
  const [orchestrator, services] = await Promise.all([nodes(), consulSights(consul).catch(silent)]);
  return together(orchestrator, services);
}

/** What two see: a host is lost only if all who know it say so. */
export function together(one: Sights, other: Sights): Sights {
  const names = [...new Set([...one.keys(), ...other.keys()])];
  return new Map(
    names.map((name) => {
      const seen = [one.get(name), other.get(name)].flatMap((sight) => sight ?? []);
      const up = seen.filter((sight) => sight.up);
      const counts = up.length > 0 ? up : seen;
      return [name, { up: up.length > 0, why: counts.map(({ why }) => why).join(", and ") }];
    }),
  );
}
