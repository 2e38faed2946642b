import type { Break } from "./break.ts";
import { at, isMap, type Path, placesIn, put } from "./places.ts";

/** What has no default and is always there. */
const required = [
  ...["zone", "admins", "admins.cidrs", "network", "network.mode", "network.external", "network.nameservers"],
  ...["network.downloads", "network.downloads.*.cidr", "network.downloads.*.port", "sites", "sites.*.cidr"],
  ...["image", "orchestrator", "orchestrator.k3s", "orchestrator.k3s.url", "orchestrator.k3s.sha512"],
  ...["orchestrator.k3s.images.url", "orchestrator.k3s.images.sha512"],
  ...["orchestrator.nodePorts.from", "orchestrator.nodePorts.to", "roles", "roles.*.flavor"],
  ...["roles.*.taints.*.effect", "roles.*.volumes.*.sizeGiB", "roles.*.volumes.*.path"],
];

/** Of no type that any field has. */
const strangers: Readonly<Record<string, readonly unknown[]>> = {
  string: [7, true, null, {}, ["a"]],
  number: ["7", true, null, {}, [7], Number.NaN],
  boolean: ["true", 1, null, {}],
  object: ["text", 7, true, null, ["a"]],
  list: ["pods", 7, null, {}],
};

/** Mistakes of keys and types, wherever they are. */
export const keys: Readonly<Record<string, Break>> = {
  "a required key is left out": (document, random) => {
    const { path } = random.pick(placesIn(document).filter(({ pattern }) => required.includes(pattern)));
    put(document, path, undefined);
    return [path];
  },
  "a key is misspelled": (document, random) => {
    const { path } = random.pick(placesIn(document).filter(({ path }) => isFixed(document, path)));
    const key = String(path.at(-1));
    const wrong = random.pick([key.slice(0, -1), `${key}${key.at(-1)}`, key.toUpperCase(), ` ${key}`]);
    // without its mode nobody knows what else a network may have: then it is that which is missing
    return [rename(document, path, wrong), ...(key === "mode" ? [path] : [])];
  },
  "a key is there that means nothing": (document, random) => {
    const objects = placesIn(document).filter(({ value, pattern }) => isObject(value) && !isMap(pattern));
    const path = [...random.pick(objects).path, random.pick(["comment", "enabled", "x-y"])];
    put(document, path, random.pick(["text", 1, true, {}]));
    return [path];
  },
  "a value is of another type": (document, random) => {
    const { path, value } = random.pick(placesIn(document).slice(1));
    put(document, path, random.pick(strangers[typeOf(value)] ?? []));
    return [path];
  },
};

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function typeOf(value: unknown): string {
  return Array.isArray(value) ? "list" : typeof value;
}

/** Whether a key is one that the schema names. */
function isFixed(document: unknown, path: Path): boolean {
  const parent = placesIn(document).find((place) => String(place.path) === String(path.slice(0, -1)));
  return path.length > 0 && isObject(parent?.value) && !isMap(parent?.pattern ?? "");
}

function rename(document: unknown, path: Path, key: string): Path {
  const renamed = [...path.slice(0, -1), key];
  const value = at(document, path);
  put(document, path, undefined);
  put(document, renamed, value);
  return renamed;
}
