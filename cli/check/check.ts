import { connect } from "../../local/openstack-client/client.ts";
import { registryUsers } from "../../stacks/registries.ts";
import { findCloud } from "../credentials.ts";
import { readStackFile } from "../stack-file.ts";
import { askCloud } from "./cloud.ts";
import { chooseStack, readFacts, stackOfDocument } from "./document.ts";
import { judge } from "./judge.ts";
import { passwordRows } from "./passwords.ts";
import { asJson, asText, problemsIn } from "./print.ts";
import { requirements } from "./requirements.ts";

interface Options {
  readonly stack?: string;
  readonly json?: boolean;
}

/**
 * Asks the cloud whether it has what the document needs, and the stack file whether passwords of registries are there; prints a sizing
 * table. Nothing is made or changed. Exit code 1 when something is missing.
 */
export async function check({ stack, json }: Options): Promise<void> {
  const chosen = await chooseStack(stack, process.env);
  const facts = await readFacts(chosen);
  const needs = requirements(facts);
  const openstack = connect(await findCloud(process.env));
  const holder = await stackOfDocument(chosen);
  const { config } = await readStackFile(holder);
  const passwords = passwordRows(registryUsers(facts), { stack: holder, config });
  const rows = [...judge(needs, await askCloud(openstack, needs)), ...passwords];
  process.stdout.write(`${json ? asJson(rows) : asText(rows)}\n`);
  if (problemsIn(rows).length > 0) process.exitCode = 1;
}
