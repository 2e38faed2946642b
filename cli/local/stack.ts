import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { k3sLauncherSha512 } from "../../local/boot/launcher.ts";
import { type Place, project } from "../../local/place.ts";
import { Trouble } from "../../local/say.ts";
import { type SecretName, secretNames } from "../../stacks/secrets.ts";
import { localDocument } from "../local-document.ts";
import { generateSecrets } from "../secrets.ts";
import { inside } from "./enter.ts";
import { pulumi } from "./pulumi.ts";
import { readStackFile, type StackFile, writeStackFile } from "./stack-file.ts";

/** Makes the stack with its document and its secrets, where they are not there yet. What an operator changed in the document stays. */
export async function prepareStack(here: Place, name: string): Promise<void> {
  await mkdir(join(here.data, "state"), { recursive: true, mode: 0o700 });
  await preparePassphrase(here, name);
  await pulumi(here, ["stack", "select", "--create", name]);
  const file = await readStackFile(name);
  await writeStackFile(name, withDocument(file));
  const missing = secretNames.filter((key) => file.config?.[`estate:${key}`] === undefined);
  if (missing.length === 0) return;
  const secrets = await generateSecrets(await existingSecrets(here, name));
  for (const key of missing) {
    await pulumi(here, ["config", "set", "--stack", name, "--secret", `estate:${key}`], secrets[key]);
  }
}

async function existingSecrets(here: Place, name: string): Promise<Partial<Record<SecretName, string>>> {
  const config = JSON.parse(await pulumi(here, ["config", "--stack", name, "--show-secrets", "--json"])) as Record<
    string,
    { value?: string }
  >;
  return Object.fromEntries(
    secretNames.flatMap((key) =>
      config[`estate:${key}`]?.value === undefined ? [] : [[key, config[`estate:${key}`]?.value]],
    ),
  );
}

/** `pulumi up` on a prepared stack. Its progress goes to the terminal, or to standard error where standard output is for a machine. */
export async function upStack(here: Place, name: string, { quiet }: { quiet: boolean }): Promise<void> {
  const shown = quiet ? (["ignore", process.stderr, process.stderr] as const) : "inherit";
  const command = ["pulumi", "up", "--stack", name, "--yes", "--skip-preview", "--suppress-outputs"];
  const interrupted = await healStack(here);
  const ignore = () => undefined;
  // Ctrl-C reaches pulumi too, which then ends in good order; we wait for that
  process.on("SIGINT", ignore);
  // objects an interrupted engine made on the orchestrator are taken over: only the cloud's are removed
  const env = interrupted > 0 ? { PULUMI_K8S_UPSERT_EXISTING_OBJECTS: "true" } : {};
  const result = await inside(here, command, { stdio: shown, cwd: project, env });
  process.off("SIGINT", ignore);
  if (result.failed)
    throw new Trouble(
      `'pulumi up' on the stack ${name} did not succeed; what it says above is the reason. After the cure, the same command goes on from there.`,
    );
  const kubeconfig = await pulumi(here, ["stack", "output", "kubeconfig", "--show-secrets", "--stack", name]);
  await writeFile(join(here.data, "kubeconfig"), kubeconfig, { mode: 0o600 });
}

/** @returns how many operations of the last update were interrupted */
async function healStack(here: Place): Promise<number> {
  const healed = await inside(here, [join(project, "cli", "estate"), "local", "heal"], {
    stdio: ["ignore", "pipe", process.stderr],
  });
  if (healed.failed) throw new Trouble("the stack could not be put right after its last update; the reason is above");
  return (JSON.parse(String(healed.stdout)) as { interrupted: number }).interrupted;
}

/** A stack file whose passphrase is lost has secrets that nobody can read: they are made anew, the document stays. */
async function preparePassphrase(here: Place, name: string): Promise<void> {
  const passphrase = join(here.data, "passphrase");
  if (existsSync(passphrase)) return;
  const { config } = await readStackFile(name);
  const kept = Object.entries(config ?? {}).filter(
    ([, value]) => typeof value !== "object" || value === null || !("secure" in value),
  );
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
