import { type Generations, passwordOf } from "../../stacks/passwords.ts";
import { nodeOf } from "./names.ts";
import { lookedKey } from "./service/looked.ts";
import type { Rights, Token } from "./service/rights.ts";

/** Who has a token: servers for themselves, the keeper that registers, and those who only read. */
export const users = ["agent", "keeper", "registrator", "monitoring"] as const;
export type TokenUser = (typeof users)[number];

/** The nodes of as many servers as there may be. */
const servers = [0, 1, 2].map(nodeOf);

/** The policies, by name, as Consul writes rules. Whatever none of them says is refused (`default_policy`). */
const policies = {
  "estate-agent": [
    ...servers.map((node) => `node "${node}" { policy = "write" }`),
    'node_prefix "" { policy = "read" }',
    'service_prefix "" { policy = "read" }',
  ],
  // all nodes but the servers, which register themselves
  "estate-keeper": [
    'node_prefix "" { policy = "write" }',
    ...servers.map((node) => `node "${node}" { policy = "read" }`),
    'service_prefix "" { policy = "write" }',
    'service "consul" { policy = "read" }',
    `key "${lookedKey}" { policy = "write" }`,
  ],
  "estate-read": [
    'node_prefix "" { policy = "read" }',
    'service_prefix "" { policy = "read" }',
    `key "${lookedKey}" { policy = "read" }`,
  ],
};

const policyOf = {
  agent: "estate-agent",
  keeper: "estate-keeper",
  registrator: "estate-read",
  monitoring: "estate-read",
} as const satisfies Record<TokenUser, keyof typeof policies>;

/** The token with every right, which servers begin with. It follows from the seed alone: another generation does not change it. */
export function managementToken(seed: string): string {
  return uuidOf(passwordOf(seed, "consul/management", 0));
}

/** The token that a user presents. */
export function tokenOf(seed: string, user: TokenUser, generation: number): string {
  return uuidOf(passwordOf(seed, `consul/token/${user}`, generation));
}

/** The key that servers' gossip is encrypted with: AES-256. They keep the first one that they were given. */
export function gossipKey(seed: string): string {
  return Buffer.from(passwordOf(seed, "consul/gossip", 0), "hex").toString("base64");
}

/**
 * Who may do what. The next tokens are taken already, which nobody knows: so a user may present one the moment it is the one in use,
 * and nothing waits for the servers. Those before are taken until they are revoked.
 */
export function rightsOf(seed: string, { generation, revoked }: Generations): Rights {
  const taken = [generation, generation + 1, generation - 1].filter((one) => one > revoked && one >= 0);
  const tokens = users.flatMap((user) =>
    taken.map(
      (one): Token => ({
        accessor: uuidOf(passwordOf(seed, `consul/accessor/${user}`, one)),
        secret: tokenOf(seed, user, one),
        description: `estate: ${user}, generation ${one}`,
        policy: policyOf[user],
      }),
    ),
  );
  const rules = Object.entries(policies).map(([name, lines]) => [name, `${lines.join("\n")}\n`]);
  return { management: managementToken(seed), policies: Object.fromEntries(rules), tokens };
}

/** The first half of so many hexadecimal digits, as Consul wants tokens: a UUID of version 4. */
function uuidOf(digits: string): string {
  const variant = "89ab"[Number.parseInt(digits[16] ?? "0", 16) % 4];
  return [digits.slice(0, 8), digits.slice(8, 12), `4${digits.slice(13, 16)}`, `${variant}${digits.slice(17, 20)}`]
    .concat(digits.slice(20, 32))
    .join("-");
}
