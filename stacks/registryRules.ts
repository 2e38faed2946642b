import { placeOf } from "./explain.ts";
import { mirrorsOf, registryUsers } from "./registries.ts";
import type { Estate } from "./schema.ts";

type Wrong = (path: PropertyKey[], message: string) => void;

const at = (name: string) => ["orchestrator", "registries", name];

/** Registries: what of their mirrors, authorities and users cannot be true together, and what would give a password away. */
export function checkRegistries(estate: Estate, wrong: Wrong): void {
  const { registries } = estate.orchestrator;
  for (const [name, { endpoints, user }] of Object.entries(registries))
    if (endpoints === undefined && user === undefined)
      wrong(at(name), "says nothing of the registry: write endpoints, a user, or both, or leave the registry out");
  checkEndpoints(registries, wrong);
  checkUsers(estate, wrong);
}

function checkEndpoints(registries: Estate["orchestrator"]["registries"], wrong: Wrong): void {
  const trusted = new Map<string, { readonly ca: string | undefined; readonly place: string }>();
  for (const [name, { endpoints = [], ca, user }] of Object.entries(registries)) {
    // of which nothing is said
    if (endpoints.length === 0 && user === undefined) continue;
    const urls = endpoints.map((endpoint) => (URL.canParse(endpoint) ? new URL(endpoint) : undefined));
    if (ca !== undefined && urls.every((url) => url?.protocol === "http:"))
      wrong([...at(name), "ca"], "is for https, and no endpoint is: leave it out, or write an https address");
    for (const [index, url] of urls.entries()) {
      if (!url) continue;
      const path = [...at(name), "endpoints", index];
      if (url.username || url.password)
        wrong(
          path,
          `has a name or a password, and user data is no place for one: leave them out, and say user below ${name}`,
        );
      const first = trusted.get(url.host);
      if (first && first.ca !== ca)
        wrong(path, `${url.host} has another authority in ${first.place}: write the same ca, or none, in both`);
      else trusted.set(url.host, { ca, place: placeOf(at(name)) });
    }
  }
}

/** What a pod pulls with is looked up by the name of its image, and then given to whoever is asked for that: each mirror too. */
function checkUsers(estate: Estate, wrong: Wrong): void {
  const mirrors = mirrorsOf(estate);
  for (const { registry, user } of registryUsers(estate)) {
    if (registry === "*")
      wrong(
        [...at(registry), "user"],
        "pods have credentials by registry: write the user below each that asks for one",
      );
    const asked = Object.hasOwn(mirrors, registry) ? registry : "*";
    for (const [index, endpoint] of (mirrors[asked] ?? []).entries())
      if (URL.canParse(endpoint) && new URL(endpoint).protocol === "http:")
        wrong(
          [...at(asked), "endpoints", index],
          `the password of ${user} (${placeOf([...at(registry), "user"])}) would go there unencrypted: write an https address`,
        );
  }
}
