import { connect } from "../../local/openstack-client/client.ts";
import { findCloud } from "../credentials.ts";
import { askCloud } from "./cloud.ts";
import { chooseStack, readFacts } from "./document.ts";
import { judge } from "./judge.ts";
import { asJson, asText, problemsIn } from "./print.ts";
import { requirements } from "./requirements.ts";

interface Options {
  readonly stack?: string;
  readonly json?: boolean;
}

/**
 * Asks the cloud whether it has what the document needs, and prints a sizing table. Nothing is made or changed. Exit code 1 when
 * something is missing.
 */
export async function check({ stack, json }: Options): Promise<void> {
  const needs = requirements(await readFacts(await chooseStack(stack, process.env)));
  const openstack = connect(await findCloud(process.env));
  const rows = judge(needs, await askCloud(openstack, needs));
  process.stdout.write(`${json ? asJson(rows) : asText(rows)}\n`);
  if (problemsIn(rows).length > 0) process.exitCode = 1;
}
