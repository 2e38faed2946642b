import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import pRetry, { AbortError } from "p-retry";
import { founderPaths, renderAuthorities } from "../../ignition/founding.ts";
import { project } from "../../local/place.ts";
import { Trouble } from "../../local/say.ts";
import { hostKeyPair } from "../../stacks/openssh.ts";
import { type AuthorityKeys, authorityKeyNames } from "../../stacks/secrets.ts";
import { readPolicy } from "../gate/policy.ts";
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

/** A machine that is booting refuses: so many attempts, at most ten seconds each, are about ten minutes. */
const attempts = 60;

/** @throws Trouble when the base's passphrase is not there or wrong, a key is missing, or the host does not take them within ten minutes */
export async function found({ host, address, stack, base }: Founding, environment: NodeJS.ProcessEnv): Promise<void> {
  const keys = await readKeys(base, environment);
  const { secrets } = await readPolicy(stack);
  const folder = await mkdtemp(join(tmpdir(), "estate-found-"));
  try {
    const [key, known] = [join(folder, "key"), join(folder, "known_hosts")];
    await writeFile(key, `${secrets.sshKey.trimEnd()}\n`, { mode: 0o600 });
    await writeFile(known, `${address} ${hostKeyPair(secrets.hostKeySeed, host).publicKey}\n`);
    const options = ["StrictHostKeyChecking=yes", `UserKnownHostsFile=${known}`, "BatchMode=yes", "ConnectTimeout=10"];
    const flags = ["-F", "none", "-i", key, ...options.flatMap((option) => ["-o", option])];
    await send(host, [...flags, `core@${address}`, founderPaths.receive], renderAuthorities({ ...secrets, ...keys }));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function readKeys(base: string, environment: NodeJS.ProcessEnv): Promise<AuthorityKeys> {
  const pulumi = pulumiOfBase(project, environment, "pulumi up");
  const keys = await readConfig({ name: base, pulumi }, authorityKeyNames);
  const missing = authorityKeyNames.filter((name) => !keys[name]);
  if (missing.length > 0)
    throw new Trouble(
      `the stack ${base} has no ${missing.join(", ")}: 'estate init --base ${base}' makes what is missing`,
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
  await pRetry(once, { retries: attempts, minTimeout: 2000, factor: 1 }).catch((error: Error) => {
    throw new Trouble(
      `${error.message}\nSee that it boots ('estate local logs ${host}' in a local stack), then run 'pulumi up' again.`,
    );
  });
}
