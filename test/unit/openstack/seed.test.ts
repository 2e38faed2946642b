import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { startServer, untilAnswers } from "../../../local/openstack/seed.ts";

const folder = mkdtempSync(join(tmpdir(), "estate-seed-"));
const log = join(folder, "mariadb.log");
afterAll(() => rmSync(folder, { recursive: true }));
const silent = () => Promise.reject(new Error("no socket"));

test("a MariaDB that ends while starting shows the end of its log, and what is behind it", async () => {
  const script = "echo 'InnoDB: write failed: No space left on device' >&2; exit 1";
  const said = untilAnswers(startServer(["sh", "-c", script], log), log, silent);
  await expect(said).rejects.toThrow(
    /^MariaDB ended while starting\. Its log, .*mariadb\.log, ends with:\n {2}InnoDB: .*\nWhat is behind it: the disk is full; .*\nAfter the cure, 'estate local up'/,
  );
});

test.each([
  ["is killed", ["sh", "-c", "kill -9 $$"]],
  ["is not installed", ["/nowhere/mariadbd"]],
] as const)("a MariaDB that %s is not waited for", async (_, command) => {
  await expect(untilAnswers(startServer([...command], log), log, silent, 20)).rejects.toThrow("ended while starting");
});

test("a MariaDB that does not answer in time says what was asked of it", async () => {
  const server = startServer(["sleep", "60"], log);
  await expect(untilAnswers(server, log, silent, 0.2)).rejects.toThrow("does not answer after 0.2 s: no socket");
  server.kill("SIGKILL");
});

test("a MariaDB that answers is all there is to wait for", async () => {
  let asked = 0;
  const server = startServer(["sleep", "60"], log);
  await untilAnswers(server, log, async () => {
    if (++asked < 3) throw new Error("not yet");
  });
  expect(asked).toBe(3);
  server.kill("SIGKILL");
});
