/** What the local stack promises to the machine it runs on. Runs beside it; the cloud is up, without an estate. */
import { readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { runningDaemon } from "../../local/daemon/launch.ts";
import { place } from "../../local/place.ts";
import { estate, listening, networkNamespaces, opened, status } from "./machine.ts";

const here = place();

async function daemonPid(): Promise<number> {
  return (await runningDaemon(here))?.pid ?? 0;
}

let before: { readonly listening: readonly string[]; readonly namespaces: Set<string>; readonly mounts: string };

test("down leaves no process, no namespace, no mount and no listening socket", async () => {
  expect((await estate(["down"])).exitCode).toBe(0);
  before = {
    listening: await listening(),
    namespaces: await networkNamespaces(),
    mounts: await readFile("/proc/mounts", "utf8"),
  };
  expect((await estate(["up", "--yes", "--no-estate"])).exitCode).toBe(0);
  expect((await networkNamespaces()).size).toBeGreaterThan(before.namespaces.size);
  const pid = await daemonPid();
  expect((await estate(["down"])).exitCode).toBe(0);
  expect(await networkNamespaces()).toEqual(before.namespaces);
  expect(await readFile("/proc/mounts", "utf8")).toBe(before.mounts);
  expect(await listening()).toEqual(before.listening);
  await expect(readFile(`/proc/${pid}/stat`)).rejects.toThrow(/ENOENT/);
});

test("up after down has the same cloud again, and nothing of it listens on the machine", async () => {
  expect((await estate(["up", "--yes", "--no-estate"])).exitCode).toBe(0);
  expect(await listening()).toEqual(before.listening);
  const { state, services } = await status();
  expect(state).toBe("running");
  expect(services.filter((service) => service.state !== "ready")).toEqual([]);
});

test("open forwards a page to a loopback port, and only while it runs", async () => {
  const { url, close } = await opened("keystone");
  const versions = (await (await fetch(`${url}v3`)).json()) as { version: { id: string } };
  expect(versions.version.id).toMatch(/^v3/);
  const port = Number(new URL(url).port).toString(16).toUpperCase().padStart(4, "0");
  const added = (await listening()).filter((socket) => !before.listening.includes(socket));
  expect(added).toEqual([`tcp 0100007F:${port}`]);
  await close();
  expect(await listening()).toEqual(before.listening);
});

test("a service that is killed is shown by status, and started again", async () => {
  const pid = (await status()).services.find(({ name }) => name === "keystone")?.pid;
  expect((await estate(["exec", "--", "kill", "-9", String(pid)])).exitCode).toBe(0);
  for (let tries = 0; ; tries += 1) {
    const keystone = (await status()).services.find(({ name }) => name === "keystone");
    if (keystone?.state === "ready" && keystone.pid !== pid) {
      expect(keystone.restarts).toBe(1);
      break;
    }
    expect(tries, JSON.stringify(keystone)).toBeLessThan(240);
    await sleep(500);
  }
});

test("when the daemon itself is killed, everything goes with it, and the next up heals", async () => {
  process.kill(await daemonPid(), "SIGKILL");
  for (let tries = 0; tries < 100 && (await networkNamespaces()).size > before.namespaces.size; tries += 1)
    await sleep(100);
  expect(await networkNamespaces()).toEqual(before.namespaces);
  expect((await estate(["status"])).stderr).toContain("'estate local up' starts it");
  expect((await estate(["up", "--yes", "--no-estate"])).exitCode).toBe(0);
  expect((await status()).state).toBe("running");
});

test("a command inside gets the estate's credentials, and passes its exit code on", async () => {
  const token = await estate(["exec", "--", "openstack", "token", "issue", "-f", "json"]);
  expect(token.exitCode, String(token.stderr)).toBe(0);
  expect((await estate(["exec", "--", "sh", "-c", "exit 7"])).exitCode).toBe(7);
});

test("an unknown host or page is one clear line", async () => {
  const logs = await estate(["logs", "nobody"]);
  expect([logs.exitCode, logs.stderr]).toEqual([
    1,
    "estate: there is no host and no service named nobody; 'estate local status' lists them",
  ]);
  expect((await estate(["open", "nowhere"])).stderr).toContain(
    "there is no page named nowhere. Known are kubernetes, keystone",
  );
});

test("a port that is taken", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as { port: number };
  const { exitCode, stderr } = await estate(["open", "keystone", "--port", String(port)]);
  server.close();
  expect(exitCode).toBe(1);
  expect(stderr).toContain(String(port));
  expect(stderr).toMatch(/in use|taken|another/);
});
