/**
 * Registers an estate of so many hosts (the first argument) without an engine, and prints as JSON how many resources that were, the
 * seconds it took from the first line of the program on, and the most memory that this process ever had.
 */
import { generateSecrets } from "../../cli/secrets.ts";
import { record } from "../graph/record.ts";
import { configuration } from "../unit/stacks/fixtures.ts";
import { documentOf } from "./document.ts";

const hosts = Number(process.argv[2]);
const secrets = await generateSecrets({});
const config = configuration(documentOf(hosts), secrets);
const started = performance.now();
const resources = await record(() => import("../../index.ts"), {
  ...{ config, secrets: Object.keys(secrets).map((name) => `estate:${name}`) },
});
const seconds = Math.round(performance.now() - started) / 1000;
const megabytes = Math.round(process.resourceUsage().maxRSS / 1024);
process.stdout.write(`${JSON.stringify({ hosts, resources: resources.length, seconds, megabytes })}\n`);
process.exit();
