import { expect, it } from "vitest";
import { longestRound, pollingFor } from "../../../../apps/scalelite/polling.ts";

it.each([
  [1, 5, 12],
  [4, 5, 12],
  [5, 6, 12],
  [30, 31, 12],
  [41, 41, 22],
  [100, 41, 32],
])("%i servers may all be slow, and each has its turn", (servers, threads, waitTimeout) => {
  const polling = pollingFor(servers, 60);
  expect(polling).toMatchObject({ threads, waitTimeout });
  const { connectTimeout, responseTimeout } = polling;
  expect((threads - 1) * Math.floor(waitTimeout / (connectTimeout + responseTimeout))).toBeGreaterThanOrEqual(servers);
});

it.each([20, 60, 61, 300])("no meeting is ended of a server that was silent for less than %i s", (grace) => {
  const { unhealthyThreshold, interval } = pollingFor(30, grace);
  // the first of so many looks may fail the moment it falls silent
  expect((unhealthyThreshold - 1) * interval).toBeGreaterThanOrEqual(grace);
  expect((unhealthyThreshold - 2) * interval).toBeLessThan(grace + interval);
  expect(unhealthyThreshold).toBeGreaterThanOrEqual(2);
});

it("the longest round has the sleep, the common wait, and the end of threads in it", () => {
  expect(longestRound(pollingFor(100, 60))).toBe(10 + 32 + 5);
});
