import type { Declared } from "./declared.ts";
import type { Drain } from "./drain-record.ts";
import type { Subject } from "./observed.ts";
import type { ScaleliteServer } from "./scalelite.ts";

/**
 * Brings together what is declared, what Scalelite has, and what is drained. A server is known by the host and port of its API: so
 * it is found whether or not Scalelite's ids are host names, and is never added twice.
 */
export function subjectsOf(
  { servers }: Pick<Declared, "servers">,
  entries: readonly ScaleliteServer[],
  drains: ReadonlyMap<string, Drain>,
): Subject[] {
  const left = [...entries].sort(byUse);
  const take = (url: string) => {
    const index = left.findIndex((entry) => hostOf(entry.url) === hostOf(url));
    return index < 0 ? undefined : left.splice(index, 1)[0];
  };
  const subject = (name: string, url: string): Subject => {
    const [declared, drain, entry] = [servers[name], drains.get(name), take(url)];
    const secret = declared?.secret ?? entry?.secret;
    return {
      ...{ name, url },
      ...(secret === undefined ? {} : { secret }),
      ...(declared ? { declared } : {}),
      ...(entry ? { entry } : {}),
      ...(drain ? { drain } : {}),
    };
  };
  const known = Object.entries(servers).map(([name, { url }]) => subject(name, url));
  const going = [...drains]
    .filter(([name]) => servers[name] === undefined)
    .map(([name, { order }]) => subject(name, order.url));
  // the same host twice: the second entry is one too many, and has Scalelite's id for a name
  const others = left.map((entry): Subject => ({ name: entry.id, url: entry.url, secret: entry.secret, entry }));
  return [...known, ...going, ...others];
}

/** Host and port, in one form. */
function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host.toLowerCase() : url;
}

/** Of two entries of one host, the one that people are on comes first. */
function byUse(a: ScaleliteServer, b: ScaleliteServer): number {
  const rank = ({ state, load }: ScaleliteServer) =>
    (state === "enabled" ? 0 : state === "cordoned" ? 2 : 4) + (load ? 0 : 1);
  return rank(a) - rank(b) || (a.id < b.id ? -1 : 1);
}
