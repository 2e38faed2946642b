import { stringify } from "yaml";
import type { EstateFacts } from "../stacks/facts.ts";
import { mirrorsOf } from "../stacks/registries.ts";
import type { Fragment } from "./config.ts";

const folder = "/etc/rancher/k3s";

type Registries = EstateFacts["orchestrator"]["registries"];

/**
 * Where containerd pulls images, as k3s reads it when it starts: the mirrors of each registry, and the authority of each mirror.
 * There are no credentials in it, and nothing of a registry that only has a user: pods have those as a pull secret. Changing it replaces
 * every host.
 */
export function registries(all: Registries): Fragment {
  const known = mirrorsOf({ orchestrator: { registries: all } });
  const names = Object.keys(known).sort();
  if (names.length === 0) return {};
  const mirrors = names.map((name) => [name, { endpoint: (known[name] ?? []).map(plain) }]);
  const authorities = authoritiesOf(all);
  const configs = authorities.map(({ host, path }) => [host, { tls: { ca_file: path } }]);
  const settings = {
    mirrors: Object.fromEntries(mirrors),
    ...(configs.length > 0 ? { configs: Object.fromEntries(configs) } : {}),
  };
  return {
    files: [
      { path: `${folder}/registries.yaml`, mode: 0o600, contents: stringify(settings, { lineWidth: 0 }) },
      ...authorities.map(({ path, ca }) => ({ path, mode: 0o644, contents: `${ca.trim()}\n` })),
    ],
  };
}

/** k3s finds what it knows of an endpoint by its host, with the port where that is not the usual one. */
function plain(endpoint: string): string {
  const { origin, pathname } = new URL(endpoint);
  return pathname === "/" ? origin : `${origin}${pathname}`;
}

/** The authority of each host of an endpoint that has one, in the order of their names. */
function authoritiesOf(all: Registries): { readonly host: string; readonly path: string; readonly ca: string }[] {
  const found = new Map<string, string>();
  for (const { endpoints = [], ca } of Object.values(all))
    for (const { host, protocol } of endpoints.map((endpoint) => new URL(endpoint)))
      if (ca !== undefined && protocol === "https:") found.set(host, ca);
  return [...found]
    .map(([host, ca]) => ({ host, ca, path: `${folder}/registries/${host.replaceAll(":", "_")}.crt` }))
    .sort((a, b) => (a.host < b.host ? -1 : 1));
}
