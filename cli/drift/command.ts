import { type Command, InvalidArgumentError } from "commander";
import { targets } from "./schedule/targets.ts";

const help = `
Three answers are kept apart: cloud against state (what was changed by hand), program against state (what was not rolled out), and
what a repair would do; then what nobody manages: servers, ports, floating IPs, volumes, groups, rules, record sets, load balancers,
images and key pairs of the project, and objects in the estate's namespaces, that no state of the project's stacks holds. It changes
nothing, takes no lock, and shows no value, secret or not. What was found before is in .estate/<stack>.drift.sqlite.
Of an estate of two stacks, what nobody manages is told by the check of the servers, for the base too, and by that of the base while
there are no servers. A state that is kept in the estate itself is told, and makes the check broken.

Environment:
  ESTATE_DRIFT_WEBHOOK     where findings are sent to as JSON: https, or http on this machine; only when there are new ones
  ESTATE_DRIFT_KUBECONFIG  a kubeconfig for the scan, such as one that only reads; else the estate's own

Exit codes:
  0   clean: nothing is to be reported
  1   broken: the check is not whole, and the reasons are in the text; what was found is shown
  2   drift: something is reported
  75  an update runs: what is half-made looks like drift, so nothing is written down; look again later

Where the state is in a folder, its lock says that an update runs. Elsewhere an update of another machine is seen by what it writes
into the state meanwhile; of one that writes nothing, such as while it watches a host, it is said that it runs or was killed.`;

const scheduleHelp = `
The CronJob runs on a server of the orchestrator. What it calls (keystone and the services of the cloud, the state, the webhook, the
registry of its image) is read from the environment, which is to be that of the check, and looked up: addresses that the document does
not let hosts reach are told, with what to write into network.downloads and admins.cidrs, and nothing is printed. So it is where no
server of the orchestrator has the volume, and where the state is in a folder or in the estate itself.`;

export interface DriftOptions {
  readonly stack?: string;
  readonly json?: boolean;
  readonly markdown?: string;
  readonly html?: string;
  readonly metrics?: string;
  readonly history?: string;
  readonly sightings: number;
  readonly shared?: boolean;
}

const stack = "whose drift; else PULUMI_STACK, the local stack if inside it, or the selected one";

/** `estate drift` and what is done about findings. Each is loaded when it is used. */
export function addDriftCommands(program: Command): void {
  const drift = program
    .command("drift")
    .description("compare the cloud with the state and the program, and look for what nobody manages")
    .option("--stack <name>", stack)
    .option("--json", "print the whole report as JSON, for machines")
    .option("--markdown <file>", "write it as Markdown too: at most 64,000 characters; - prints it")
    .option("--html <file>", "write it as a page that a phone can show, without any other file")
    .option(
      "--metrics <file>",
      "write it for Prometheus: NAME.prom in the folder of node_exporter's --collector.textfile.directory",
    )
    .option("--history <file>", "what was found before (default: .estate/<stack>.drift.sqlite)")
    .option("--sightings <n>", "report after so many checks in a row; security and killed updates at once", whole, 1)
    .option("--shared", "the project has other things than estates: tell only what touches this one")
    .addHelpText("after", help)
    .action(async (options: DriftOptions) => (await import("./drift.ts")).drift(options));
  drift
    .command("adopt <id>")
    .description("print the TypeScript and the import that would take an unmanaged thing in; nothing is changed")
    .action(async (id: string, _, command: Command) =>
      (await import("./adopt.ts")).adopt(id, command.optsWithGlobals()),
    );
  drift
    .command("repair <ids...>")
    .description("show what takes findings back, ask, and make exactly these changes")
    .option("-y, --yes", "show it, and do not ask")
    .action(async (ids: string[], _, command: Command) =>
      (await import("./repair.ts")).repair(ids, command.optsWithGlobals()),
    );
  drift
    .command("schedule <where>")
    .description(`print what runs the check hourly: ${targets.join(", ")}`)
    .option(
      "--image <image>",
      "of the CronJob, by digest: it has Node.js 24, the Pulumi CLI with its plugins, and this program",
    )
    .option("--volume <name>", "of the CronJob: the data volume of the orchestrator's servers for its history", "drift")
    .addHelpText("after", scheduleHelp)
    .action(async (where: string, _, command: Command) =>
      (await import("./schedule/schedule.ts")).schedule(where, command.optsWithGlobals()),
    );
}

function whole(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= 1000) return value;
  throw new InvalidArgumentError("write a number of checks, from 1 to 1000.");
}
