/**
 * Registers an estate of so many hosts (the first argument) without an engine, and prints as JSON how many resources that were, with
 * how many edges between them, the seconds it took from the first line of the program on, how many of them its thread was at work
 * (on a busy machine that is less), and the most memory that this process ever had.
 */
import { generateSecrets } from "../../cli/secrets.ts";
import { record } from "../graph/record.ts";
import { configuration } from "../unit/stacks/fixtures.ts";
import { documentOf } from "./document.ts";

const hosts = Number(process.argv[2]);
const secrets = await generateSecrets({});
const config = configuration(documentOf(hosts), secrets);
const started = performance.now();
const before = process.threadCpuUsage();
const registered = await record(() => import("../../index.ts"), {
  ...{ config, secrets: Object.keys(secrets).map((name) => `estate:${name}`) },
});
const seconds = Math.round(performance.now() - started) / 1000;
const { user, system } = process.threadCpuUsage(before);
const cpuSeconds = Math.round((user + system) / 1000) / 1000;
const megabytes = Math.round(process.resourceUsage().maxRSS / 1024);
const edges = registered.reduce((sum, { dependsOn }) => sum + dependsOn.length, 0);
const result = { hosts, resources: registered.length, edges, seconds, cpuSeconds, megabytes };
process.stdout.write(`${JSON.stringify(result)}\n`);
process.exit();
