/** Where findings are sent, and what of them. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { sendWebhook, webhookAddress } from "../../../cli/drift/webhook.ts";
import { reported } from "./reports.ts";

let server: Server | undefined;
afterEach(() => void server?.close());

/** Answers with these, one after another, and keeps what came. */
async function receiver(...statuses: readonly number[]) {
  const bodies: string[] = [];
  server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => {
      const status = statuses[bodies.length] ?? 200;
      bodies.push(body);
      response.writeHead(status, { connection: "close", location: "http://127.0.0.1:1/" }).end();
    });
  });
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { bodies, url: webhookAddress(`http://127.0.0.1:${port}/hook/unique-token`) };
}

test.each(["https://chat.example.org/x", "http://127.0.0.1:8080/", "http://[::1]:8080/", "http://localhost/"])(
  "%s is taken",
  (text) => {
    expect(webhookAddress(text).href).toBe(new URL(text).href);
  },
);

test.each([
  "http://chat.example.org/unique-token",
  "ftp://127.0.0.1/unique-token",
  "unique-token",
  "http://127.0.0.1.example.org/unique-token",
])("%s is not, and the message does not repeat it", (text) => {
  expect(() => webhookAddress(text)).toThrow(/ESTATE_DRIFT_WEBHOOK/);
  expect(() => webhookAddress(text)).not.toThrow(/unique-token/);
});

test("findings are sent as JSON with a line for chats; a busy receiver is asked again", async () => {
  const { url, bodies } = await receiver(503, 429, 200);
  await sendWebhook(url, reported(), 1);
  expect(bodies).toHaveLength(3);
  const sent = JSON.parse(bodies[2] ?? "") as { text: string; findings: object[] };
  expect(sent.text).toBe("Drift of prod: 1 security, 2 outage, 1 cosmetic");
  expect(sent.findings).toHaveLength(4);
  expect(JSON.stringify(sent)).not.toContain("security-group-rules/r9");
});

test.each([404, 302])("a receiver that refuses (%i) is asked once, and named without its path", async (status) => {
  const { url, bodies } = await receiver(status, status, status, status);
  const error = await sendWebhook(url, reported(), 1).then(
    () => undefined,
    (failure: Error) => failure,
  );
  expect(error?.message).toContain(url.host);
  expect(error?.message).not.toContain("unique-token");
  if (status === 404) expect(bodies).toHaveLength(1);
});
