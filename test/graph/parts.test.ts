/** What one host more adds to the graph: exactly what the tests of plans expect of it. */
import { expect, it } from "vitest";
import { partsOf } from "./parts.ts";
import { graph } from "./program.ts";

const recordings = { sizeGiB: 1, path: "/var/lib/recordings" };

// biome-ignore lint/suspicious/noExplicitAny: a test changes whatever it likes
async function registered(change: (document: any) => void): Promise<string[]> {
  const nodes = await graph({
    change: (document) => {
      document.network.reverseRanges = { public: "203.0.113.0/24" };
      document.roles.bbb.volumes = { recordings };
      document.roles.extra = { runs: ["pods"], flavor: "m1.small", count: 2 };
      change(document);
    },
  });
  return nodes.filter(({ custom }) => custom).map(({ type, name }) => `${type} ${name}`);
}

const before = await registered(() => undefined);

it.each([
  [
    "a worker",
    "worker-02",
    {},
    // biome-ignore lint/suspicious/noExplicitAny: a test changes whatever it likes
    ({ roles }: any) => {
      roles.worker.hosts["worker-02"] = {};
    },
  ],
  [
    "a bbb host, with its volume, its floating IP and the way to it",
    "bbb-03",
    {
      public: true,
      volumes: ["recordings"],
      rules: ["worker-out-tcp:443-to-bbb-03/32", "extra-out-tcp:443-to-bbb-03/32"],
    },
    // biome-ignore lint/suspicious/noExplicitAny: a test changes whatever it likes
    ({ roles }: any) => {
      roles.bbb.hosts["bbb-03"] = {};
    },
  ],
  [
    "one of a role whose hosts are counted",
    "extra-03",
    {},
    // biome-ignore lint/suspicious/noExplicitAny: a test changes whatever it likes
    ({ roles }: any) => {
      roles.extra.count = 3;
    },
  ],
])("%s more", async (_what, host, parts, change) => {
  const after = await registered(change);
  expect(before.filter((one) => !after.includes(one))).toEqual([]);
  expect(after.filter((one) => !before.includes(one)).sort()).toEqual(partsOf(host, parts));
});
