import { readFile } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { Trouble } from "../../local/say.ts";
import { publicKeyOf } from "../../stacks/openssh.ts";

/** An SSH key pair that an operator has already. */
export interface SshKey {
  readonly file: string;
  /** As it is in the file. */
  readonly privateKey: string;
}

/** Where to look for it. */
interface Where {
  /** The project's. */
  readonly folder: string;
  /** The file that the operator names. @default infrastructure/key of the project, if there is one */
  readonly file?: string | undefined;
  /** Whether the stack has an SSH key: then a public key may be all that is left. */
  readonly stored: boolean;
}

/**
 * The pair that is there; undefined where one is to be made.
 *
 * @throws Trouble when it is none that the estate can use, or its public half (`FILE.pub`) is another's
 */
export async function readSshKey({ folder, file, stored }: Where): Promise<SshKey | undefined> {
  const path = file === undefined ? join(folder, "infrastructure", "key") : resolve(file);
  const shown = file ?? relative(folder, path);
  const privateKey = await textOf(path);
  const publicKey = await textOf(`${path}.pub`);
  if (privateKey === undefined) {
    if (file !== undefined) throw new Trouble(`there is no file ${shown}; ${howToMake(shown)}`);
    if (publicKey !== undefined && !stored)
      throw new Trouble(
        `${shown}.pub is there, but its private key ${shown} is not: put it there too, or remove ${shown}.pub`,
      );
    return undefined;
  }
  const own = publicPartOf(privateKey);
  if (own === undefined)
    throw new Trouble(
      `${shown} is no Ed25519 private key in OpenSSH's format without a passphrase; ${howToMake(shown)}. If it only has a passphrase, 'ssh-keygen -p -N "" -f ${shown}' takes that away.`,
    );
  if (publicKey !== undefined && publicKey.split(/\s+/)[1] !== own)
    throw new Trouble(
      `${shown}.pub is not the public half of ${shown}; 'ssh-keygen -y -f ${shown} > ${shown}.pub' writes the one that is`,
    );
  return { file: shown, privateKey };
}

/** @throws Trouble when the stack has another key than the file: which one the hosts are to have is for the operator to say */
export function checkSameKey(stack: string, stored: string | undefined, key: SshKey | undefined): void {
  if (stored === undefined || !key || publicPartOf(stored) === publicPartOf(key.privateKey)) return;
  throw new Trouble(
    `the stack ${stack} has another SSH key than ${key.file}. To keep the stack's, move that file away. To take the file's, run 'pulumi config rm estate:sshKey --stack ${stack}' first: that replaces every host.`,
  );
}

function publicPartOf(privateKey: string): string | undefined {
  try {
    return publicKeyOf(privateKey).split(" ")[1];
  } catch {
    return undefined;
  }
}

function howToMake(file: string): string {
  return `'ssh-keygen -t ed25519 -N "" -f ${file}' makes one`;
}

/** Undefined where there is no such file. */
async function textOf(path: string): Promise<string | undefined> {
  return readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw new Trouble(`${path} cannot be read: ${error.message}`);
  });
}
