/** Commands on hosts of the estate, as an administrator runs them: with the estate's key or one of theirs, and the host's own key pinned. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hostKeyPair } from "../../stacks/openssh.ts";
import { run, secretsOf } from "./estate.ts";

/**
 * @param address one that administrators reach: what the host announces
 * @param stack of the estate that has the host @default the first estate's
 * @param ownKey a private key, which alone is offered @default the estate's
 * @returns what the command printed
 */
export async function ssh(
  host: string,
  address: string,
  command: string,
  stack?: string,
  ownKey?: string,
): Promise<string> {
  const { sshKey: estateKey, hostKeySeed } = await secretsOf(stack);
  const sshKey = ownKey ?? estateKey;
  const folder = await mkdtemp(join(tmpdir(), "estate-ssh-"));
  try {
    const [key, known] = [join(folder, "key"), join(folder, "known_hosts")];
    await writeFile(key, sshKey.endsWith("\n") ? sshKey : `${sshKey}\n`, { mode: 0o600 });
    await writeFile(known, `${address} ${hostKeyPair(hostKeySeed, host).publicKey}\n`);
    const options = [
      ...["StrictHostKeyChecking=yes", `UserKnownHostsFile=${known}`, "IdentitiesOnly=yes"],
      ...["BatchMode=yes", "ConnectTimeout=5"],
    ];
    const flags = options.flatMap((option) => ["-o", option]);
    return await run("ssh", "-F", "none", "-i", key, ...flags, `core@${address}`, command);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
