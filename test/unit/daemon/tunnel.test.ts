import { createServer, type Server } from "node:net";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { afterEach, expect, test } from "vitest";
import { cannotListen, listen, named } from "../../../cli/local/open.ts";
import { tunnel } from "../../../local/daemon/control.ts";
import { parsePort, parseTarget } from "../../../local/daemon/target.ts";

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

test.each([
  ["api.estate.test:6443", { host: "api.estate.test", port: 6443 }],
  ["192.0.2.1:65535", { host: "192.0.2.1", port: 65_535 }],
  ["[fd00::1]:80", { host: "fd00::1", port: 80 }],
  ["api:65536", undefined],
  ["api:0", undefined],
  ["api:http", undefined],
  ["api", undefined],
  [":80", undefined],
  ["", undefined],
])("the target %j", (written, target) => {
  expect(parseTarget(written)).toEqual(target);
});

test.each([
  ["0", 0],
  ["8443", 8443],
  ["65536", undefined],
  ["-1", undefined],
  ["http", undefined],
  ["", undefined],
])("the port %j", (written, port) => {
  expect(parsePort(written)).toBe(port);
});

/** A caller's end of a tunnel: what it is told, and whether it is still open. */
function caller(target: string): Promise<string> {
  const socket = new PassThrough();
  const told = text(socket);
  tunnel(target, socket);
  return told;
}

test.each(["api:99999", "api:NaN", "nothing", ""])(
  "a tunnel to %j is refused, and no error goes astray",
  async (to) => {
    expect(await caller(to)).toMatch(/^HTTP\/1\.1 400 /);
  },
);

test("a tunnel to where nobody listens is refused with the reason", async () => {
  const server = createServer();
  const port = await listen(server, 0);
  await new Promise((resolve) => server.close(resolve));
  expect(await caller(`127.0.0.1:${port}`)).toMatch(/^HTTP\/1\.1 502 .*ECONNREFUSED/);
});

test("a port that is taken, and one that is root's, are one line with a cure", async () => {
  const [first, second] = [createServer(), createServer()];
  servers.push(first, second);
  const port = await listen(first, 0);
  await expect(listen(second, port)).rejects.toThrow(
    `port ${port} of 127.0.0.1 is taken; choose another with --port, or 0 for a free one`,
  );
  expect(cannotListen(80, { name: "Error", message: "listen EACCES", code: "EACCES" })).toBe(
    "port 80 of 127.0.0.1 is for root alone, as those below 1024 are; choose another with --port, or 0 for a free one",
  );
});

test("a page by name and port; a port that cannot be is refused before anything is asked", () => {
  expect(named("bbb-1.estate.test:443")).toEqual({ target: "bbb-1.estate.test:443", scheme: "https" });
  expect(() => named("bbb-1.estate.test:70000")).toThrow("a port from 1 to 65535");
});
