/** A server that is called, and at which port. */
export interface Server {
  /** Name or address. */
  readonly host: string;
  readonly port: number;
}

/**
 * The server that keeps the state. Nothing where the address names none, as that of a folder, or one that is not known here.
 *
 * @param url as PULUMI_BACKEND_URL has it; it may hold a password
 * @param environment where clients of S3 look for the server if the address does not name it
 */
export function backendHost(url: string, environment: NodeJS.ProcessEnv = {}): Server | undefined {
  const parsed = URL.parse(url);
  if (!parsed) return undefined;
  if (/^postgres(ql)?:$/.test(parsed.protocol)) return serverOf(parsed, 5432);
  if (/^https?:$/.test(parsed.protocol)) return serverOf(parsed);
  if (parsed.protocol === "gs:") return { host: "storage.googleapis.com", port: 443 };
  return parsed.protocol === "s3:" ? storeOf(parsed, environment) : undefined;
}

/** Of the S3 API; Amazon's own where nobody says which. */
function storeOf({ searchParams }: URL, environment: NodeJS.ProcessEnv): Server | undefined {
  const { AWS_ENDPOINT_URL_S3: store, AWS_ENDPOINT_URL: every, AWS_REGION: region } = environment;
  const named = searchParams.get("endpoint") || store || every;
  if (!named) return { host: `s3.${searchParams.get("region") || region || "us-east-1"}.amazonaws.com`, port: 443 };
  const address = URL.parse(/^https?:\/\//.test(named) ? named : `https://${named}`);
  return address ? serverOf(address) : undefined;
}

/** @param standard the port if the address has none @default that of http or https */
export function serverOf({ hostname, port, protocol }: URL, standard = protocol === "http:" ? 80 : 443): Server {
  const host = hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "");
  return { host: host.toLowerCase(), port: Number(port) || standard };
}
