/** A service of a host. Its id is its name: a host has each once. */
export interface Service {
  readonly service: string;
  readonly port: number;
  /** Where it is reached. @default at the host's own address */
  readonly address?: string;
  /** Whether it is looked at how it is. */
  readonly checked: boolean;
}

/** A host. */
export interface Node {
  readonly address: string;
  /** What else others may ask for: role and site. */
  readonly meta: Readonly<Record<string, string>>;
  readonly services: readonly Service[];
}

/** What is to be registered: hosts by name. */
export interface Catalogue {
  readonly nodes: Readonly<Record<string, Node>>;
}

/**
 * Reads it from the text of the file.
 *
 * @throws Error if it is not whole: what was registered before then stays
 */
export function readCatalogue(text: string): Catalogue {
  const { nodes } = JSON.parse(text) as { readonly nodes?: unknown };
  if (!isCatalogue(nodes)) throw new Error("not whole: it wants nodes, each with address, meta and services");
  return { nodes };
}

function isCatalogue(value: unknown): value is Catalogue["nodes"] {
  return isMap(value) && Object.values(value).every(isNode);
}

function isNode(value: unknown): value is Node {
  if (!isMap(value)) return false;
  const { address, meta, services } = value;
  return (
    isText(address) &&
    isMap(meta) &&
    Object.values(meta).every(isText) &&
    Array.isArray(services) &&
    services.every(isService)
  );
}

function isService(value: unknown): value is Service {
  if (!isMap(value)) return false;
  const { service, port, address, checked } = value;
  return (
    isText(service) &&
    Number.isInteger(port) &&
    (address === undefined || isText(address)) &&
    typeof checked === "boolean"
  );
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}
