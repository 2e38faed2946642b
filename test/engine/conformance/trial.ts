/**
 * Small Pulumi programs, run by the real engine with the plugins `ensureEngine` resolves: what the conformance suite
 * states its promises with. Each trial is a stack of its own in a temporary folder; nothing of it is left behind.
 */
import { access, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import {
  type EngineEvent,
  LocalWorkspace,
  type OutputMap,
  type PulumiFn,
  type Stack,
  type StackSettings,
} from "@pulumi/pulumi/automation/index.js";
import { ensureEngine } from "../../../local/engine/engine.ts";
import { place } from "../../../local/place.ts";

/** What one operation of the engine did. */
export interface Done {
  /** By logical name of the resource: the operations in the order the engine carried them out. */
  readonly steps: Readonly<Record<string, readonly string[]>>;
  /** By logical name: the paths the detailed diff of the last step names. */
  readonly paths: Readonly<Record<string, readonly string[]>>;
  /** Every diagnostic and log line, the passing status lines included. */
  readonly log: string;
  readonly outputs: OutputMap;
}

/** A resource as it is kept in the state. Secrets are objects with a ciphertext. */
export interface Kept {
  readonly urn: string;
  readonly type: string;
  readonly id?: string;
  readonly inputs?: Record<string, unknown>;
  readonly outputs?: Record<string, unknown>;
  readonly initErrors?: readonly string[];
}

interface Checkpoint {
  readonly checkpoint: { readonly latest: { readonly resources?: readonly Kept[] } };
}

export interface Trial {
  /** A folder for files of the test. */
  readonly folder: string;
  up(program: PulumiFn, signal?: AbortSignal): Promise<Done>;
  preview(program: PulumiFn): Promise<Done>;
  refresh(): Promise<Done>;
  destroy(): Promise<Done>;
  /** The resources of the state, by logical name. */
  state(): Promise<Record<string, Kept>>;
  /** The bytes of the state file. */
  stateText(): Promise<string>;
  /** Runs the Pulumi command line on this stack. */
  cli(args: readonly string[]): Promise<string>;
}

let engine: Promise<Record<string, string>> | undefined;

/** The environment of every trial: the engine under test, and nothing of the stack the tests may be run from. */
async function environment(): Promise<Record<string, string>> {
  engine ??= ensureEngine(place(), () => undefined).then(({ home, bin }) => {
    process.env.PATH = `${bin}${delimiter}${process.env.PATH}`; // the Automation API looks for `pulumi` here
    return {
      PATH: process.env.PATH,
      PULUMI_HOME: home,
      PULUMI_CONFIG_PASSPHRASE: "test",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      PULUMI_K8S_DELETE_UNREACHABLE: "false",
      SSH_AUTH_SOCK: "",
    };
  });
  return engine;
}

/** Runs a test with a stack of its own. What it made outside the folder, the test itself removes. */
export async function trial(name: string, test: (trial: Trial) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), `estate-conformance-${name}-`));
  const envVars = { ...(await environment()), PULUMI_BACKEND_URL: `file://${folder}` };
  const settings: StackSettings = {};
  const stack = await LocalWorkspace.createStack(
    { stackName: name, projectName: "conformance", program: async () => ({}) },
    { envVars, stackSettings: { [name]: settings } },
  );
  try {
    await test(trialOf(stack, folder));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function trialOf(stack: Stack, folder: string): Trial {
  const file = join(folder, ".pulumi", "stacks", "conformance", `${stack.name}.json`);
  const state = async (): Promise<Record<string, Kept>> => {
    const { checkpoint } = JSON.parse(await readFile(file, "utf8")) as Checkpoint;
    return Object.fromEntries((checkpoint.latest.resources ?? []).map((kept) => [logicalName(kept.urn), kept]));
  };
  return {
    folder,
    state,
    up: (program, signal) =>
      recording(async (onEvent) => {
        const { outputs } = await stack.up({ program, onEvent, signal });
        return outputs;
      }),
    preview: (program) =>
      recording(async (onEvent) => {
        await stack.preview({ program, onEvent });
        return {};
      }),
    refresh: () =>
      recording(async (onEvent) => {
        await stack.refresh({ onEvent });
        return {};
      }),
    destroy: () =>
      recording(async (onEvent) => {
        await stack.destroy({ onEvent });
        return {};
      }),
    stateText: () => readFile(file, "utf8"),
    cli: async (args) => {
      const { execa } = await import("execa");
      const run = await execa("pulumi", [...args, "--stack", stack.name, "--non-interactive", "--color=never"], {
        cwd: stack.workspace.workDir,
        env: stack.workspace.envVars,
        all: true,
        stdin: "ignore",
      });
      return run.all;
    },
  };
}

type Operation = (onEvent: (event: EngineEvent) => void) => Promise<OutputMap>;

async function recording(operation: Operation): Promise<Done> {
  const steps: Record<string, string[]> = {};
  const paths: Record<string, string[]> = {};
  const log: string[] = [];
  const outputs = await operation((event) => {
    const step = event.resourcePreEvent?.metadata;
    if (step) {
      const name = logicalName(step.urn);
      steps[name] ??= [];
      steps[name].push(step.op);
      if (step.detailedDiff) paths[name] = Object.keys(step.detailedDiff).sort();
    }
    const diagnostic = event.diagnosticEvent;
    if (diagnostic && String(diagnostic.severity) !== "debug") log.push(diagnostic.message);
  });
  return { steps, paths, log: log.join(""), outputs };
}

/** The last part of a URN. */
export function logicalName(urn: string): string {
  return urn.split("::").at(-1) ?? urn;
}

/** The message an operation fails with; fails the test when it succeeds. */
export async function failure(operation: Promise<unknown>): Promise<string> {
  try {
    await operation;
  } catch (error) {
    return String(error);
  }
  throw new Error("the operation succeeded, but must fail");
}

/** Whether a file or folder is there. */
export async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
