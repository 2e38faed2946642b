import { join } from "node:path";

/** Every Python package of OpenStack and what it needs, pinned and with hashes. */
export const lockFile = join(import.meta.dirname, "requirements.lock");

/** One package of a lock file. */
export interface LockedPackage {
  readonly name: string;
  readonly version: string;
  /** SHA-256 of every file that may be installed for it. */
  readonly hashes: readonly string[];
  /** Its lines, as they stand in the file. */
  readonly text: string;
}

/** The packages of a pip requirements file with hashes. Throws on a line that pins no version. */
export function parseLock(text: string): LockedPackage[] {
  return text
    .split(/\n(?=[A-Za-z0-9])/)
    .map((block) => block.replace(/^#.*\n/gm, "").trim())
    .filter((block) => block !== "")
    .map((block) => {
      const [, name, version] = /^([A-Za-z0-9._-]+)==([^\s;\\]+)/.exec(block) ?? [];
      if (!name || !version) throw new Error(`not a pinned package: ${block.split("\n")[0]}`);
      return {
        name,
        version,
        hashes: [...block.matchAll(/--hash=sha256:([0-9a-f]{64})/g)].map(([, hash = ""]) => hash),
        text: `${block}\n`,
      };
    });
}

/** The part of a lock file that is about the named packages. Throws if one is not there. */
export function selectFromLock(text: string, names: readonly string[]): string {
  const locked = parseLock(text);
  return names
    .map((name) => {
      const found = locked.find((one) => one.name === name);
      if (!found) throw new Error(`${name} is not in the lock file`);
      return found.text;
    })
    .join("");
}
