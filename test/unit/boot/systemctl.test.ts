import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { request } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { serveSystemctl } from "../../../local/boot/systemctl.ts";
import type { Units } from "../../../local/boot/units/play.ts";

let folder: string;
let server: { close(): void };
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "estate-systemctl-"));
  const units = {
    status: () => [{ name: "k3s.service", state: "active", kind: "played" }],
    start: () => Promise.reject(new Error("no such unit")),
  } as unknown as Units;
  server = await serveSystemctl(folder, units, () => undefined);
});
afterAll(async () => {
  server.close();
  await rm(folder, { recursive: true });
});

async function systemctl(socket: string, ...words: string[]) {
  const call = request({ socketPath: join(folder, socket), method: "POST" });
  call.end(["systemctl", ...words].join("\n"));
  const [response] = await once(call, "response");
  return { status: response.statusCode, text: await text(response) };
}

test("who is not root may ask, and nothing else", async () => {
  expect(await systemctl("systemd-status.sock", "is-active", "k3s")).toEqual({ status: 200, text: "active" });
  expect(await systemctl("systemd-status.sock", "stop", "k3s")).toEqual({
    status: 401,
    text: "only root may 'systemctl stop k3s'",
  });
});

test("what cannot be done is exit status 1 with the reason", async () => {
  expect(await systemctl("systemd.sock", "start", "nothing")).toEqual({ status: 401, text: "no such unit" });
});

test("a client that hangs up in the middle of its words ends nothing", async () => {
  const client = connect(join(folder, "systemd-status.sock"));
  client.write("POST / HTTP/1.1\r\nhost: h\r\ncontent-length: 100\r\n\r\nsystemctl");
  await sleep(50);
  client.destroy();
  await sleep(50);
  expect((await systemctl("systemd-status.sock", "is-active", "k3s")).status).toBe(200);
});
