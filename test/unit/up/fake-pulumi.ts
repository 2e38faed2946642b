import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { removeEstateFiles } from "../../../cli/estate-folder.ts";
import { place, project } from "../../../local/place.ts";

/** What the fake engine does when it is asked for an update. */
export interface Scenario {
  /** `host step state text`, as gates would write it. */
  readonly journal?: readonly string[];
  /** Events of the engine: see `begins`, `fails` and `says`. */
  readonly events?: readonly object[];
  /** Those of a preview. */
  readonly preview?: readonly object[];
  readonly previewExitCode?: number;
  /** Pending operations of the state. */
  readonly pending?: readonly object[];
  /** When the state was written, one time after another for each time that it is asked for. @default always at the same time */
  readonly written?: readonly string[];
  /** Resources of the state. */
  readonly resources?: readonly object[];
  readonly output?: string;
  readonly exitCode?: number;
  /** Whether it runs until it is interrupted, and some time more. */
  readonly untilInterrupted?: boolean;
}

const urn = (type: string, name: string) => `urn:pulumi:mine::estate::estate:compute:Host$${type}::${name}`;
const metadata = (type: string, name: string, op: string) => ({ metadata: { type, op, urn: urn(type, name) } });

export const server = "openstack:compute/instance:Instance";
export const command = "command:local:Command";
export const begins = (type: string, name: string, op = "delete-replaced") => ({
  resourcePreEvent: metadata(type, name, op),
});
export const fails = (type: string, name: string, op = "delete-replaced") => ({
  resOpFailedEvent: metadata(type, name, op),
});
export const says = (message: string, type?: string, name = "") => ({
  diagnosticEvent: { severity: "error", message: `${message}\n`, ...(type ? { urn: urn(type, name) } : {}) },
});

/** What an engine of ours tells of a gate that ended with an error. */
export const gateFailed = (name: string, message: string) => [
  ...[begins(command, name), says(message, command, name), fails(command, name), says("update failed")],
];

const program = `
import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
const { FAKE_PULUMI: folder, ESTATE_JOURNAL: journal, ESTATE_UPDATE: update } = process.env;
const scenario = JSON.parse(readFileSync(folder + "/scenario.json", "utf8"));
const args = process.argv.slice(2);
const kept = Object.entries(process.env).filter(([name]) => /^(ESTATE_|PULUMI_K8S)/.test(name));
const note = (more) => appendFileSync(folder + "/calls", JSON.stringify(more) + "\\n");
note({ args, environment: Object.fromEntries(kept) });
const log = (events) => {
  const file = args[args.indexOf("--event-log") + 1];
  if (args.includes("--event-log")) writeFileSync(file, events.map((event) => JSON.stringify(event) + "\\n").join(""));
};
if (args[0] === "stack") {
  if (args[1] !== "export") process.exit(0);
  const asked = existsSync(folder + "/asked") ? readFileSync(folder + "/asked", "utf8").length : 0;
  writeFileSync(folder + "/asked", "x".repeat(asked + 1));
  const deployment = { resources: scenario.resources ?? [], pending_operations: scenario.pending ?? [] };
  process.stdout.write(JSON.stringify({ deployment: { manifest: { time: scenario.written?.[asked] }, ...deployment } }));
  process.exit(0);
}
if (args[0] === "state") process.exit(0);
// no policy: nobody knows which hosts are out of service
if (args[0] === "config") process.exit(1);
if (args[0] === "preview") {
  log(scenario.preview ?? []);
  process.exit(scenario.previewExitCode ?? 0);
}
for (const line of scenario.journal ?? []) {
  const [host, step, state, ...text] = line.split(" ");
  const entry = { time: new Date().toISOString(), stack: args[args.indexOf("--stack") + 1], update, host, role: "worker", step, state };
  appendFileSync(journal, JSON.stringify({ ...entry, text: text.join(" ") }) + "\\n");
}
log(scenario.events ?? []);
process.stdout.write(scenario.output ?? "");
if (scenario.untilInterrupted) {
  process.on("SIGINT", () => note({ signal: "SIGINT" }));
  setInterval(() => undefined, 1000);
  note({ running: true });
  await new Promise((resolve) => process.once("SIGINT", () => setTimeout(resolve, 1500)));
}
process.exit(scenario.exitCode ?? 0);
`;

/** A folder with a program \`pulumi\` that does what a scenario says, and an \`estate\` that uses it. */
export function fakePulumi(stack: string, more: Readonly<Record<string, string>> = {}) {
  const folder = mkdtempSync(join(tmpdir(), "estate-fake-"));
  const node = dirname(process.execPath);
  writeFileSync(join(folder, "pulumi.mjs"), program);
  writeFileSync(join(folder, "pulumi"), `#!/bin/sh\nexec ${process.execPath} ${folder}/pulumi.mjs "$@"\n`);
  chmodSync(join(folder, "pulumi"), 0o755);
  const environment = {
    ...{ PATH: `${folder}:${node}:/usr/bin:/bin`, FAKE_PULUMI: folder, ESTATE_INSIDE: "", ESTATE_DATA: place().data },
    ...{ ESTATE_JOURNAL: join(folder, "journal"), PULUMI_BACKEND_URL: `file://${folder}/state` },
    ...{ OS_AUTH_URL: "http://127.0.0.1:1", OS_USERNAME: "u", OS_PASSWORD: "p", OS_PROJECT_NAME: "p", OS_CLOUD: "" },
    ...more,
  };
  return {
    folder,
    /** Starts \`estate\` on the stack. */
    estate: (args: readonly string[], scenario: Scenario = {}) => {
      writeFileSync(join(folder, "scenario.json"), JSON.stringify(scenario));
      rmSync(join(folder, "asked"), { force: true });
      return execa(process.execPath, [join(project, "cli", "main.ts"), ...args, "--stack", stack], {
        ...{ cwd: project, env: environment, reject: false, stdin: "ignore" },
      });
    },
    /** Every call of pulumi, with its variables, and every signal it got. */
    calls: () =>
      readFileSync(join(folder, "calls"), "utf8")
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as { args?: string[]; environment?: Record<string, string>; signal?: string }),
    remove: async () => {
      rmSync(folder, { recursive: true, force: true });
      await removeEstateFiles(stack);
    },
  };
}
