import { table } from "../../cli/table.ts";
import type { EstateMeasured } from "./estates.ts";
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
    ...(program ? ["The program alone", programTable(program)] : []),
    ...(local ? ["The estate on this machine", localTable(local)] : []),
    ...(estates.length > 0 ? [estatesTitle, estatesTable(estates)] : []),
  ].join("\n\n");
}

function programTable(rows: readonly ProgramMeasured[]): string {
  return table(
    ["hosts", "resources", "seconds", "CPU s", "MiB"],
    rows.map(({ hosts, resources, seconds, cpuSeconds, megabytes }) =>
      [hosts, resources, seconds, cpuSeconds, megabytes].map(String),
    ),
  );
}

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
