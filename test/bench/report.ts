import { table } from "../../cli/table.ts";
import type { EstateMeasured } from "./estates.ts";
import { growth } from "./growth.ts";
import type { LocalMeasured } from "./local.ts";
import { parts } from "./processes.ts";
import type { ProgramMeasured } from "./program.ts";

/** Everything that was measured; what is missing was not come to. */
export interface Measured {
  readonly cores: number;
  readonly machineGiB: number;
  readonly program?: readonly ProgramMeasured[];
  readonly local?: LocalMeasured;
  readonly estates: readonly EstateMeasured[];
}

/** For people. */
export function renderReport({ cores, machineGiB, program, local, estates }: Measured): string {
  return [
    `${cores} cores, ${machineGiB} GiB of memory`,
    ...(program ? [programTitle, programTable(program)] : []),
    ...(local ? ["The estate on this machine", localTable(local)] : []),
    ...(estates.length > 0 ? [estatesTitle, estatesTable(estates)] : []),
    ...(growth(estates).length > 0 ? [growthTitle, growthTable(growth(estates))] : []),
  ].join("\n\n");
}

const growthTitle =
  "How much more a host of the larger estate takes than one of the smallest: 1 is linear, less is better. A dash is what took less than a second.";

function growthTable(rows: ReturnType<typeof growth>): string {
  const shown = (ratio: number | undefined) => (ratio === undefined ? "-" : String(ratio));
  return table(
    ["hosts", "than", "command", "seconds", "engine CPU", "plugins CPU", "own code CPU", "cloud CPU"],
    rows.map(({ hosts, than, command, seconds, engine, plugins, own, cloud }) => [
      ...[String(hosts), String(than), command],
      ...[seconds, engine, plugins, own, cloud].map(shown),
    ]),
  );
}

function programTable(rows: readonly ProgramMeasured[]): string {
  return table(
    ["hosts", "resources", "seconds", "CPU s", "MiB", "seconds a host", "CPU s a host", "MiB a host"],
    rows.map(({ hosts, resources, seconds, cpuSeconds, megabytes, perHost }) =>
      [hosts, resources, seconds, cpuSeconds, megabytes, perHost.seconds, perHost.cpuSeconds, perHost.megabytes].map(
        String,
      ),
    ),
  );
}

const programTitle = "The program alone; a host of it compared with one of a hundred: what grows linearly is 1 at most";

function localTable(local: LocalMeasured): string {
  return table(
    ["what", "value"],
    Object.entries(local).map(([what, value]) => [what, String(value)]),
  );
}

const estatesTitle = [
  "Estates on the local cloud: seconds by the clock; of each part, the most MiB that it had at once and the CPU seconds it computed.",
  "What our own code costs is the program (index.ts), the gates (cli/gate.ts) and the command (cli/estate.ts, of a drift check); plugins are",
  "those of the engine, with the language host; the cloud is the APIs of OpenStack and Kubernetes with all that runs behind them, idle or asked.",
].join("\n");

function estatesTable(rows: readonly EstateMeasured[]): string {
  return table(
    [
      ...["hosts", "resources", "command", "seconds"],
      ...[...parts.map((part) => `${part} MiB`), ...parts.map((part) => `${part} CPU s`), "cloud CPU s"],
    ],
    rows.map(({ hosts, resources, command, seconds, megabytes, cpuSeconds, cloudSeconds }) =>
      [
        ...[hosts, resources, command, seconds],
        ...[...parts.map((part) => megabytes[part]), ...parts.map((part) => cpuSeconds[part]), cloudSeconds],
      ].map(String),
    ),
  );
}
