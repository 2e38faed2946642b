import { consulSights } from "./consul.ts";
import type { Declared } from "./declared.ts";
import type { Sight } from "./observed.ts";

type Sights = ReadonlyMap<string, Sight>;

/**
 * How hosts look from elsewhere: as the orchestrator says, or Consul, or both. Where both are asked, and Consul does not tell, it is as if it
 * were not there.
 *
 * @param trouble is told why Consul does not tell, where the orchestrator is asked too; an empty text where it does
 * @throws Error when nobody can tell
 */
export async function sightsOf(
  { consul }: Pick<Declared, "consul">,
  nodes: () => Promise<Sights>,
  trouble: (why: string) => void,
): Promise<Sights> {
  if (!consul) return nodes();
  if (!consul.beside) return consulSights(consul);
  const asked = consulSights(consul).then(
    (seen) => ({ seen, why: "" }),
    (error: Error) => ({ seen: new Map<string, Sight>(), why: error.message }),
  );
  const [orchestrator, { seen, why }] = await Promise.all([nodes(), asked]);
  trouble(why);
  return together(orchestrator, seen);
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
