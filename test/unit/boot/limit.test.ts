import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { limiter } from "../../../local/boot/limit.ts";

test("no more at once than allowed; all get their turn, also after a failure", async () => {
  const limit = limiter(2, 60);
  let running = 0;
  let most = 0;
  const task = (fails: boolean) => async () => {
    most = Math.max(most, ++running);
    await sleep(5);
    running -= 1;
    if (fails) throw new Error("failed");
  };
  const results = await Promise.allSettled([0, 1, 2, 3, 4].map((number) => limit(task(number === 1))));
  expect(most).toBe(2);
  expect(results.map(({ status }) => status === "fulfilled")).toEqual([true, false, true, true, true]);
});

test("one that hangs does not keep the others waiting for ever", async () => {
  const limit = limiter(1, 0.05);
  const hanging = limit(() => sleep(500));
  const begin = Date.now();
  await limit(async () => undefined);
  expect(Date.now() - begin).toBeLessThan(400);
  await hanging;
});
