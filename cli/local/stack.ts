import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { k3sLauncherSha512 } from "../../local/boot/launcher.ts";
import { type Place, project } from "../../local/place.ts";
import { Trouble } from "../../local/say.ts";
import { documentSecrets } from "../../stacks/documentSecrets.ts";
import { deriveFacts } from "../../stacks/facts.ts";
import { renderKubeconfig } from "../../stacks/kubeconfig.ts";
import { parseEstate } from "../../stacks/parse.ts";
import { estateFile } from "../estate-folder.ts";
import { localDocument } from "../local-document.ts";
import { isEncrypted, readStackFile, type StackFile, writeStackFile } from "../stack-file.ts";
import { completeSecrets } from "../stack-secrets.ts";
import { markInterrupted, updateAfter } from "../take-over.ts";
import { inside } from "./enter.ts";
import { pulumi } from "./pulumi.ts";

/**
 * Makes the stack with its document, its secrets and the operator's kubeconfig, where they are not there yet. What an operator
 * changed in the document stays.
 *
 * @param kubeconfig the file of the operator's kubeconfig @default the one that kubectl is told in the stack's namespaces
 * @throws DocumentError with every mistake of the document
 */
export async function prepareStack(
  here: Place,
  name: string,
  kubeconfig = join(here.data, "kubeconfig"),
): Promise<void> {
  await mkdir(join(here.data, "state"), { recursive: true, mode: 0o700 });
  await preparePassphrase(here, name);
  await pulumi(here, ["stack", "select", "--create", name]);
  const file = withDocument(await readStackFile(name));
  await writeStackFile(name, file);
  const estate = parseEstate(file.config?.["estate:estate"], `Pulumi.${name}.yaml (estate:estate)`);
  const stack = { name, pulumi: (command: readonly string[], input?: string) => pulumi(here, command, input) };
  const { secrets } = await completeSecrets(stack, { asked: documentSecrets(estate) });
  await writeFile(kubeconfig, renderKubeconfig(deriveFacts(estate), secrets), { mode: 0o600 });
}

/** `pulumi up` on a prepared stack. Its progress goes to the terminal, or to standard error where standard output is for a machine. */
export async function upStack(here: Place, name: string, { quiet }: { quiet: boolean }): Promise<void> {
  await healStack(here);
  await updateAfter(estateFile(name, "interrupted"), (env) => update(here, name, { quiet, env }));
}

async function update(
  here: Place,
  name: string,
  { quiet, env }: { readonly quiet: boolean; readonly env: Readonly<Record<string, string>> },
): Promise<boolean> {
  const shown = quiet ? (["ignore", process.stderr, process.stderr] as const) : "inherit";
  const command = ["pulumi", "up", "--stack", name, "--yes", "--skip-preview", "--suppress-outputs"];
  const ignore = () => undefined;
  // Ctrl-C reaches pulumi too, which then ends in good order; we wait for that
  process.on("SIGINT", ignore);
  const result = await inside(here, command, { stdio: shown, cwd: project, env });
  process.off("SIGINT", ignore);
  if (result.failed)
    throw new Trouble(
      `'pulumi up' on the stack ${name} did not succeed; what it says above is the reason. After the cure, the same command goes on from there.`,
    );
  return true;
}

/** Puts right what a killed engine left; until an update has succeeded since, it is remembered. */
async function healStack(here: Place): Promise<void> {
  const healed = await inside(here, [join(project, "cli", "estate"), "local", "heal"], {
    stdio: ["ignore", "pipe", process.stderr],
  });
  if (healed.failed) throw new Trouble("the stack could not be put right after its last update; the reason is above");
  const { interrupted } = JSON.parse(String(healed.stdout)) as { interrupted: number };
  if (interrupted > 0) await markInterrupted(estateFile(here.stack, "interrupted"));
}

/** A stack file whose passphrase is lost has secrets that nobody can read: they are made anew, the document stays. */
async function preparePassphrase(here: Place, name: string): Promise<void> {
  const passphrase = join(here.data, "passphrase");
  if (existsSync(passphrase)) return;
  const { config } = await readStackFile(name);
  const kept = Object.entries(config ?? {}).filter(([, setting]) => !isEncrypted(setting));
  if (config) await writeStackFile(name, { config: Object.fromEntries(kept) });
  await writeFile(passphrase, randomBytes(24).toString("base64url"), { mode: 0o600 });
}

/** The local document is written once; of an existing one only the hash of the played k3s is kept current. */
function withDocument(file: StackFile): StackFile {
  const k3sSha512 = k3sLauncherSha512();
  const estate = file.config?.["estate:estate"] ?? localDocument({ k3sSha512 });
  const { orchestrator } = estate as { orchestrator?: { k3s?: { sha512?: string } } };
  if (orchestrator?.k3s) orchestrator.k3s.sha512 = k3sSha512;
  return { ...file, config: { ...file.config, "estate:estate": estate } };
}
