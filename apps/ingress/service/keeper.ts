import { createPrivateKey, X509Certificate } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Data, Secrets } from "./secrets.ts";
import type { Certificate, KeeperSettings } from "./settings.ts";
import { readTree, type Tree, writeTree } from "./tree.ts";

/** A line of its log. */
export type Tell = (line: Readonly<Record<string, string>>) => void;

/** The key under which the state's Secret has the files: their paths have slashes, which keys must not. */
const filesKey = "files.json";

/**
 * Brings lego what it had, and what lego has to the Secrets that pods read. So a pod that is lost, or a host that is replaced, costs no new
 * certificate, and a Secret that somebody deletes comes back.
 */
export class Keeper {
  readonly #settings: KeeperSettings;
  /** What it shares with lego. */
  readonly #folder: string;
  readonly #secrets: Secrets;
  readonly #tell: Tell;
  #kept = "";

  constructor(settings: KeeperSettings, folder: string, secrets: Secrets, tell: Tell) {
    this.#settings = settings;
    this.#folder = folder;
    this.#secrets = secrets;
    this.#tell = tell;
  }

  /** Before lego begins, which waits for it. It is never told that there is nothing while the API cannot be asked. */
  async restore(): Promise<void> {
    const { state } = this.#settings;
    const tree = JSON.parse((await this.#secrets.read(state))?.[filesKey] ?? "{}") as Tree;
    writeTree(this.#lego, tree);
    this.#kept = JSON.stringify(tree);
    this.#touch("restored");
    this.#tell({ message: "restored", secret: state, files: String(Object.keys(tree).length) });
  }

  /** Keeps what lego has got since. The state first: what pods use must not be lost. */
  async look(): Promise<void> {
    const tree = this.#worthKeeping(readTree(this.#lego));
    const written = JSON.stringify(tree);
    const { state, certificates } = this.#settings;
    if (written !== this.#kept) {
      await this.#secrets.write(state, "Opaque", { [filesKey]: written });
      this.#kept = written;
      this.#tell({ message: "kept", secret: state });
    }
    for (const one of certificates) await this.#bring(one, tree);
    this.#touch("kept");
  }

  async #bring({ secret, id }: Certificate, tree: Tree): Promise<void> {
    const pair = pairOf(tree[`certificates/${id}.crt`], tree[`certificates/${id}.key`]);
    if (!pair) return;
    const there = await this.#secrets.read(secret);
    if (Object.entries(pair).every(([key, value]) => there?.[key] === value)) return;
    await this.#secrets.write(secret, "kubernetes.io/tls", pair);
    const { validTo } = new X509Certificate(pair["tls.crt"] ?? "");
    this.#tell({ message: "brought", secret, until: validTo });
  }

  /** Accounts, and certificates that are still wanted: a Secret holds 1 MiB. */
  #worthKeeping(tree: Tree): Tree {
    const ids = this.#settings.certificates.map(({ id }) => id);
    const wanted = (path: string) =>
      !path.startsWith("certificates/") || ids.some((id) => path.startsWith(`certificates/${id}.`));
    return Object.fromEntries(Object.entries(tree).filter(([path]) => wanted(path)));
  }

  get #lego(): string {
    return join(this.#folder, "lego");
  }

  #touch(name: string): void {
    writeFileSync(join(this.#folder, name), "");
  }
}

/** What a Secret has of it; nothing while lego has written one half only. */
function pairOf(certificate: string | undefined, key: string | undefined): Data | undefined {
  if (!certificate || !key) return undefined;
  try {
    const belongs = new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key));
    return belongs ? { "tls.crt": certificate, "tls.key": key } : undefined;
  } catch {
    return undefined;
  }
}
