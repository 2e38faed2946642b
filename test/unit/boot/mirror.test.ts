import { once } from "node:events";
import { createServer } from "node:net";
import { expect, test } from "vitest";
import { startMirror } from "../../../local/boot/mirror.ts";
import { ownerIn } from "../../../local/boot/port-owner.ts";

test("a mirror whose port is taken says what to do about it", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  const { port } = other.address() as { port: number };
  await expect(startMirror("/nowhere", "127.0.0.1", port)).rejects.toThrow(
    new RegExp(`^the mirror cannot listen on 127.0.0.1:${port}: .* has that port; .*'estate local up'`),
  );
  other.close();
});

test("who has a port, as ss says it", () => {
  const line = 'LISTEN 0 511 192.0.2.80:80 0.0.0.0:* users:(("haproxy",pid=12,fd=5),("haproxy",pid=11,fd=5))';
  expect(ownerIn(line)).toBe("haproxy (process 12)");
  expect(ownerIn("LISTEN 0 511 192.0.2.80:80 0.0.0.0:*")).toBeUndefined();
  expect(ownerIn("")).toBeUndefined();
});

test("a request that cannot be read is refused, and the mirror goes on", async () => {
  const mirror = await startMirror("/nowhere", "127.0.0.1", 0);
  const { port } = mirror.address() as { port: number };
  expect((await fetch(`http://127.0.0.1:${port}/%E0%A4%A`)).status).toBe(400);
  expect((await fetch(`http://127.0.0.1:${port}/k3s`)).status).toBe(200);
  mirror.close();
});
