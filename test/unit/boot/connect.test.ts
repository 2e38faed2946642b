import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { Cluster } from "../../../local/boot/cluster.ts";
import { Console } from "../../../local/boot/console.ts";
import { type BootContext, connectHost } from "../../../local/boot/first-steps.ts";
import type { HostNetwork } from "../../../local/boot/network.ts";
import { hostPaths } from "../../../local/boot/root/paths.ts";

const folder = mkdtempSync(join(tmpdir(), "estate-connect-"));
afterAll(() => rmSync(folder, { recursive: true }));

function context(network: Pick<HostNetwork, "setPower" | "settled">, signal = new AbortController().signal) {
  const console = new Console(join(folder, "console.log"));
  const cluster = { network, run: "/run" } as Cluster;
  const server = { id: "1", name: "a", status: "ACTIVE", updated: "", addresses: [], volumes: [] };
  return {
    cluster,
    server,
    paths: hostPaths(folder, "1"),
    console,
    step: () => undefined,
    signal,
  } satisfies BootContext;
}

test("links that cannot be switched on at once are no reason to fail: it is said, and tried again", async () => {
  let power = 0;
  const said: (string | undefined)[] = [];
  const boot = context({
    setPower: async () => {
      if (++power === 1) throw new Error("ip: device or resource busy");
    },
    settled: async () => {
      said.push(boot.console.reason);
      return { namespace: "host-1", nameservers: [], interfaces: [] };
    },
  });
  expect(await connectHost(boot)).toEqual({ netns: "/run/netns/host-1", nameservers: [], interfaces: [] });
  expect([power, said]).toEqual([2, ["ip: device or resource busy"]]);
  expect(boot.console.reason).toBeUndefined();
});
