/** A plan as text. The goldens show it whole; what must be in it, and what must not, is said beside them. */
import { expect, test } from "vitest";
import { fit } from "../../../cli/preview/fit.ts";
import { markdown, terminal } from "../../../cli/preview/form.ts";
import { judgePlan } from "../../../cli/preview/judge.ts";
import { type Plan, planOf } from "../../../cli/preview/plan.ts";
import { asJson } from "../../../cli/preview/preview.ts";
import { commentLimit, renderPlan } from "../../../cli/preview/render.ts";
import { built, type Change, eventsOf, hostsOf, instance, logOf, replaced, type Told, value } from "./engine.ts";

const change: Change = ({ roles }) => {
  roles.bbb.rollout.window = { days: ["fri"], from: "22:00", to: "05:00", timeZone: "Europe/Berlin" };
};
const estate = await built(change);
const key = (part: string) => {
  const found = estate.nodes.map(({ type, name }) => `${type}::${name}`).find((one) => one.includes(part));
  if (!found) throw new Error(`no ${part} in the program`);
  return found;
};

/** A new image, and some of everything else. */
const told: readonly [string, Told][] = [
  ...hostsOf(estate)
    .filter((host) => host !== "worker-01")
    .flatMap((host) => replaced(host)),
  [instance("worker-01"), { op: "delete" }],
  ["command:local:Command::worker-01-drain", { op: "delete" }],
  ["command:local:Command::worker-01-ready", { op: "delete" }],
  [
    key("Deployment::"),
    { op: "update", paths: { "spec.replicas": "update", "spec.template": "update", __internal: "add" } },
  ],
  [key("RecordSet::"), { op: "create" }],
  [key(":Keypair::"), { op: "replace", paths: { publicKey: "update-replace", name: "update" } }],
];
const said = [
  {
    policyEvent: {
      ...{ enforcementLevel: "advisory", policyPackName: "estate", policyName: "odd-servers" },
      message: "count 4 servers\n<b>@all</b> `x`\n",
    },
  },
  {
    policyEvent: {
      ...{ enforcementLevel: "mandatory", policyPackName: "estate", policyName: "no-ssh-from-world" },
      ...{ resourceUrn: "urn:pulumi:prod::estate::a:b:C::rule", message: "opens SSH\n" },
    },
  },
];
const events = [...eventsOf(estate.nodes, new Map(told)), ...said];
const planFrom = (list: readonly object[], more: Partial<Plan> = {}): Plan => ({
  ...planOf(logOf(list), { stack: "prod", complete: true, pools: estate.facts.pools }),
  ...more,
});
const plan = planFrom(events);

test("the Markdown of a roll is what it was", async () => {
  const text = renderPlan(plan, judgePlan(plan, {}), markdown, commentLimit);
  await expect(text).toMatchFileSnapshot("__golden__/roll.md");
  expect(text).toMatch(/^## Plan for `prod`: 16 to replace, 3 to delete, 1 to update, 1 to add; \d+ unchanged\n/);
  // what goes comes first, then updates with their paths, then what is new
  const places = ["### What it means", "### Hosts, in", "### Replaced", "### Updated", "### Added", "### Policies"];
  expect(places.map((place) => text.indexOf(place))).toEqual(
    places.map((place) => text.indexOf(place)).toSorted((a, b) => a - b),
  );
  expect(places.every((place) => text.includes(place))).toBe(true);
  expect(text).toContain(
    "| `4` | `bbb-01` | `bbb` | `replaced` |  | `drain 4 min, join 4 min, soak 3 s` | `fri 22:00-05:00 Europe/Berlin` | `imageId` |",
  );
  expect(text).toMatch(/\(`Deployment`\): `spec\.replicas`, `spec\.template`\n/);
  expect(text).toMatch(/\(`Keypair`\): `publicKey`\n/);
  // the servers and gates of hosts are told once
  expect(text).not.toContain("bbb-01-ready");
  expect(text.indexOf("no-ssh-from-world")).toBeLessThan(text.indexOf("odd-servers"));
  expect(text).toContain("`count 4 servers <b>@all</b> 'x'`");
});

test("the terminal's form of a refused plan is what it was", async () => {
  const unchained = estate.nodes.map((node) => ({
    ...node,
    dependsOn: node.dependsOn.filter((one) => !one.endsWith("-ready")),
  }));
  const list = eventsOf(unchained, new Map(hostsOf(estate).flatMap((host) => replaced(host))));
  const broken = planFrom(list, {
    complete: false,
    paused: "exams",
    errors: [{ name: "bbb-01", message: "quota\nexceeded" }],
  });
  const text = renderPlan(broken, judgePlan(broken, {}), terminal);
  await expect(text).toMatchFileSnapshot("__golden__/refused.txt");
  expect(text).toContain("3 orchestrator hosts drain, all at the same time");
  expect(text).toContain("Refused:\n  Danger: 3 of the 3 orchestrator hosts");
  expect(text).toContain("The preview did not come to its end");
  expect(text).toContain("The roll is paused (exams)");
  expect(text).toContain("Errors (1):\n  bbb-01: quota exceeded");
  expect(text).not.toMatch(/[`*|]/);
});

test("what policies cannot judge before the update is counted, a line a policy, and hides nothing that they found", () => {
  const waits = (policy: string, name: string) => ({
    policyEvent: {
      ...{ enforcementLevel: "advisory", policyPackName: "estate", policyName: policy },
      resourceUrn: `urn:pulumi:prod::estate::a:b:C::${name}`,
      message: `can't run policy '${policy}' from policy pack 'estate@v0.1.0' during preview: string value at .remoteGroupId can't be known during preview\n`,
    },
  });
  const many = Array.from({ length: 300 }, (_, index) => waits("world-only-by-catalogue", `rule-${index}`));
  const first = planFrom([...many, ...events, waits("servers-follow-image", "bbb-01")]);
  expect(first.findings).toEqual(plan.findings);
  expect(first.unjudged).toEqual([
    { pack: "estate", policy: "servers-follow-image", resources: 1 },
    { pack: "estate", policy: "world-only-by-catalogue", resources: 300 },
  ]);
  const text = renderPlan(first, [], markdown, commentLimit);
  expect(text).toContain("### Policies (2)\n");
  expect(text).toContain("- `estate/world-only-by-catalogue` judges 300 more in the update: ");
  expect(text).not.toContain("rule-");
  const alone = renderPlan(planFrom(many), [], terminal);
  expect(alone).toContain("Policies (0):\n  estate/world-only-by-catalogue judges 300 more in the update: ");
});

test("no form holds a value, secret or not; JSON neither", () => {
  const refusals = judgePlan(plan, {});
  for (const text of [
    renderPlan(plan, refusals, markdown),
    renderPlan(plan, refusals, terminal),
    asJson(plan, refusals),
  ])
    expect(text).not.toContain(value);
  // the events do
  expect(JSON.stringify(events)).toContain(value);
});

test("what the plan does not know comes before it: half-made things, and an orchestrator that nobody could ask", () => {
  const half = ["worker-01-ready: the last update was killed `@all` <b>", "'estate up' goes on."];
  const told = {
    severity: "warning",
    message:
      "configured Kubernetes cluster is unreachable: unable to load schema: dial tcp 10.0.0.1:6443: i/o timeout\n",
  };
  const blind = { ...planFrom([...events, { diagnosticEvent: told }]), halfDone: half };
  expect(blind.silentOrchestrator).toBe("unable to load schema: dial tcp 10.0.0.1:6443: i/o timeout");
  const text = renderPlan(blind, [], markdown, commentLimit);
  const places = [
    "**Before this plan:**\n- `worker-01",
    "**The orchestrator did not answer**: what",
    "### What it means",
  ];
  expect(places.map((place) => text.indexOf(place) > 0)).toEqual([true, true, true]);
  expect(places.map((place) => text.indexOf(place))).toEqual(
    places.map((place) => text.indexOf(place)).toSorted((a, b) => a - b),
  );
  // no markup of others
  expect(text).toContain("- `worker-01-ready: the last update was killed '@all' <b>`\n");
  expect(JSON.parse(asJson(blind, []))).toMatchObject({ halfDone: half, silentOrchestrator: blind.silentOrchestrator });
  expect(plan).toMatchObject({ halfDone: [] });
  expect(renderPlan(plan, [], markdown)).not.toMatch(/Before this plan|did not answer/);
});

test("what a preview tells of protection alone is an update", () => {
  const node = estate.nodes.find(({ type }) => type.endsWith(":Zone"));
  if (!node) throw new Error("no zone");
  const urn = `urn:pulumi:prod::estate::${node.type}::${node.name}`;
  const state = { type: node.type, urn, custom: true };
  const metadata = { op: "same", urn, type: node.type, old: { ...state, protect: true }, new: state };
  const { changes } = planFrom([{ resourcePreEvent: { metadata } }, { resOutputsEvent: { metadata } }]);
  expect(changes).toMatchObject([{ kind: "update", name: node.name, changed: ["protect"] }]);
});

test("default providers, components and the engine's book-keeping are not in a plan", () => {
  const event = (op: string, type: string, name: string, custom = true) => {
    const urn = `urn:pulumi:prod::estate::${type}::${name}`;
    return { resourcePreEvent: { metadata: { op, urn, type, new: { type, urn, ...(custom ? { custom } : {}) } } } };
  };
  const { changes, counts } = planFrom([
    event("create", "pulumi:providers:command", "default_1_0_0"),
    event("remove-pending-replace", "a:b:C", "left"),
    event("create", "estate:compute:Host", "bbb-03", false),
    event("create", "pulumi:providers:openstack", "openstack"),
  ]);
  expect(changes.map(({ name }) => name)).toEqual(["openstack"]);
  expect(counts.create).toBe(1);
});

test("equal events give equal text, in whatever order parallel ones came", () => {
  const text = (list: readonly object[]) => renderPlan(planFrom(list), [], markdown);
  const swapped = eventsOf(estate.nodes.toReversed(), new Map(told.toReversed()));
  expect(text([...said.toReversed(), ...swapped])).toBe(text(events));
});

test("a plan that is too long for a comment keeps its summary, refusals and policies, and says what is left out", () => {
  const [first] = plan.changes;
  if (!first) throw new Error("an empty plan");
  const many = Array.from({ length: 3000 }, (_, index) => ({
    ...first,
    kind: "create" as const,
    type: "a:b:C",
    name: `thing-${index}`,
  }));
  const long = { ...plan, changes: [...plan.changes, ...many] };
  const refusal = { danger: "removed", what: "w".repeat(200), cure: "c".repeat(200) } as const;
  const text = renderPlan(long, [refusal], markdown, commentLimit);
  expect(text.length).toBeLessThanOrEqual(commentLimit);
  expect(text.length).toBeGreaterThan(commentLimit - 500);
  for (const kept of [
    "## Plan for",
    refusal.what,
    refusal.cure,
    "### What it means",
    "`imageId`",
    "spec.replicas",
    "no-ssh-from-world",
  ])
    expect(text).toContain(kept);
  const left = Number(/- and (\d+) more, which 'estate preview --json' shows/.exec(text)?.[1]);
  expect((text.match(/`thing-\d+`/g) ?? []).length + left).toBe(3000);
  expect(renderPlan(long, [], terminal)).toContain("thing-2999");
});

test("hosts too are left out at the end, when a thousand of them roll", () => {
  const [host] = plan.hosts;
  if (!host) throw new Error("no host");
  const hosts = Array.from({ length: 1000 }, (_, index) => ({ ...host, name: `host-${index}` }));
  const text = renderPlan({ ...plan, hosts }, [], markdown, commentLimit);
  expect(text.length).toBeLessThanOrEqual(commentLimit);
  expect(text).toContain("`host-0`");
  expect(text).toMatch(/\| `and \d+ more, which 'estate preview --json' shows` \|/);
  expect(text).toContain("no-ssh-from-world");
});

test("what is no name of a document is no markup", () => {
  const [first] = plan.changes;
  if (!first) throw new Error("an empty plan");
  const name = "`<img src=x>`\n# @all | \u202e\u001b[31m";
  const text = renderPlan({ ...plan, changes: [{ ...first, name, kind: "create", type: "a:b:C" }] }, [], markdown);
  expect(text).toContain("- `'<img src=x>' # @all | [31m` (`C`)");
});

test.each([0, 1, 5, 50, 400])("a text of sections is never longer than %i more than what must be in it", (room) => {
  const more = (count: number) => `and ${count}`;
  const sections = [
    { head: ["A"], lines: ["a".repeat(30), "b", "c".repeat(60)], more },
    { head: ["B"], lines: ["d".repeat(10), "e".repeat(10)], more },
  ];
  const least =
    fit(
      ["before"],
      sections.map((one) => ({ ...one, lines: [] })),
      ["after"],
      Infinity,
    ).length +
    2 * 6;
  const text = fit(["before"], sections, ["after"], least + room + 10);
  expect(text.length).toBeLessThanOrEqual(least + room + 10);
  expect(text).toMatch(/^before\n\nA[\s\S]*\n\nB[\s\S]*\n\nafter$/);
});
