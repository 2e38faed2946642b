/** A small estate beside the first one, on the same cloud: a stack of its own, with a document that its test makes of the local one. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { prepareStack } from "../../cli/local/stack.ts";
import { isEncrypted, readStackFile, writeStackFile } from "../../cli/stack-file.ts";
import { project } from "../../local/place.ts";
import { deriveFacts, type EstateFacts } from "../../stacks/facts.ts";
import { parseEstate } from "../../stacks/parse.ts";
import { estate, here, pulumi, type Ran, run, serverIds } from "../engine/estate.ts";

/** As a test changes it. */
export interface SmallDocument extends Record<string, unknown> {
  readonly network: { readonly nameservers: object; readonly downloads: object };
  orchestrator: Record<string, unknown>;
  roles: Record<string, { hosts: Record<string, { generation?: number }> }>;
}

type Change = (document: SmallDocument) => void;

export class SmallEstate {
  /** Of the estate, and of its hosts up to the first dash. */
  readonly name: string;
  readonly stack: string;
  /** For files of the test; gone with the estate. */
  folder = "";
  /** Once it was asked for: it is the same for the life of the estate. */
  #kubeconfig: string | undefined;

  constructor(name: string) {
    this.name = name;
    this.stack = `${here.stack}-${name}`;
  }

  /** Makes its stack: the document and the secrets. */
  async prepare(change: Change): Promise<void> {
    this.folder = await mkdtemp(join(tmpdir(), `estate-${this.name}-`));
    await this.#takeSecrets();
    await prepareStack(here, this.stack, join(this.folder, "operator"));
    await this.change(change);
  }

  /** Sets secrets that applications of its document are given, by `<application>.<secret>`, and makes those that can be made. */
  async giveSecrets(given: Readonly<Record<string, string>>): Promise<void> {
    for (const [key, value] of Object.entries(given)) await this.configure(`estate:${key}`, value);
    await prepareStack(here, this.stack, join(this.folder, "operator"));
  }

  /** Removes its stack, after all in it is gone. */
  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
    await this.pulumi("stack", "rm", "--yes");
    await this.#forget();
  }

  /** Those of the first estate: made anew, each is one run of pulumi. Of a run that was killed, they are of another passphrase. */
  async #takeSecrets(): Promise<void> {
    const { encryptionsalt = "", config = {} } = await readStackFile(here.stack);
    const secrets = Object.entries(config).filter(([, setting]) => isEncrypted(setting));
    await writeStackFile(this.stack, { encryptionsalt, config: Object.fromEntries(secrets) });
  }

  #forget(): Promise<void> {
    return rm(join(project, `Pulumi.${this.stack}.yaml`), { force: true });
  }

  async change(change: Change): Promise<void> {
    const file = await readStackFile(this.stack);
    change(file.config?.["estate:estate"] as SmallDocument);
    await writeStackFile(this.stack, file);
  }

  /** Gives a secret of its stack file another value. */
  async configure(key: string, value: string): Promise<void> {
    const set = ["config", "set", "--secret", key, "--stack", this.stack, "--non-interactive"];
    await execa("pulumi", set, { cwd: project, input: value });
  }

  async facts(): Promise<EstateFacts> {
    const { config } = await readStackFile(this.stack);
    return deriveFacts(parseEstate(config?.["estate:estate"], this.stack));
  }

  pulumi(...command: readonly string[]): Promise<Ran> {
    return pulumi(command, project, this.stack);
  }

  /** The `estate` command. */
  estate(...command: readonly string[]): Promise<Ran> {
    return estate(command, project, this.stack);
  }

  /** The operator's kubeconfig, as the stack gives it now. */
  kubeconfig(): Promise<string> {
    return run("pulumi", "stack", "output", "kubeconfig", "--show-secrets", "--stack", this.stack);
  }

  /** With the kubeconfig that the operator was given first. */
  async kubectl(...command: readonly string[]): Promise<string> {
    const file = join(this.folder, "kubeconfig");
    if (this.#kubeconfig === undefined) {
      this.#kubeconfig = await this.kubeconfig();
      await writeFile(file, this.#kubeconfig, { mode: 0o600 });
    }
    return run("kubectl", "--kubeconfig", file, "--request-timeout=5s", ...command);
  }

  /** Which cluster it is. */
  clusterId(): Promise<string> {
    return this.kubectl("get", "namespace", "kube-system", "--output", "jsonpath={.metadata.uid}");
  }

  /** Ids of its servers, by name. */
  servers(): Promise<Record<string, string>> {
    return serverIds(`${this.name}-`);
  }
}

/** Hosts that another server has now, by name; those that are new too. */
export function changed(before: Readonly<Record<string, string>>, after: Readonly<Record<string, string>>): string[] {
  return Object.keys(after)
    .filter((name) => after[name] !== before[name])
    .sort();
}
