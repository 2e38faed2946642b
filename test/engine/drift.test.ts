/**
 * `estate drift` on the running estate: what is changed by hand is found, each in its class, and nothing else; each is taken back by its
 * id, and then there is nothing to tell. It does not prove what a real hypervisor does to a port that is deleted under a server.
 */
import { appendFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findCloud } from "../../cli/credentials.ts";
import type { Report } from "../../cli/drift/report.ts";
import { readJournal } from "../../cli/journal/journal.ts";
import type { Plan } from "../../cli/preview/plan.ts";
import type { Backup } from "../../cli/state/backups.ts";
import { connect } from "../../local/openstack-client/client.ts";
import { brief } from "../unit/drift/fixtures.ts";
import { find, makeOneOfEach, type Named } from "./drift/by-hand.ts";
import {
  brokenProgram,
  cloud,
  discard,
  editDocument,
  estate,
  here,
  kubectl,
  longest,
  pulumi,
  run,
  serverIds,
} from "./estate.ts";
import { gateRuns, killEngine } from "./processes.ts";
import { newReader } from "./reader.ts";
import { until } from "./until.ts";

/** The program, with a config map in its application, so that there is one to edit. */
let program: string;
const service = "new kubernetes.core.v1.Service(name,";
const settings = `new kubernetes.core.v1.ConfigMap("settings", this.takenBack({ metadata: { name: "settings" }, data: { greeting: "hello" } }), this.own(args.after));`;

const changed = (args: readonly string[]) => estate(args, program);

async function drift(): Promise<Report & { readonly exitCode: number | undefined }> {
  const { exitCode, stdout, text } = await changed(["drift", "--json"]);
  expect(stdout, text).toMatch(/^\{"stack"/);
  const report = JSON.parse(stdout) as Report;
  expect(report.troubles).toEqual([]);
  return { ...report, exitCode };
}

async function expectClean(): Promise<void> {
  const { exitCode, findings, waiting } = await drift();
  expect([brief(findings), waiting, exitCode]).toEqual([[], [], 0]);
}

/** Takes back all findings by their ids. */
async function repairAll({ findings }: Pick<Report, "findings">): Promise<void> {
  const { exitCode, text } = await changed(["drift", "repair", ...findings.map(({ id }) => id), "--yes"]);
  expect(exitCode, text).toBe(0);
}

beforeAll(async () => {
  program = await brokenProgram("apps/hello/component.ts", service, `${settings}\n    ${service}`);
  const up = await changed(["up", "--yes"]);
  expect(up.exitCode, up.text).toBe(0);
});

afterAll(async () => {
  // the config map goes again
  const up = await estate(["up", "--yes"]);
  await discard(program);
  expect(up.exitCode, up.text).toBe(0);
});

test("an estate that nobody touched has nothing to tell", async () => expectClean());

test("what was changed by hand is found, each in its class, and nothing else; repaired, it is clean", async () => {
  const openstack = await cloud();
  const servers = await serverIds();
  const put = async (path: string, body: object) => openstack.request("PUT", "compute", path, { body });
  await put(`/servers/${servers["worker-01"]}`, { server: { name: "renamed-by-hand" } });
  await openstack.request("POST", "compute", `/servers/${servers["bbb-01"]}/action`, { body: { "os-stop": null } });
  const group = await find(openstack, "network", "/v2.0/security-groups", "estate-worker");
  const rule = {
    ...{ security_group_id: group, direction: "ingress", ethertype: "IPv4", protocol: "tcp" },
    ...{ port_range_min: 8443, port_range_max: 8443, remote_ip_prefix: "0.0.0.0/0", description: "by-hand-rule" },
  };
  await openstack.request("POST", "network", "/v2.0/security-group-rules", { body: { security_group_rule: rule } });
  const external = await find(openstack, "network", "/v2.0/networks", "public");
  const { floatingip } = await openstack.request<{ floatingip: { floating_ip_address: string } }>(
    ...(["POST", "network", "/v2.0/floatingips"] as const),
    { body: { floatingip: { floating_network_id: external } } },
  );
  await openstack.request("POST", "block-storage", "/volumes", {
    body: { volume: { size: 1, name: "by-hand-volume" } },
  });
  const zone = await find(openstack, "dns", "/v2/zones", "estate.test.");
  const record = await find(openstack, "dns", `/v2/zones/${zone}/recordsets`, "worker-01.estate.test.");
  await openstack.request("PUT", "dns", `/v2/zones/${zone}/recordsets/${record}`, {
    body: { records: ["192.0.2.99"], ttl: 60 },
  });
  await run("kubectl", "scale", "deployment", "hello", "--namespace", "estate", "--replicas", "4");
  await run(
    "kubectl",
    "patch",
    "configmap",
    "settings",
    "--namespace",
    "estate",
    "--patch",
    '{"data":{"greeting":"changed"}}',
  );
  await run("kubectl", "create", "configmap", "by-hand-map", "--namespace", "estate", "--from-literal", "made=by-hand");
  await until("bbb-01 is stopped", async () => {
    const { server } = await openstack.get<{ server: { status: string } }>("compute", `/servers/${servers["bbb-01"]}`);
    return server.status === "SHUTOFF";
  });
  await until("the volume is there", async () => {
    const volumes = await openstack.list<Named & { status: string }>("block-storage", "/volumes/detail", "volumes");
    return volumes.some(({ name, status }) => name === "by-hand-volume" && status === "available");
  });

  const report = await drift();
  expect(report.exitCode).toBe(2);
  expect(brief(report.findings)).toEqual(
    [
      "cloud cosmetic worker-01 changed",
      "cloud outage bbb-01 changed",
      "cloud outage dns-worker-01 changed",
      "cloud outage hello changed",
      "cloud outage settings changed",
      "unmanaged ownership by-hand-volume unknown",
      "unmanaged ownership estate/by-hand-map unknown",
      `unmanaged ownership ${floatingip.floating_ip_address} unknown`,
      "unmanaged security by-hand-rule unknown",
    ].sort(),
  );
  const ownerOf = (name: string) => report.findings.find((one) => one.name === name)?.owner;
  expect([ownerOf("hello"), ownerOf("settings")]).toEqual(["human", "human"]);
  expect(report.stuck).toEqual([]);

  // each may be taken back alone: of what else was changed, nothing is
  const one = report.findings.filter(({ name }) => name === "dns-worker-01");
  await repairAll({ ...report, findings: one });
  expect(brief((await drift()).findings)).toEqual(brief(report.findings.filter((found) => !one.includes(found))));

  const before = await pulumi(["stack", "export"], program);
  await repairAll({ ...report, findings: report.findings.filter((found) => !one.includes(found)) });
  const kept = await changed(["state", "backups", "--json"]);
  const [newest] = (JSON.parse(kept.stdout) as { readonly backups: readonly Backup[] }).backups;
  expect(newest?.occasion, kept.text).toBe("repair");
  expect(JSON.parse(await readFile(newest?.file ?? "", "utf8"))).toEqual(JSON.parse(before.stdout));
  await expectClean();
  // as it was before, and not only no longer told
  expect((await serverIds())["worker-01"]).toBe(servers["worker-01"]);
  const { server } = await openstack.get<{ server: { status: string } }>("compute", `/servers/${servers["bbb-01"]}`);
  expect(server.status).toBe("ACTIVE");
  const { spec } = await kubectl<{ spec: { replicas: number } }>("get", "deployment", "hello", "--namespace", "estate");
  expect(spec.replicas).toBe(2);
});

test("a check needs no more than to look: with such credentials it tells the same, and nothing can be changed", async () => {
  const reader = await newReader(program);
  try {
    // as it is put on the orchestrator, it runs there: its pod has a host, and its history a volume
    expect([reader.unbound, reader.node]).toEqual([[], reader.host]);
    const asReader = (...command: readonly string[]) =>
      execa(join(program, "cli", "estate"), [...command, "--json", "--stack", here.stack], {
        ...{ ...longest, cwd: program, reject: false, stdin: "ignore", env: reader.environment },
      });
    const check = await asReader("drift");
    expect(JSON.parse(check.stdout), check.stderr).toMatchObject({ result: "clean", findings: [], troubles: [] });
    expect(check.exitCode).toBe(0);
    const plan = await asReader("preview");
    expect(JSON.parse(plan.stdout), plan.stderr).toMatchObject({
      changes: [],
      errors: [],
      users: ["Nothing changes."],
    });
    expect(plan.exitCode).toBe(0);
    const openstack = connect(await findCloud(reader.environment));
    const body = { floatingip: { floating_network_id: await find(openstack, "network", "/v2.0/networks", "public") } };
    await expect(openstack.request("POST", "network", "/v2.0/floatingips", { body })).rejects.toThrow(
      /403|not allowed/,
    );
    const made = ["create", "configmap", "by-reader", "--namespace", "estate"];
    await expect(run("kubectl", "--kubeconfig", reader.kubeconfig, ...made)).rejects.toThrow(/forbidden/i);

    const [scaled, own] = ["deployment/hello", (await serverIds())["worker-01"]];
    await run("kubectl", "scale", scaled, "--namespace", "estate", "--replicas", "4");
    await run(
      "kubectl",
      "create",
      "configmap",
      "by-hand-map",
      "--namespace",
      "estate",
      "--from-literal",
      "made=by-hand",
    );
    const renamed = { server: { name: "renamed-by-hand" } };
    await (await cloud()).request("PUT", "compute", `/servers/${own}`, { body: renamed });
    const found = await asReader("drift");
    expect(found.exitCode, found.stderr).toBe(2);
    const report = JSON.parse(found.stdout) as Report;
    expect([brief(report.findings), report.troubles]).toEqual([
      [
        "cloud cosmetic worker-01 changed",
        "cloud outage hello changed",
        "unmanaged ownership estate/by-hand-map unknown",
      ],
      [],
    ]);
    await repairAll(report);
    await expectClean();
  } finally {
    await reader.forget();
  }
});

/**
 * Takes things in with the code and the import that `estate drift adopt` prints.
 *
 * @returns their URNs
 */
async function adopt(findings: Report["findings"]): Promise<readonly string[]> {
  const urns: string[] = [];
  for (const { id } of findings) {
    const { exitCode, stdout, text } = await changed(["drift", "adopt", id]);
    expect(exitCode, text).toBe(0);
    const [code = "", command = ""] = stdout.split(/^# then.*$/m);
    await appendFile(join(program, "index.ts"), code);
    const [line = ""] = command.trim().split("\n");
    expect(line).toMatch(/^pulumi import /);
    const imported = await execa("sh", ["-c", `${line} --yes --non-interactive`], {
      ...{ cwd: program, reject: false, all: true, stdin: "ignore" },
    });
    expect(imported.exitCode, imported.all).toBe(0);
    const [, , type = "", name = ""] = line.split(" ");
    urns.push(`urn:pulumi:${here.stack}::estate::${type}::${name}`);
  }
  return urns;
}

async function previewed() {
  const { stdout, text } = await changed(["preview", "--json"]);
  expect(stdout, text).toMatch(/^\{/);
  const { changes, errors } = JSON.parse(stdout) as Pick<Plan, "changes" | "errors">;
  expect(errors).toEqual([]);
  return changes.map(({ kind, name, changed: paths }) => [kind, name, ...paths].join(" "));
}

test("of what nobody manages every kind is found in its class, and is taken in with the code and the import that adopt prints; given up, it is found again, and deleted", async () => {
  const expected = await makeOneOfEach(await cloud());
  const report = await drift();
  expect(brief(report.findings)).toEqual(expected);
  const index = join(program, "index.ts");
  const before = await readFile(index, "utf8");
  const urns = [...(await adopt(report.findings))];
  // such a rule and such a server the policies refuse, rightly: who wants them says so
  const allowed = {
    "servers-have-gates": { allow: ["by-hand-server"] },
    "world-only-by-catalogue": { allow: ["tcp 8443-8443"] },
  };
  await writeFile(join(program, "policies", `${here.stack}.config.json`), JSON.stringify(allowed));
  expect(await previewed()).toEqual([
    "update by-hand-image imageCachePath",
    "update by-hand-port fixedIps securityGroupIds",
  ]);
  const up = await changed(["up", "--yes"]);
  expect(up.exitCode, up.text).toBe(0);
  const rules = await drift();
  const own = "a rule in a group of the estate that no document has: hosts of the group may reach everybody";
  expect(rules.findings.map(({ meaning }) => meaning)).toEqual(Array(2).fill(expect.stringContaining(own)));
  urns.push(...(await adopt(rules.findings)));
  expect(await previewed()).toEqual([]);
  await expectClean();

  await writeFile(index, before);
  for (const urn of urns) {
    const given = await pulumi(["state", "delete", urn, "--force", "--yes"], program);
    expect(given.exitCode, given.text).toBe(0);
  }
  const again = await drift();
  expect(brief(again.findings)).toEqual(expected);
  await repairAll(again);
  await expectClean();
});

test("a node that was deleted is an outage; its host is restarted, and joins again", async () => {
  await run("kubectl", "delete", "node", "worker-01");
  const report = await drift();
  expect(brief(report.findings)).toEqual(["cloud outage worker-01 gone"]);
  const before = await serverIds();
  await repairAll(report);
  await expectClean();
  expect(await serverIds()).toEqual(before);
});

test("a port that was deleted is an outage; it is made anew, with the server that stood on it and no other", async () => {
  const openstack = await cloud();
  const before = await serverIds();
  const port = await find(openstack, "network", "/v2.0/ports", "worker-01");
  await openstack.request("DELETE", "network", `/v2.0/ports/${port}`);
  const report = await drift();
  const found = brief(report.findings);
  expect(found).toContain("cloud outage worker-01-port gone");
  // its server lost its address with it
  expect(found.filter((one) => !/^cloud outage worker-01(-port)? (gone|changed)$/.test(one))).toEqual([]);
  await repairAll(report);
  await expectClean();
  const after = await serverIds();
  expect(Object.keys(after).filter((host) => after[host] !== before[host])).toEqual(["worker-01"]);
});

test("after a killed update it says what happened and what to do; estate up does it, and it is clean", async () => {
  await editDocument(({ roles: { worker } }) => {
    Object.assign(worker?.hosts["worker-01"] ?? {}, { generation: 70 });
    // long enough for a check while the update runs
    Object.assign(worker?.rollout ?? {}, { soakMinutes: 3 });
  });
  const since = Date.now();
  const up = execa(join(program, "cli", "estate"), ["up", "--yes", "--stack", here.stack], {
    ...{ cwd: program, reject: false, stdin: "ignore", env: { ESTATE_JOURNAL: join(program, "journal") } },
  });
  await until("worker-01 is watched", async () =>
    (await readJournal(here.stack, join(program, "journal"))).some(
      ({ host, step, time }) => host === "worker-01" && step === "soak" && Date.parse(time) >= since,
    ),
  );
  const running = await changed(["drift"]);
  expect([running.exitCode, running.stdout]).toEqual([75, expect.stringContaining("An update runs since")]);
  up.kill("SIGKILL");
  await killEngine();
  await up;
  await until("the gates of the killed update ended", async () => !(await gateRuns()));
  const { exitCode, stdout, text } = await changed(["drift"]);
  expect(exitCode, text).toBe(2);
  expect(stdout).toContain("Left half-done by an update that was killed");
  expect(stdout).toContain("'estate up' takes in or removes what was half-made");
  const preview = await changed(["preview"]);
  expect(preview.stdout, preview.text).toMatch(/worker-01-ready: the last update was killed while it was making it/);
  expect(preview.stdout).toContain("'estate up' takes in or removes what was half-made");
  await editDocument(({ roles: { worker } }) => {
    Object.assign(worker?.rollout ?? {}, { soakMinutes: 0.05 });
  });
  const again = await changed(["up", "--yes"]);
  expect(again.exitCode, again.text).toBe(0);
  await expectClean();
});
