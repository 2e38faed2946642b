/** An estate with every application of the project, which test/beside/applications.test.ts builds: it is whole, and each can be left out. */
import { describe, expect, it } from "vitest";
import { appSecrets, runningApps } from "../../stacks/appFacts.ts";
import { applications } from "../../stacks/applications.ts";
import { describeApplications, newGiven } from "../beside/applications/document.ts";
import { estate } from "../unit/stacks/fixtures.ts";
import { graph } from "./program.ts";
import type { Registered } from "./record.ts";

const given = await newGiven();
const all = Object.keys(applications);

type Apps = Record<string, Record<string, unknown>>;

/** The document, with these applications switched off. */
const without =
  (...off: readonly string[]) =>
  // biome-ignore lint/suspicious/noExplicitAny: a test writes whatever it likes
  (document: any) => {
    describeApplications(document, { ...given, store: !off.includes("recordings") });
    // where the mocks of the cloud have their addresses
    document.sites.local.cidr = "10.20.0.0/24";
    for (const name of off) (document.apps as Apps)[name] = { ...document.apps[name], enabled: false };
  };

function made(...off: readonly string[]): Record<string, string> {
  const wanted = appSecrets(estate(without(...off))).map(({ key }) => key);
  return Object.fromEntries(wanted.map((key) => [key, given.secrets[key] ?? `unique-${key}`]));
}

/** The applications that have resources of their own, by name. */
function built(nodes: readonly Registered[]): string[] {
  return nodes.flatMap(({ type, name }) => (type.startsWith("estate:apps:") ? [name] : [])).sort();
}

/** An application, and all that cannot do without it. */
function withUsers(name: string): string[] {
  const users = all.filter((other) => applications[other]?.uses?.includes(name));
  return [...new Set([name, ...users.flatMap(withUsers)])].sort();
}

describe("the estate of all applications", async () => {
  const nodes = await graph({ change: without(), appSecrets: made() });

  it("names every application of the project, and each of them is built", () => {
    expect(runningApps(estate(without()))).toEqual(all);
    expect(built(nodes)).toEqual(all);
  });

  it("has all secrets that cannot be made", () => {
    const wanted = appSecrets(estate(without())).filter(({ kind }) => "given" in kind);
    expect(wanted.map(({ key }) => key).sort()).toEqual(Object.keys(given.secrets).sort());
  });

  it("asks for no more memory than its worker has", () => {
    const types = ["apps/v1:Deployment", "apps/v1:StatefulSet"].map((type) => `kubernetes:${type}`);
    const asked = nodes.filter(({ type }) => types.includes(type)).map(memoryOf);
    const sum = asked.reduce((all, one) => all + one, 0);
    expect(sum).toBeGreaterThan(1024);
    expect(sum).toBeLessThan(12 * 1024);
  });
});

describe.each(all)("without %s", (name) => {
  const off = withUsers(name);

  it("nothing of it is left, nor of those that cannot do without it, and all others are", async () => {
    const nodes = await graph({ change: without(...off), appSecrets: made(...off) });
    expect(built(nodes)).toEqual(all.filter((other) => !off.includes(other)));
    const labels = nodes.map(({ inputs }) => (inputs.metadata as { labels?: Record<string, string> })?.labels ?? {});
    const names = new Set(labels.map((one) => one["app.kubernetes.io/name"]));
    for (const gone of off) expect(names).not.toContain(gone);
  });
});

const used = all.filter((name) => withUsers(name).length > 1);

it.each(used)("those that cannot do without %s are told so", (name) => {
  for (const user of all.filter((other) => applications[other]?.uses?.includes(name)))
    expect(() => estate(without(name))).toThrow(`apps.${user}`);
});

// biome-ignore lint/suspicious/noExplicitAny: an object of Kubernetes, as the program gives it
function memoryOf({ inputs }: any): number {
  const { replicas = 1, template } = inputs.spec;
  const mebibytes = (text: string) => Number.parseInt(text, 10) * (text.endsWith("Gi") ? 1024 : 1);
  const sizes: number[] = template.spec.containers.map((one: { resources: { requests: { memory: string } } }) =>
    mebibytes(one.resources.requests.memory),
  );
  return replicas * sizes.reduce((sum, one) => sum + one, 0);
}
