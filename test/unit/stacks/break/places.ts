/** Where something is in a document. */
export type Path = readonly (string | number)[];

export interface Place {
  readonly path: Path;
  /** The same with `*` for names that the operators choose, such as `roles.*.flavor`. */
  readonly pattern: string;
  readonly value: unknown;
}

/** Objects whose keys the operators choose. */
const maps = [
  ...[
    "admins.cidrs",
    "admins.keys",
    "network.nameservers",
    "network.timeServers",
    "network.reverseRanges",
    "network.downloads",
    "sites",
    "roles",
  ],
  "orchestrator.registries",
  "removal.volumes",
  ...["labels", "taints", "volumes", "hosts"].map((key) => `roles.*.${key}`),
];

/** Whether the keys of the object at this pattern are the operators' own. */
export function isMap(pattern: string): boolean {
  return maps.includes(pattern);
}

/** Every place in a document, the document itself first. */
export function placesIn(value: unknown, path: Path = [], pattern = ""): Place[] {
  const within = typeof value === "object" && value !== null ? Object.entries(value) : [];
  return [
    { path, pattern, value },
    ...within.flatMap(([key, inner]) => {
      const name = isMap(pattern) ? "*" : key;
      return placesIn(
        inner,
        [...path, Array.isArray(value) ? Number(key) : key],
        pattern ? `${pattern}.${name}` : name,
      );
    }),
  ];
}

/** What is at a place. */
// biome-ignore lint/suspicious/noExplicitAny: a broken document is any document
export function at(document: any, path: Path): any {
  return path.reduce((inner, key) => inner[key], document);
}

/** Puts something at a place; `undefined` takes away what is there. Keeps the order of keys. */
// biome-ignore lint/suspicious/noExplicitAny: a broken document is any document
export function put(document: any, path: Path, value: unknown): void {
  const holder = at(document, path.slice(0, -1));
  const key = path.at(-1) ?? "";
  if (value === undefined) delete holder[key];
  else holder[key] = value;
}
