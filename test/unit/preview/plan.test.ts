/** What a plan says of previews of the real program's graph. */
import { describe, expect, it } from "vitest";
import { judgePlan } from "../../../cli/preview/judge.ts";
import { planOf } from "../../../cli/preview/plan.ts";
import {
  type Built,
  built,
  type Change,
  eventsOf,
  gate,
  hostsOf,
  instance,
  logOf,
  replaced,
  type Told,
} from "./engine.ts";

const six = await built();

function plan(of: Built, told: readonly [string, Told][], events = eventsOf(of.nodes, new Map(told))) {
  return planOf(logOf(events), { stack: "prod", complete: true, pools: of.facts.pools });
}

const dangers = (...args: Parameters<typeof judgePlan>) => judgePlan(...args).map(({ danger }) => danger);
const wide: Change = ({ roles }) => {
  roles.bbb.hosts = Object.fromEntries(["bbb-01", "bbb-02", "bbb-03", "bbb-04"].map((name) => [name, {}]));
  roles.bbb.rollout = { width: 2, drainMinutes: 60, joinMinutes: 10, soakMinutes: 5 };
};

describe("the roll", () => {
  const all = plan(
    six,
    hostsOf(six).flatMap((host) => replaced(host)),
  );

  it("is in the order of pools and names, each host after the one before", () => {
    expect(all.hosts.map(({ name, after = "" }) => `${name} ${after}`.trim())).toEqual([
      ...["orchestrator-01", "orchestrator-02 orchestrator-01", "orchestrator-03 orchestrator-02"],
      ...["bbb-01", "bbb-02 bbb-01", "worker-01"],
    ]);
    expect(all.hosts.every(({ replacing }) => replacing.join() === "imageId")).toBe(true);
  });

  it("takes the sum of drain, join and soak at most, and of soak at least", () => {
    expect(all.minutes.most).toBeCloseTo(6 * (4 + 4 + 0.05));
    expect(all.minutes.least).toBeCloseTo(6 * 0.05);
  });

  it("counts what providers have: a server and two gates a host, and no component", () => {
    const managed = six.nodes.filter(({ custom }) => custom).length;
    expect(all.counts).toEqual({ replace: 18, delete: 0, update: 0, create: 0, unchanged: managed - 18 });
    expect(all.hostsNow).toBe(6);
  });

  it("is in the order in which the servers' steps begin in the events", () => {
    const told = new Map(hostsOf(six).flatMap((host) => replaced(host)));
    const { begun } = logOf(eventsOf(six.nodes, told));
    const began = begun
      .filter(({ op, type }) => op === "replace" && type.endsWith(":Instance"))
      .map(({ name }) => name);
    expect(began).toEqual(all.hosts.map(({ name }) => name));
  });

  it("takes less with a width of two, and host three waits for host one", async () => {
    const four = await built(wide);
    const names = ["bbb-01", "bbb-02", "bbb-03", "bbb-04"];
    const { hosts, minutes, users } = plan(
      four,
      names.flatMap((host) => replaced(host)),
    );
    expect(hosts.map(({ name, after }) => [name, after])).toEqual([
      ...[
        ["bbb-01", undefined],
        ["bbb-02", undefined],
        ["bbb-03", "bbb-01"],
        ["bbb-04", "bbb-02"],
      ],
    ]);
    expect(minutes).toEqual({ least: 10, most: 2 * 75 });
    expect(users[0]).toMatch(/^4 bbb hosts drain, 2 at a time: what runs on each has 1 h to end or to move/);
  });

  it("lets new hosts wait for nobody, and puts last what goes for good", async () => {
    const more: Change = ({ roles }) => {
      roles.bbb.hosts = { "bbb-01": {}, "bbb-02": {}, "bbb-03": {} };
    };
    const three = await built(more, ["bbb-03"]);
    const made: [string, Told][] = [instance("bbb-03"), gate("bbb-03", "drain"), gate("bbb-03", "ready")].map(
      (key) => [...[key, { op: "create" }]] as [string, Told],
    );
    const gone: [string, Told][] = [[instance("worker-01"), { op: "delete" }]];
    const { hosts, hostsNow } = plan(three, [...made, ...replaced("bbb-01"), ...gone]);
    expect(hosts.map(({ name, kind }) => `${name} ${kind}`)).toEqual([
      "bbb-01 replace",
      "bbb-03 create",
      "worker-01 delete",
    ]);
    expect(hosts.map(({ role }) => role)).toEqual(["bbb", "bbb", "worker"]);
    // worker-01 is still in this document; it is counted once more than it is there
    expect(hostsNow).toBe(7);
  });
});

describe("the check of a plan", () => {
  const roll = hostsOf(six).flatMap((host) => replaced(host));

  it("has nothing against a roll, whatever the width", async () => {
    expect(dangers(plan(six, roll), {})).toEqual([]);
    const four = await built(wide);
    expect(
      dangers(
        plan(
          four,
          hostsOf(four).flatMap((host) => replaced(host)),
        ),
        {},
      ),
    ).toEqual([]);
  });

  it("refuses a roll without the chain, names pool and width, and can be told to accept it", () => {
    const unchained = six.nodes.map((node) => ({
      ...node,
      dependsOn: node.dependsOn.filter((key) => !key.endsWith("-ready")),
    }));
    const broken = plan({ ...six, nodes: unchained }, roll);
    const [orchestrator, bbb, ...others] = judgePlan(broken, {});
    expect(orchestrator?.what).toContain(
      "3 of the 3 orchestrator hosts that are replaced would be away at the same time",
    );
    expect(bbb?.what).toContain("rollout.width is 1 (bbb-01, bbb-02)");
    expect(bbb?.cure).toContain("--accept width");
    expect(others).toEqual([]);
    expect(dangers(broken, { accepted: ["width"] })).toEqual([]);
  });

  it("refuses when all servers go at once before anything is made, as after what they stand on", () => {
    const events = eventsOf(six.nodes, new Map(roll));
    const goes = (event: object) => /"op":"delete-replaced"/.test(JSON.stringify(event));
    const upfront = [...events.filter(goes), ...events.filter((event) => !goes(event))];
    expect(dangers(plan(six, [], upfront), {})).toEqual(["width", "width"]);
  });

  it("has nothing against making anew at once what a killed update left without servers", () => {
    const unchained = six.nodes.map((node) => ({ ...node, dependsOn: [] }));
    const events = eventsOf(unchained, new Map(roll));
    const anew = events.filter((event) => !/"op":"delete-replaced"/.test(JSON.stringify(event)));
    expect(dangers(plan(six, [], anew), {})).toEqual([]);
  });

  it.each(["delete", "replace"] as const)(
    "refuses to %s what was protected, though the program unprotects it",
    (op) => {
      const zone = six.nodes.find(({ type, name }) => type.endsWith(":Zone") && name !== "dns");
      const of = plan(six, [[`${zone?.type}::${zone?.name}`, { op, protect: true }]]);
      const [refusal, ...others] = judgePlan(of, {});
      expect([refusal?.danger, others]).toEqual(["protected", []]);
      expect(refusal?.what).toContain(`${zone?.name} (${op}d)`);
      expect(refusal?.cure).toContain("--accept protected");
    },
  );

  describe("of addresses and data", () => {
    const key = (part: string) =>
      six.nodes.map(({ type, name }) => `${type}::${name}`).find((one) => one.includes(part)) ?? expect.fail(part);

    it.each([
      ["a port", ":Port::bbb-01-port", "replace"],
      ["a floating IP", ":FloatingIp::bbb-01-floating-ip", "delete"],
      ["a floating IP", ":FloatingIp::bbb-01-floating-ip", "replace"],
      ["the zone", "dns/zone:Zone::dns", "replace"],
    ] as const)("refuses %s of a host that stays: %s, %s", (_, part, op) => {
      const of = plan(six, [[key(part), { op }]]);
      const [refusal, ...others] = judgePlan(of, {});
      expect([refusal?.danger, others]).toEqual(["addresses", []]);
      expect(refusal?.what).toContain(part.split("::")[1]);
      expect(refusal?.cure).toContain("--accept addresses");
      expect(dangers(of, { accepted: ["addresses"] })).toEqual([]);
    });

    it("refuses other fixed addresses for a port under a server that runs; its groups may change", () => {
      const update = (path: string) =>
        plan(six, [[key(":Port::bbb-01-port"), { op: "update", paths: { [path]: "update" } }]]);
      expect(dangers(update("fixedIps[0].subnetId"), {})).toEqual(["addresses"]);
      expect(dangers(update("securityGroupIds[1]"), {})).toEqual([]);
    });

    it("lets a host take its own along", () => {
      const gone = ["Instance::bbb-02", ":Port::bbb-02-port", ":FloatingIp::bbb-02-floating-ip"];
      expect(
        dangers(
          plan(
            six,
            gone.map((part) => [key(part), { op: "delete" }] as const),
          ),
          {},
        ),
      ).toEqual([]);
    });

    it("refuses what holds data, but for a volume of which the document says that it is deleted", async () => {
      const estate = await built(({ roles }) => {
        roles.bbb.volumes = { recordings: { sizeGiB: 1, path: "/srv/recordings" } };
      });
      const volume = "openstack:blockstorage/volume:Volume::bbb-01-recordings";
      const judged = (op: "delete" | "replace", volumes: Record<string, "keep" | "delete">) =>
        dangers(
          planOf(logOf(eventsOf(estate.nodes, new Map([[volume, { op }]]))), {
            ...{ stack: "prod", complete: true, pools: estate.facts.pools, removal: { volumes, protect: false } },
          }),
          {},
        );
      expect(judged("delete", {})).toEqual(["data"]);
      expect(judged("delete", { "bbb-01-recordings": "delete" })).toEqual([]);
      expect(judged("delete", { "bbb-01-recordings": "keep", "bbb-02-recordings": "delete" })).toEqual(["data"]);
      expect(judged("replace", { "bbb-01-recordings": "delete" })).toEqual(["data"]);
    });
  });

  it.each(["imageId", "imageName", "flavorId", "flavorName"])(
    "refuses another %s of a host that runs, which nova would rebuild or resize undrained; accepted, it is still not harmless",
    (path) => {
      const of = plan(six, [[instance("bbb-01"), { op: "update", paths: { [path]: "update", userData: "update" } }]]);
      const [refusal, ...others] = judgePlan(of, {});
      expect([refusal?.danger, others]).toEqual(["rebuild", []]);
      expect(refusal?.what).toMatch(new RegExp(`undrained.*: bbb-01 \\(${path}\\)$`));
      expect(refusal?.cure).toMatch(/replaceOnChanges \(components\/host\.ts\).*--accept rebuild/);
      expect(dangers(of, { accepted: ["rebuild"] })).toEqual([]);
      expect(of.users.join(" ")).toMatch(/bbb-01.*No host with meetings is drained; whether .* the plan does not say/);
    },
  );

  it("has nothing against what else changes of a host that runs, nor against a flavor of something else", () => {
    const zone = six.nodes.find(({ type }) => type.endsWith(":Zone"));
    expect(dangers(plan(six, [[instance("bbb-01"), { op: "update", paths: { powerState: "update" } }]]), {})).toEqual(
      [],
    );
    const other = `${zone?.type}::${zone?.name}`;
    expect(dangers(plan(six, [[other, { op: "update", paths: { flavorId: "update" } }]]), {})).toEqual([]);
  });

  it("refuses to delete more than a share of all resources, or of the hosts; the share is told", () => {
    const most = six.nodes
      .filter(({ custom }) => custom)
      .map((node): [string, Told] => [`${node.type}::${node.name}`, { op: "delete" }]);
    const refusal = judgePlan(plan(six, most), {}).find(({ danger }) => danger === "removed");
    expect(refusal?.what).toMatch(
      /^\d+ of \d+ resources and 6 of \d+ hosts \(.*worker-01\) would be deleted for good; at most 30 %/,
    );
    const two = plan(six, [
      [instance("bbb-01"), { op: "delete" }],
      [instance("bbb-02"), { op: "delete" }],
    ]);
    expect(dangers(two, { maxRemoved: 20 })).toEqual(["removed"]);
    expect(dangers(two, { maxRemoved: 60 })).toEqual([]);
    const one = plan(six, [[instance("bbb-01"), { op: "delete" }]]);
    expect(dangers(one, { maxRemoved: 0 })).toEqual([]);
  });
});

describe("what it means for users", () => {
  const users = (...told: [string, Told][]) => plan(six, told).users;
  const find = (part: string) =>
    six.nodes.map(({ type, name }) => `${type}::${name}`).find((key) => key.includes(part)) ?? "";

  it("is nothing when nothing changes", () => expect(users()).toEqual(["Nothing changes."]));

  it("is no interruption when no host with meetings, no way to one and no application is touched", () => {
    expect(users(...replaced("worker-01"))).toEqual([
      "1 worker host drains: what runs on it has 4 min to end or to move; else the update stops, and the host stays.",
      "No meeting is interrupted.",
    ]);
    expect(users(...replaced("orchestrator-02"))[0]).toMatch(/^1 orchestrator host drains: the orchestrator goes on;/);
  });

  it("is a drain of the hosts with meetings, one after another", () => {
    const [drain, meetings] = users(...replaced("bbb-01"), ...replaced("bbb-02"));
    expect(drain).toMatch(/^2 bbb hosts drain one after another: what runs on each has 4 min/);
    expect(meetings).toMatch(/^Meetings on hosts that drain must end/);
  });

  it("is never said to be harmless where addresses, names or applications change", () => {
    for (const part of ["FloatingIp::bbb-01", ":Port::bbb-01", "RecordSet::"]) {
      const told = users([find(part), { op: "replace" }]);
      expect(told.join(" "), part).toContain("cut off");
      expect(told.join(" "), part).not.toContain("No meeting");
    }
    for (const [part, path] of [
      ["RecordSet::", "records[0]"],
      [":Port::bbb-01", "securityGroupIds[1]"],
      ["FloatingIp::bbb-01", "portId"],
      ["SecGroup::", "stateful"],
      ["Subnet::", "dnsNameservers"],
      ["Zone::dns", "masters"],
      [instance("bbb-01"), "imageId"],
      [instance("bbb-01"), "powerState"],
    ] as const) {
      expect(find(part), part).not.toBe("");
      const told = users([find(part), { op: "update", paths: { [path]: "update", description: "update" } }]);
      expect(told.join(" "), part).toContain("cut off");
      expect(told.join(" "), part).not.toContain("No meeting");
    }
    const unnamed = users([find("RecordSet::"), { op: "update" }]);
    expect(unnamed.join(" ")).not.toContain("No meeting");
    const app = users([find("apps/v1:Deployment"), { op: "update", paths: { "spec.replicas": "update" } }]);
    expect(app.join(" ")).toContain("may start anew");
    expect(app.join(" ")).not.toContain("No meeting");
  });

  it("is no interruption where names, words and marks change in place, or a rule is made", () => {
    const words = { name: "update", description: "update", "tags[0]": "add", "metadata.ignition": "update" };
    for (const part of [instance("bbb-01"), ":Port::bbb-01", "RecordSet::"])
      expect(users([find(part), { op: "update", paths: words }]), part).toEqual(["No meeting is interrupted."]);
    expect(users([find("SecGroupRule::"), { op: "create" }])).toEqual(["No meeting is interrupted."]);
    // a name is not all that begins like one
    const other = users([find("Subnet::"), { op: "update", paths: { nameservers: "update" } }]);
    expect(other.join(" ")).not.toContain("No meeting");
  });

  it("names load balancers, routers and members too", () => {
    const types = ["loadbalancer/member:Member", "loadbalancer/pool:Pool", "networking/router:Router"];
    for (const kind of types) {
      const metadata = (more: object) => ({
        ...{ op: "update", type: `openstack:${kind}`, urn: `urn:pulumi:prod::estate::openstack:${kind}::api` },
        ...{ old: { custom: true }, new: { custom: true }, ...more },
      });
      const changed = { detailedDiff: { adminStateUp: { diffKind: "update", inputDiff: true } } };
      const told = plan(six, [], [{ resourcePreEvent: { metadata: metadata(changed) } }]).users.join(" ");
      expect(told).toMatch(/may be cut off: api\. No host with meetings is drained/);
    }
  });
});
