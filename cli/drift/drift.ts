import { rename, rm, writeFile } from "node:fs/promises";
import { Trouble } from "../../local/say.ts";
import { chooseStack } from "../check/document.ts";
import { estateFile } from "../estate-folder.ts";
import { markdown, terminal } from "../preview/form.ts";
import { commentLimit } from "../preview/render.ts";
import { check } from "./check.ts";
import type { DriftOptions } from "./command.ts";
import { History } from "./history.ts";
import { renderMetrics } from "./metrics.ts";
import { renderPage } from "./page.ts";
import { renderReport } from "./render.ts";
import { exitCodes, type Report } from "./report.ts";
import { sendWebhook, webhookAddress } from "./webhook.ts";

/** One check, in every form that is asked for. Neither the cloud nor the state is changed. */
export async function drift(options: DriftOptions): Promise<void> {
  const { ESTATE_DRIFT_WEBHOOK: webhook } = process.env;
  // before the engine is asked: a mistake is told at once
  const address = webhook ? webhookAddress(webhook) : undefined;
  const stack = await chooseStack(options.stack, process.env);
  process.stderr.write(`Comparing the cloud, the state and the program of ${stack}...\n`);
  const history = new History(historyFile(stack, options));
  const { sightings, shared = false } = options;
  const report = await check({ stack, history, sightings, shared }).finally(() => history.close());
  await write(report, options);
  process.exitCode = exitCodes[report.result];
  if (address && isNews(report)) await sendWebhook(address, report);
}

export function historyFile(stack: string, { history }: Pick<DriftOptions, "history">): string {
  return history ?? estateFile(stack, "drift.sqlite");
}

async function write(report: Report, options: DriftOptions): Promise<void> {
  const text = () => renderReport(report, markdown, commentLimit);
  if (options.markdown !== undefined && options.markdown !== "-") await save(options.markdown, text());
  if (options.html !== undefined) await save(options.html, renderPage(report));
  if (options.metrics !== undefined) await save(options.metrics, renderMetrics(report));
  if (options.json) process.stdout.write(`${JSON.stringify(report)}\n`);
  else process.stdout.write(options.markdown === "-" ? text() : renderReport(report, terminal));
}

/** Something is reported for the first time, or the check broke: what was told before is not told each hour again. */
export function isNews({ result, findings, sightings }: Report): boolean {
  if (result === "updating") return false;
  return result === "broken" || findings.some(({ timesSeen }) => timesSeen === 1 || timesSeen === sightings);
}

/** At once: whoever reads it meanwhile has the old one or the new one. */
async function save(file: string, text: string): Promise<void> {
  const draft = `${file}.${process.pid}.new`;
  try {
    await writeFile(draft, text);
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw new Trouble(`the report cannot be written: ${(error as Error).message}`);
  }
}
