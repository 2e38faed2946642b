import { describe, expect, it } from "vitest";
import { binding, clusterRole, policy, role } from "../../../apps/registrator/access.ts";
import { declaredState } from "../../../apps/registrator/declared-state.ts";
import { deployment, disruptionBudget, service } from "../../../apps/registrator/manifests.ts";
import { orderOf } from "../../../apps/registrator/order.ts";
import { parseDeclared } from "../../../apps/registrator/service/declared.ts";
import { DrainOrder } from "../../../apps/registrator/service/drain-record.ts";
import type { RegistratorSettings } from "../../../apps/registrator/settings.ts";
import { meetingsOf } from "../../../cli/gate/meetings-of.ts";
import { parsePolicy } from "../../../cli/gate/policy.ts";
import { hasRegistrator } from "../../../cli/gate/state.ts";
import { plannedPools } from "../../../cli/preview/pools.ts";
import { deriveFacts } from "../../../stacks/facts.ts";
import { estate, plainDocument, uniqueSecrets } from "../stacks/fixtures.ts";
import { withScalelite } from "./documents.ts";

const image = `registry.example.org/estate@sha256:${"0".repeat(64)}`;
const appSecrets = { token: "unique-token-of-thirty-two-digits", bbb: "unique-bbb" };
const scalelite = { url: "http://scalelite-nginx:8080", secret: "unique-lb", pollSeconds: 10 };

// biome-ignore lint/suspicious/noExplicitAny: a test writes whatever it likes
function factsOf(settings: any = {}) {
  const facts = deriveFacts(
    estate((document) => {
      withScalelite(document, { apps: { registrator: { image, ...settings } } });
    }),
  );
  const found = facts.apps.find(({ name }) => name === "registrator")?.settings as RegistratorSettings | undefined;
  if (!found) throw new Error("no registrator");
  return { facts, settings: found };
}

describe("the declared state", () => {
  it("has every host that runs bbb, as the document wants it, and is one that the service takes", () => {
    const { facts, settings } = factsOf({ mode: "keep", servers: { "bbb-02": { multiplier: 2, enabled: false } } });
    const declared = parseDeclared(JSON.stringify(declaredState(facts, settings, appSecrets, scalelite)));
    expect(declared.servers).toEqual({
      "bbb-01": expect.objectContaining({ url: "https://bbb-01.estate.test/bigbluebutton/api", enabled: true }),
      "bbb-02": expect.objectContaining({ multiplier: 2, enabled: false, secret: "unique-bbb" }),
    });
    expect(declared).toMatchObject({
      ...{ mode: "keep", pollSeconds: 10 },
      scalelite: { url: "http://scalelite-nginx:8080", secret: "unique-lb" },
    });
  });

  it("asks the estate's Consul beside the orchestrator, where it runs; and another one instead, where the document names it", () => {
    const own = { url: "http://consul:8500", token: "unique-consul" };
    const told = (settings: object, consul?: typeof own) => {
      const { facts, settings: found } = factsOf(settings);
      return parseDeclared(JSON.stringify(declaredState(facts, found, appSecrets, scalelite, consul))).consul;
    };
    expect(told({}, own)).toEqual({ ...own, service: "bbb", looked: "estate/keeper/looked", beside: true });
    const other = { url: "http://consul.example.org:8500", service: "meetings" };
    expect(told({ consul: other }, own)).toEqual({ ...other, beside: false });
    expect(told({})).toBeUndefined();
  });

  it("says where hosts tell of their recordings where these have a store, whether or not hosts record just now", () => {
    const { facts, settings } = factsOf();
    const of = (...apps: string[]) => {
      const known = { pools: facts.pools, apps: apps.map((name) => ({ name })) };
      return parseDeclared(JSON.stringify(declaredState(known, settings, appSecrets, scalelite))).servers["bbb-01"];
    };
    expect(of("bbb", "recordings")?.handover).toEqual({
      ...{ url: "http://bbb-bbb-01:9301/metrics", metric: "bbb_recordings_waiting" },
      looked: "bbb_recordings_looked_timestamp_seconds",
    });
    for (const apps of [["bbb"], ["recordings"]]) expect(of(...apps)?.handover).toBeUndefined();
  });

  it("is refused for hosts that there are not, and texts without their minutes", () => {
    const wrong = () =>
      factsOf({ servers: { "bbb-99": {} }, drain: { texts: { de: { ends: "bald", asks: "in {minutes} Minuten" } } } });
    expect(wrong).toThrow("apps.registrator.drain.texts.de.ends: write {minutes} where the number of minutes stands");
    expect(() => factsOf({ servers: { "bbb-99": {} } })).toThrow(
      'apps.registrator.servers["bbb-99"]: is no host that runs bbb: write one of bbb-01, bbb-02',
    );
  });
});

describe("the order of a drain", () => {
  it.each([
    ["wait", "not be cut off", "nicht abgebrochen"],
    ["abort", "not be cut off", "nicht abgebrochen"],
    ["end", "ends in {minutes} minutes", "endet diese Konferenz in {minutes} Minuten"],
  ] as const)("tells people what really happens at the deadline: %s", (atDeadline, en, de) => {
    const { settings } = factsOf({ drain: { atDeadline } });
    const order = orderOf(settings, { machine: "id", announced: "bbb-01.estate.test" });
    expect(DrainOrder.parse(order)).toEqual(order);
    expect(order).toMatchObject({
      minutes: 120,
      warnAt: [60, 15, 5],
      url: "https://bbb-01.estate.test/bigbluebutton/api",
    });
    expect([order.texts.en, order.texts.de]).toEqual([expect.stringContaining(en), expect.stringContaining(de)]);
  });
});

describe("a plan", () => {
  it("counts the minutes of meetings, for hosts that have them", () => {
    const { facts } = factsOf({ drain: { minutes: 30, atDeadline: "end", recordingMinutes: 60 } });
    const minutes = (pools: typeof facts.pools) =>
      Object.fromEntries(
        pools.map(({ role, rollout: { drainMinutes, joinMinutes } }) => [role, [drainMinutes, joinMinutes]]),
      );
    const [before, after] = [minutes(facts.pools), minutes(plannedPools(facts))];
    const [drain = 0, join = 0] = before.bbb ?? [];
    expect(after).toEqual({ ...before, bbb: [drain + 30 + 60 + 15, 3 * join] });
    const without = deriveFacts(estate());
    expect(plannedPools(without)).toBe(without.pools);
  });
});

describe("the gate of a host", () => {
  const secrets = uniqueSecrets();
  const printed = (apps: object, more: Readonly<Record<string, string>> = {}) => {
    const document = plainDocument();
    withScalelite(document, { apps });
    const values = Object.entries({ ...secrets, ...more }).map(([name, value]) => [`estate:${name}`, { value }]);
    return parsePolicy(
      JSON.stringify({ ...Object.fromEntries(values), "estate:estate": { objectValue: document } }),
      "t",
    );
  };
  const kubeconfig = JSON.stringify({
    ...{ apiVersion: "v1", kind: "Config", "current-context": "c", users: [{ name: "u", user: {} }] },
    ...{ clusters: [{ name: "k", cluster: { server: "https://api" } }] },
    contexts: [{ name: "c", context: { cluster: "k", user: "u" } }],
  });
  const around = { host: "bbb-01", serverId: "id", kubeconfig, state: async () => ({}) };

  it("drains meetings where its role runs bbb, with the policy of the document as it is", () => {
    const policy = printed({ registrator: { image, drain: { minutes: 5 } } }, { "registrator.token": "t".repeat(64) });
    const of = meetingsOf(policy, around);
    expect(of("bbb")?.order).toMatchObject({ machine: "id", minutes: 5 });
    expect([of("worker"), of("orchestrator"), of(undefined)]).toEqual([undefined, undefined, undefined]);
    expect(of("removed")?.order.machine).toBe("id");
  });

  it("has nothing to do with them without a registrator, or before its token was made", () => {
    expect(meetingsOf(printed({}), around)("bbb")).toBeUndefined();
    expect(meetingsOf(printed({ registrator: { image } }), around)("bbb")).toBeUndefined();
  });

  it("asks only a registrator that is in the state", () => {
    const state = (...resources: { type: string; delete?: boolean }[]) => hasRegistrator({ deployment: { resources } });
    const registrator = { type: "estate:apps:Registrator" };
    expect([state(), state(registrator), state({ ...registrator, delete: true })]).toEqual([false, true, false]);
  });
});

describe("the manifests", () => {
  const { spec } = deployment({ image, replicas: 2 });
  const [container] = spec.template.spec.containers;

  it("run it without rights on its host, on hosts of its own, and follow its health", () => {
    expect(spec.replicas).toBe(2);
    expect(container).toMatchObject({
      command: ["node", "apps/registrator/service/main.ts"],
      securityContext: {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"] },
      },
      readinessProbe: { httpGet: { path: "/readyz", port: "http" } },
      livenessProbe: { httpGet: { path: "/healthz", port: "http" } },
    });
    expect(spec.template.spec.securityContext).toMatchObject({ runAsNonRoot: true });
    expect(JSON.stringify(spec.template.spec.affinity)).toContain("kubernetes.io/hostname");
    expect(disruptionBudget().spec).toMatchObject({ maxUnavailable: 1, selector: spec.selector });
    expect(service().spec).toMatchObject({ selector: spec.selector.matchLabels, ports: [{ name: "http" }] });
  });

  it("have no secret in the environment: what changes is followed as a file", () => {
    expect(container?.env.map(({ name }) => name)).toEqual([
      ...["POD_NAME", "POD_NAMESPACE", "REGISTRATOR_FILE", "REGISTRATOR_PORT"],
    ]);
    expect(spec.template.spec.volumes).toEqual([
      { name: "declared", secret: { secretName: "registrator", defaultMode: 288 } },
    ]);
  });

  it("give it its own lease and the list of nodes, and nothing else", () => {
    const rules = [...role().rules, ...clusterRole().rules];
    expect(rules.map((rule) => [rule.resources.join(), rule.verbs.join()])).toEqual([
      ["leases", "get,update"],
      ["leases", "create"],
      ["nodes", "list"],
    ]);
    expect(role().rules[0]).toMatchObject({ resourceNames: ["registrator"] });
    expect(binding("ClusterRole").roleRef).toMatchObject({ kind: "ClusterRole", name: "registrator" });
  });

  it("let it reach the bbb hosts, the orchestrator's API, Scalelite, Consul, what hosts say of recordings, and names; nothing else", () => {
    const reached = { bbb: ["192.0.2.1"], orchestrators: ["10.0.0.1"], callers: ["10.42.0.0/16"] };
    const { egress, ingress, policyTypes } = policy(reached).spec;
    expect(policyTypes).toEqual(["Ingress", "Egress"]);
    expect(ingress.map(({ from }) => JSON.stringify(from))).toEqual(['[{"ipBlock":{"cidr":"10.42.0.0/16"}}]']);
    const rules = egress.map(({ to, ports }) => [JSON.stringify(to), ports.map(({ port }) => port).join()]);
    expect(rules).toEqual([
      ['[{"ipBlock":{"cidr":"192.0.2.1/32"}}]', "443"],
      ['[{"ipBlock":{"cidr":"10.0.0.1/32"}}]', "6443"],
      [expect.stringContaining('"scalelite"'), "8080"],
      [expect.stringContaining('"bbb"'), "9301"],
      [expect.stringContaining('"consul"'), "8500"],
      [expect.stringContaining("kube-system"), "53,53"],
    ]);
  });
});
