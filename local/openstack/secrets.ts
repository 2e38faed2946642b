import { randomBytes } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import type { Place } from "../place.ts";
import { Trouble } from "../say.ts";

/** The services that log in to keystone, each as a user of its own. */
export const serviceUsers = ["glance", "placement", "nova", "neutron", "cinder", "designate", "octavia"] as const;
export type ServiceUser = (typeof serviceUsers)[number];

const Secret = z.string().regex(/^[\w=-]{16,}$/);

const Secrets = z.strictObject({
  /** Of keystone's first user, `admin`. */
  admin: Secret,
  /** Of the user `estate`, who is no admin. */
  estate: Secret,
  /** Of the application credential of `estate`. */
  applicationCredential: Secret,
  services: z.record(z.enum(serviceUsers), Secret),
  rabbit: Secret,
  /** Shared by nova's metadata API and the proxies in front of it, which sign each host's id with it. */
  metadata: Secret,
  /** Between designate and bind, base64. */
  rndc: z.base64(),
  /** With which keystone signs tokens: the staged and the primary key. */
  fernet: z.tuple([Secret, Secret]),
  /** With which keystone seals credentials it stores. */
  credential: z.tuple([Secret, Secret]),
  /** Octavia's, for what it keeps about amphorae: exactly 32 characters. */
  octavia: z.string().length(32),
});

/** Every password of one local cloud. */
export type Secrets = z.output<typeof Secrets>;

/** Made anew; `random` returns as many random bytes as it is asked for. */
export function makeSecrets(random: (bytes: number) => Buffer = randomBytes): Secrets {
  const password = () => random(24).toString("hex");
  // a Fernet key is 32 bytes in base64 for URLs, with padding
  const fernet = () => `${random(32).toString("base64url")}=`;
  return {
    admin: password(),
    estate: password(),
    applicationCredential: password(),
    services: Object.fromEntries(serviceUsers.map((user) => [user, password()])) as Secrets["services"],
    rabbit: password(),
    metadata: password(),
    rndc: random(32).toString("base64"),
    fernet: [fernet(), fernet()],
    credential: [fernet(), fernet()],
    octavia: random(16).toString("hex"),
  };
}

/** The passwords of the cloud in `data`, made when it has none yet. Only its owner can read the file. */
export async function readSecrets(data: string): Promise<Secrets> {
  const file = join(data, "openstack", "secrets.json");
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (text !== undefined) return parseSecrets(text, file);
  const secrets = makeSecrets();
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  // whole or not at all: the databases are of no use without it
  await writeFile(`${file}.unfinished`, `${JSON.stringify(secrets, undefined, 2)}\n`, { mode: 0o600, flush: true });
  await rename(`${file}.unfinished`, file);
  return secrets;
}

/** Throws `Trouble` when the text is not what `makeSecrets` makes. `file` is only for messages. */
export function parseSecrets(text: string, file: string): Secrets {
  try {
    return Secrets.parse(JSON.parse(text));
  } catch {
    throw new Trouble(
      `${file} is damaged. The local cloud cannot be opened without it; 'estate local reset' makes a new one`,
    );
  }
}

/** With which a metadata proxy signs a host's id (HMAC-SHA256, header `X-Instance-ID-Signature`) so that nova believes it. */
export async function metadataSecret({ data }: Pick<Place, "data">): Promise<string> {
  return (await readSecrets(data)).metadata;
}
