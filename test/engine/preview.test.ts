/**
 * `estate preview` on the running estate: the roll it lists, and that a roll without the chain is refused. That the roll which comes is the
 * one that it lists is seen where twelve hosts are replaced (roll.test.ts).
 */
import { lookup } from "node:dns/promises";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readKubeconfig } from "../../cli/cluster/kubeconfig.ts";
import type { Refusal } from "../../cli/preview/judge.ts";
import type { Plan } from "../../cli/preview/plan.ts";
import { readStackFile, writeStackFile } from "../../cli/stack-file.ts";
import { brokenProgram, discard, editDocument, estate, here, secretsOf, serverIds } from "./estate.ts";
import { secretLines, shownIn } from "./secret-lines.ts";

const replaced = ["bbb-01", "bbb-02", "worker-01"];
let kept: Awaited<ReturnType<typeof readStackFile>>;

let broken: string;
beforeAll(async () => {
  kept = await readStackFile(here.stack);
  broken = await brokenProgram("components/hostPool.ts", "...(before ? [before.ready] : [])", "");
});
afterAll(async () => {
  await writeStackFile(here.stack, kept);
  await discard(broken);
});

test("without a change the plan is empty, and says so", async () => {
  const { exitCode, stdout, text } = await estate(["preview", "--json"]);
  expect(exitCode, text).toBe(0);
  const plan = JSON.parse(stdout) as Plan;
  const hosts = Object.keys(await serverIds()).length;
  expect([plan.changes, plan.users, plan.hostsNow]).toEqual([[], ["Nothing changes."], hosts]);
  expect(plan.counts.unchanged).toBeGreaterThan(50);
});

test("with an orchestrator that cannot be reached the plan is made all the same, and says so", async () => {
  const { server } = readKubeconfig(await readFile(join(here.data, "kubeconfig"), "utf8"));
  const addresses = (await lookup(server.hostname, { all: true, family: 4 })).map(({ address }) => address);
  const table = "ip estate-test-silent";
  const chain = [
    "type filter hook output priority filter; policy accept;",
    `ip daddr { ${addresses.join(", ")} } tcp dport ${server.port} reject with tcp reset`,
  ];
  const [closed, shown] = await execa("nft", ["-f", "-"], {
    input: `table ${table} {\nchain out {\n${chain.join("\n")}\n}\n}\n`,
  })
    .then(async () => [await estate(["preview", "--json"]), await estate(["preview", "--markdown", "-"])] as const)
    .finally(() => execa("nft", ["delete", "table", ...table.split(" ")], { reject: false }));
  expect(closed.exitCode, closed.text).toBe(0);
  const { changes, silentOrchestrator } = JSON.parse(closed.stdout) as Plan;
  expect([changes, silentOrchestrator]).toEqual([[], expect.stringContaining(`${server.host}: connect ECONNREFUSED`)]);
  expect([shown.exitCode, shown.stdout]).toEqual([0, expect.stringContaining("**The orchestrator did not answer**")]);
  const open = await estate(["preview", "--markdown", "-"]);
  expect(open.exitCode, open.text).toBe(0);
  expect(open.stdout).not.toContain("The orchestrator did not answer");
});

test("another server group, flavor and name server: every host is replaced, and never more than width of a pool at once", async () => {
  await editDocument(({ network, roles }) => {
    Object.assign(roles.bbb ?? {}, { antiAffinity: "soft" });
    Object.assign(roles.worker ?? {}, { flavor: "m1.medium" });
    Object.assign(network, { nameservers: { estate: "192.0.2.53", second: "192.0.2.54" } });
  });
  const { exitCode, stdout, text } = await estate(["preview", "--json"]);
  await writeStackFile(here.stack, kept);
  expect(exitCode, text).toBe(0);
  const { hosts, together } = JSON.parse(stdout) as Plan;
  expect(hosts.map(({ name, kind }) => `${kind} ${name}`).sort()).toEqual(
    Object.keys(await serverIds())
      .map((name) => `replace ${name}`)
      .sort(),
  );
  expect(together.map(({ role, atOnce }) => [role, atOnce])).toEqual([
    ["orchestrator", 1],
    ["bbb", 1],
    ["worker", 1],
  ]);
});

test("a new generation of three hosts: their roll, in every form without a secret, twice the same", async () => {
  await editDocument(({ roles }) => {
    for (const host of replaced) {
      const own = roles[host.replace(/-\d+$/, "")]?.hosts[host];
      if (!own) throw new Error(`the document has no host ${host}`);
      own.generation = Number(own.generation ?? 0) + 1;
    }
  });
  const markdown = await estate(["preview", "--markdown", "-"]);
  expect(markdown.exitCode, markdown.text).toBe(0);
  expect(markdown.stdout).toContain("2 bbb hosts drain one after another");
  expect((await estate(["preview", "--markdown", "-"])).stdout).toBe(markdown.stdout);
  const json = await estate(["preview", "--json"]);
  const { hosts, together } = JSON.parse(json.stdout) as Plan;
  expect(hosts.map(({ name, kind, after }) => [name, kind, after])).toEqual([
    ["bbb-01", "replace", undefined],
    ["bbb-02", "replace", "bbb-01"],
    ["worker-01", "replace", undefined],
  ]);
  expect(together.map(({ role, atOnce }) => [role, atOnce])).toEqual([
    ["bbb", 1],
    ["worker", 1],
  ]);
  const lines = secretLines(await secretsOf());
  expect(lines.length).toBeGreaterThan(10);
  expect(shownIn(`${markdown.text}${json.text}`, lines)).toEqual([]);
});

test("without the chain it is refused, by preview and by up, and no server is touched", async () => {
  const before = await serverIds();
  const refused = await estate(["preview", "--json"], broken);
  expect(refused.exitCode, refused.text).toBe(4);
  const { refusals } = JSON.parse(refused.stdout) as { refusals: readonly Refusal[] };
  expect(refusals.map(({ danger }) => danger)).toEqual(["width"]);
  expect(refusals[0]?.what).toContain("2 of the 2 bbb hosts");
  const up = await estate(["up", "--yes"], broken);
  expect([up.exitCode, up.stderr]).toEqual([4, expect.stringContaining("--accept width")]);
  expect(await serverIds()).toEqual(before);
});
