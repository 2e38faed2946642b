import { rmSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import pRetry, { AbortError } from "p-retry";
import { founderPaths, renderAuthorities } from "../../ignition/founding.ts";
import { project } from "../../local/place.ts";
import { Trouble } from "../../local/say.ts";
import { hostKeyPair } from "../../stacks/openssh.ts";
import { type AuthorityKeys, authorities, authorityKeyNames, type Secrets } from "../../stacks/secrets.ts";
import { readPolicy } from "../gate/policy.ts";
import { belongTogether } from "../pki.ts";
import { readConfig } from "../stack-secrets.ts";
import { pulumiOfBase } from "./base-pulumi.ts";

/** The server that founds, and who knows what. */
export interface Founding {
  /** Name of the host. */
  readonly host: string;
  /** Where SSH finds it. */
  readonly address: string;
  /** The stack of the servers. */
  readonly stack: string;
  /** The stack that has the keys. */
  readonly base: string;
}

/** Milliseconds for which a machine that is booting may refuse. */
const patience = 600_000;

/** @throws Trouble when the base's passphrase is not there or wrong, a key is missing, or the host does not take them within ten minutes */
export async function found({ host, address, stack, base }: Founding, environment: NodeJS.ProcessEnv): Promise<void> {
  const keys = await readKeys(base, environment);
  const { secrets } = await readPolicy(stack);
  refuseOthers(stack, base, { ...secrets, ...keys });
  const folder = await mkdtemp(join(tmpdir(), "estate-found-"));
  // so does the engine when its operator stops it: the key must not stay
  const stopped = () => {
    rmSync(folder, { recursive: true, force: true });
    process.exit(1);
  };
  for (const signal of signals) process.once(signal, stopped);
  try {
    const [key, known] = [join(folder, "key"), join(folder, "known_hosts")];
    await writeFile(key, `${secrets.sshKey.trimEnd()}\n`, { mode: 0o600 });
    await writeFile(known, `${address} ${hostKeyPair(secrets.hostKeySeed, host).publicKey}\n`);
    const options = [
      ...["StrictHostKeyChecking=yes", `UserKnownHostsFile=${known}`, "GlobalKnownHostsFile=/dev/null"],
      ...["IdentitiesOnly=yes", "IdentityAgent=none", "BatchMode=yes", "ConnectTimeout=10"],
    ];
    const flags = ["-F", "none", "-i", key, ...options.flatMap((option) => ["-o", option])];
    await send(host, [...flags, `core@${address}`, founderPaths.receive], renderAuthorities({ ...secrets, ...keys }));
  } finally {
    for (const signal of signals) process.off(signal, stopped);
    await rm(folder, { recursive: true, force: true });
  }
}

const signals = ["SIGINT", "SIGTERM"] as const;

/** Certificates are in one file and keys in the other, which may be of another commit. @throws Trouble when one is not the other's */
function refuseOthers(stack: string, base: string, secrets: Secrets): void {
  const wrong = (Object.keys(authorities) as (keyof typeof authorities)[]).filter(
    (name) => !belongTogether({ certificatePem: secrets[`${name}CaCert`], keyPem: secrets[`${name}CaKey`] }),
  );
  if (wrong.length > 0)
    throw new Trouble(
      `Pulumi.${stack}.yaml and Pulumi.${base}.yaml are not of one estate: the certificate and the key of ${wrong.join(", ")} do not belong together. Get the files that do`,
    );
}

async function readKeys(base: string, environment: NodeJS.ProcessEnv): Promise<AuthorityKeys> {
  const pulumi = pulumiOfBase(project, environment, "pulumi up");
  const keys = await readConfig({ name: base, pulumi }, authorityKeyNames);
  const missing = authorityKeyNames.filter((name) => !keys[name]);
  if (missing.length > 0)
    throw new Trouble(
      `the stack ${base} has no ${missing.join(", ")}: get the Pulumi.${base}.yaml that belongs to this estate`,
    );
  return keys as AuthorityKeys;
}

/** What ssh ends with when it did not get to the host, or not in; any other end is that of the program there. */
const notConnected = 255;

async function send(host: string, args: readonly string[], input: string): Promise<void> {
  const once = async () => {
    const sent = await execa("ssh", args, { input, reject: false });
    if (!sent.failed) return;
    const said = sent.stderr || (sent.shortMessage ?? "");
    const wrong = new Error(`${host} was not given the authorities' keys: ${said}`);
    throw sent.exitCode === notConnected && !/host key/i.test(said) ? wrong : new AbortError(wrong);
  };
  await pRetry(once, { retries: Number.POSITIVE_INFINITY, maxRetryTime: patience, minTimeout: 2000, factor: 1 }).catch(
    (error: Error) => {
      throw new Trouble(
        `${error.message}\nSee that it boots ('estate local logs ${host}' in a local stack), then run 'pulumi up' again.`,
      );
    },
  );
}
