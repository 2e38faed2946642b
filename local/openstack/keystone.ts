import { type CloudFacts, state } from "./facts.ts";
import { ini } from "./ini.ts";
import { database, events } from "./sections.ts";

/** Where keystone keeps the keys that sign tokens, and those that seal stored credentials. */
export const keyFolders = (facts: CloudFacts) => ({
  fernet: `${state(facts, "keystone")}/fernet`,
  credential: `${state(facts, "keystone")}/credential`,
});

/** Bytes of a password, and of an application credential's secret, that count. */
export const longestPassword = 72;

/** keystone.conf */
export function keystoneConf(facts: CloudFacts): string {
  const folders = keyFolders(facts);
  return ini({
    DEFAULT: { max_token_size: 255 },
    // its own answers do not fit its own schemas in places; it would say so in the log each time
    api: { response_validation: "ignore" },
    database: { connection: database(facts, "keystone") },
    token: { provider: "fernet", expiration: 86400 },
    fernet_tokens: { key_repository: folders.fernet },
    fernet_receipts: { key_repository: folders.fernet },
    credential: { key_repository: folders.credential },
    cache: { enabled: true, backend: "dogpile.cache.memory" },
    // every password and secret here has 96 random bits or more: slow hashing would only cost time
    // bcrypt looks at 72 bytes, and keystone warns at every login where longer passwords are allowed
    identity: { password_hash_algorithm: "bcrypt", password_hash_rounds: 4, max_password_length: longestPassword },
    ...events("noop"),
  });
}

/** The files of one key repository: 0 is staged, the highest number signs. */
export function keyFiles(folder: string, [staged, primary]: readonly [string, string]): Record<string, string> {
  return { [`${folder}/0`]: staged, [`${folder}/1`]: primary };
}
