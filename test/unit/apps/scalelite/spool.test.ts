import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { policy } from "../../../../apps/scalelite/access.ts";
import { spool } from "../../../../apps/scalelite/manifests.ts";
import { spoolServer } from "../../../../apps/scalelite/service/server.ts";
import { lookAt, metricsOf } from "../../../../apps/scalelite/service/spool.ts";
import { spoolProgram } from "../../../../apps/scalelite/spool.ts";
import { deriveFacts } from "../../../../stacks/facts.ts";
import { estate } from "../../stacks/fixtures.ts";
import { withMonitoring } from "../monitoring/facts.ts";
import { containerOf } from "./facts.ts";

let store: string;
const now = Date.UTC(2026, 10, 22, 12);

beforeEach(() => {
  store = mkdtempSync(join(tmpdir(), "spool-"));
  mkdirSync(join(store, "spool"));
});
afterEach(() => rmSync(store, { recursive: true, force: true }));

/** Something in the spool that arrived so many seconds ago. */
function arrived(name: string, secondsAgo: number): void {
  const path = join(store, "spool", name);
  writeFileSync(path, "");
  utimesSync(path, new Date(now - secondsAgo * 1000), new Date(now - secondsAgo * 1000));
}

it("tells what waits, and for how long; what is still on its way does not count", () => {
  expect(lookAt(store, now)).toMatchObject({ waiting: 0, oldestSeconds: 0 });
  arrived("one.tar", 7200);
  arrived("two.tar", 60);
  arrived(".three.tar.Xq81", 9000);
  arrived(".four.tar", 9000);
  const look = lookAt(store, now);
  expect(look).toMatchObject({ waiting: 2, oldestSeconds: 7200 });
  expect(look.sizeBytes).toBeGreaterThan(look.freeBytes);
  expect(metricsOf(look)).toContain(
    "# TYPE scalelite_spool_oldest_seconds gauge\nscalelite_spool_oldest_seconds 7200\n",
  );
});

it("says that it does not know where the store cannot be read, instead of telling an empty spool", async () => {
  const server = spoolServer(store).listen(0, "127.0.0.1");
  await once(server, "listening");
  const get = (path: string) => fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`);
  try {
    const there = await get("/metrics");
    expect([there.status, await there.text()]).toEqual([
      200,
      expect.stringContaining("scalelite_spool_recordings 0\n"),
    ]);
    rmSync(join(store, "spool"), { recursive: true });
    expect((await get("/metrics")).status).toBe(503);
    // which is no reason to start it anew
    expect((await get("/health")).status).toBe(200);
    expect((await get("/spool")).status).toBe(404);
  } finally {
    server.close();
  }
});

it("has the store to read, no secret, and calls nobody; only Prometheus asks it", () => {
  const program = spoolProgram();
  const workload = spool({ claim: "recordings" }, program.metadata.name);
  const { env, volumeMounts } = containerOf(workload);
  expect(env.filter(({ valueFrom }) => valueFrom)).toEqual([]);
  expect(volumeMounts).toContainEqual({ name: "recordings", mountPath: "/var/bigbluebutton", readOnly: true });
  expect(Object.keys(program.data)).toEqual(["main.ts", "server.ts", "spool.ts", "package.json"]);
  const { apps } = deriveFacts(estate(withMonitoring));
  const { ingress, egress } = policy("spool", { apps, bbb: [] }).spec;
  expect(egress).toEqual([]);
  expect(JSON.stringify(ingress)).toBe(
    '[{"from":[{"podSelector":{"matchLabels":{"app.kubernetes.io/name":"monitoring"}}}],"ports":[{"port":9300,"protocol":"TCP"}]}]',
  );
});

it("is read only where there are recordings", () => {
  const read = (settings: object) => {
    const { apps } = deriveFacts(
      estate((document) => {
        withMonitoring(document);
        Object.assign(document.apps.scalelite, settings);
      }),
    );
    return Object.keys(apps.find(({ name }) => name === "scalelite")?.ports ?? {});
  };
  expect(read({})).toContain("spool");
  expect(read({ recordings: undefined })).toEqual(["http", "api"]);
});
