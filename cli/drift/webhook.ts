import { BlockList, isIP } from "node:net";
import pRetry, { AbortError } from "p-retry";
import { causeOf } from "../../local/cause.ts";
import { Trouble } from "../../local/say.ts";
import { countsOf, type Report } from "./report.ts";

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

/**
 * Where findings are sent: https, or plain http on this machine alone.
 *
 * @throws Trouble that does not repeat the address: tokens are often part of it
 */
export function webhookAddress(text: string): URL {
  const url = URL.parse(text);
  const cure = "write https://..., or http:// with a loopback address; ESTATE_DRIFT_WEBHOOK holds it";
  if (!url) throw new Trouble(`the webhook is no address: ${cure}`);
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const family = isIP(host);
  const here = host === "localhost" || (family > 0 && loopback.check(host, family === 6 ? "ipv6" : "ipv4"));
  if (url.protocol === "https:" || (url.protocol === "http:" && here)) return url;
  throw new Trouble(`the webhook's address is neither https nor on this machine: ${cure}`);
}

/** What is sent: findings without values, and no address of anything. `text` is what chat programs show. */
export function payloadOf(report: Report): object {
  const { stack, at, result, findings } = report;
  const counts = countsOf(findings);
  const some = Object.entries(counts).filter(([, count]) => count > 0);
  const what = some.length === 0 ? result : some.map(([kind, count]) => `${count} ${kind}`).join(", ");
  return {
    text: `Drift of ${stack}: ${what}`,
    ...{ stack, at, result, counts },
    findings: findings.map(({ id, answer, class: kind, owner, type, name, paths, meaning, firstSeen, timesSeen }) => ({
      ...{ id, answer, class: kind, owner, type, name, paths, meaning, firstSeen, timesSeen },
    })),
  };
}

/** Sends it, several times if that can help. @throws Trouble that names the host alone */
export async function sendWebhook(url: URL, report: Report, minTimeout = 1000): Promise<void> {
  const body = JSON.stringify(payloadOf(report));
  const once = async () => {
    const answer = await fetch(url, {
      ...{ method: "POST", headers: { "content-type": "application/json" }, body, redirect: "error" },
      signal: AbortSignal.timeout(20_000),
    });
    await answer.body?.cancel();
    if (answer.ok) return;
    const refused = new Error(`status ${answer.status}`);
    // it would refuse again, but for these
    throw answer.status < 500 && answer.status !== 429 && answer.status !== 408 ? new AbortError(refused) : refused;
  };
  await pRetry(once, { retries: 3, minTimeout, maxTimeout: 15_000 }).catch((error: unknown) => {
    throw new Trouble(`the webhook at ${url.host} did not take the report (${causeOf(error)})`);
  });
}
