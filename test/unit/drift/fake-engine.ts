import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { removeEstateFiles } from "../../../cli/estate-folder.ts";
import { place, project } from "../../../local/place.ts";

/** What the engine says to each question, and what the state is. */
export interface Scenario {
  readonly state: object;
  /** The state when it is asked for again; `null`: it is not given again. @default the same */
  readonly later?: object | null;
  /** Names of the project's stacks, and their states. */
  readonly others?: Readonly<Record<string, object>>;
  /** A stack that is listed once, and is gone when its state is asked for. */
  readonly goes?: string;
  /** A stack that is listed, and whose state cannot be read. */
  readonly broken?: string;
  readonly refresh?: readonly object[];
  readonly refreshExitCode?: number;
  readonly preview?: readonly object[];
  /** Of `preview --refresh`, and of a preview of one target. */
  readonly repair?: readonly object[];
}

const program = `
import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
const folder = process.env.FAKE_PULUMI;
const scenario = JSON.parse(readFileSync(folder + "/scenario.json", "utf8"));
const args = process.argv.slice(2);
appendFileSync(folder + "/calls", JSON.stringify(args) + "\\n");
const stack = args[args.indexOf("--stack") + 1];
const events = (list = []) => writeFileSync(args[args.indexOf("--event-log") + 1], list.map((one) => JSON.stringify(one) + "\\n").join(""));
if (args[0] === "stack" && args[1] === "ls") {
  const goes = existsSync(folder + "/gone") ? undefined : scenario.goes;
  const names = [scenario.stack, ...Object.keys(scenario.others ?? {}), goes, scenario.broken].filter(Boolean);
  process.stdout.write(JSON.stringify(names.map((name) => ({ name }))));
} else if (args[0] === "stack" && [scenario.goes, scenario.broken].includes(stack)) {
  if (stack === scenario.goes) writeFileSync(folder + "/gone", "");
  process.stderr.write("error: no stack named '" + stack + "' found\\n");
  process.exit(255);
} else if (args[0] === "stack") {
  const [asked, own] = [folder + "/asked", existsSync(folder + "/asked") ? (scenario.later === undefined ? scenario.state : scenario.later) : scenario.state];
  if (!scenario.others?.[stack]) writeFileSync(asked, "");
  if (own === null) process.exit(255);
  process.stdout.write(JSON.stringify(scenario.others?.[stack] ?? own));
} else if (args[0] === "refresh") {
  events(scenario.refresh);
  process.exitCode = scenario.refreshExitCode ?? 0;
} else if (args.includes("--refresh")) events(scenario.repair);
else events(scenario.preview);
`;

/** A folder with a program `pulumi` that does what a scenario says, and an `estate` that uses it. */
export function fakeEngine(stack: string, more: Readonly<Record<string, string>>) {
  const folder = mkdtempSync(join(tmpdir(), "estate-fake-"));
  writeFileSync(join(folder, "pulumi.mjs"), program);
  writeFileSync(join(folder, "pulumi"), `#!/bin/sh\nexec ${process.execPath} ${folder}/pulumi.mjs "$@"\n`);
  chmodSync(join(folder, "pulumi"), 0o755);
  const environment = {
    ...{ PATH: `${folder}:${dirname(process.execPath)}:/usr/bin:/bin`, FAKE_PULUMI: folder, ESTATE_INSIDE: "" },
    ...{ ESTATE_DATA: place().data, ESTATE_JOURNAL: join(folder, "journal"), OS_CLOUD: "" },
    ...{ PULUMI_BACKEND_URL: `file://${folder}/state`, ESTATE_DRIFT_WEBHOOK: "", ...more },
  };
  return {
    folder,
    estate: (args: readonly string[], scenario: Scenario) => {
      writeFileSync(join(folder, "scenario.json"), JSON.stringify({ stack, ...scenario }));
      for (const file of ["asked", "gone"]) rmSync(join(folder, file), { force: true });
      return execa(process.execPath, [join(project, "cli", "main.ts"), ...args, "--stack", stack], {
        ...{ cwd: project, env: environment, reject: false, stdin: "ignore" },
      });
    },
    /** The command lines of every run of pulumi. */
    calls: () =>
      readFileSync(join(folder, "calls"), "utf8")
        .trim()
        .split("\n")
        .map((line) => (JSON.parse(line) as string[]).join(" ")),
    remove: async () => {
      rmSync(folder, { recursive: true, force: true });
      await removeEstateFiles(stack);
    },
  };
}
