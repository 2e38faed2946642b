import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { consumers } from "../../../local/openstack/amqp.ts";
import { stepsIn } from "../../../local/openstack/steps.ts";

test("a step is done once for a key, again for another, and again when it failed", async () => {
  const folder = await mkdtemp(join(tmpdir(), "estate-steps-"));
  const done: string[] = [];
  const once = (key: string, work = async () => void done.push(key)) => stepsIn(folder).once("one", key, work);
  await expect(once("a", () => Promise.reject(new Error("killed")))).rejects.toThrow("killed");
  expect(await stepsIn(folder).done("one")).toBeUndefined();
  await once("a");
  await once("a");
  await once("b");
  expect(done).toEqual(["a", "b"]);
  await rm(folder, { recursive: true });
});

test("a broker that closes or stays silent is an error, not a wait for ever", async () => {
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  await expect(consumers("q", { port, user: "u", password: "p" })).rejects.toThrow();
  server.close();
});
