import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { appFacts, appSecrets, broughtTo } from "../../../stacks/appFacts.ts";
import type { Application } from "../../../stacks/application.ts";
import { buildOrder, definitionMistakes } from "../../../stacks/applicationOrder.ts";
import { applications, appsFolder, findApplications } from "../../../stacks/applications.ts";
import { loadBuilds } from "../../../stacks/apps.ts";
import { deriveFacts } from "../../../stacks/facts.ts";
import type { Workload } from "../../../stacks/schema/workload.ts";
import { estate } from "./fixtures.ts";
import { mistakes, set } from "./mistakes.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "apps-"));
});
afterEach(() => rm(folder, { recursive: true }));

async function file(path: string, text = "export const application = { about: 'x', settings: {} };"): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), text);
}

describe("the folders in apps/", () => {
  it("are the applications; files and hidden folders are none", async () => {
    for (const path of ["b/app.ts", "b/component.ts", "a/app.ts", "a/component.ts", "manifests.ts", ".git/HEAD"])
      await file(path);
    expect(Object.keys(await findApplications(folder))).toEqual(["a", "b"]);
  });

  it("are refused with every mistake at once", async () => {
    await file("a/component.ts");
    await file("b/app.ts", "throw new Error('oh')");
    await file("b/component.ts");
    await file("c/app.ts", "export const app = {};");
    await file("c/component.ts");
    await expect(findApplications(folder)).rejects.toMatchObject({
      mistakes: [
        "apps/a: has no app.ts; an application has app.ts and component.ts (apps/README.md), anything else belongs elsewhere",
        "apps/b/app.ts: cannot be loaded: oh",
        "apps/c/app.ts: export an application that defineApplication() gives",
      ],
    });
  });

  it("are told all at once when they cannot be built", async () => {
    await file("a/component.ts", "export const make = 1;");
    await file("b/component.ts", "throw new Error('oh')");
    await file("c/component.ts", "export const build = () => undefined;");
    const apps = ["a", "b", "c"].map((name) => ({ name }));
    await expect(loadBuilds(apps, folder)).rejects.toThrow(
      [
        "Applications cannot be built:",
        "  apps/a/component.ts: export a function build (apps/README.md)",
        "  apps/b/component.ts: cannot be loaded: oh",
      ].join("\n"),
    );
    expect(Object.keys(await loadBuilds([{ name: "c" }], folder))).toEqual(["c"]);
  });

  it("of the project import neither Pulumi nor the document's schema, but for components", async () => {
    const files = (await readdir(appsFolder, { recursive: true })).filter((name) => name.endsWith(".ts"));
    const pure = files.filter((name) => !name.endsWith("component.ts"));
    expect(pure).toContain(join("hello", "app.ts"));
    for (const name of pure) {
      const text = await readFile(join(appsFolder, name), "utf8");
      const values = [...text.matchAll(/^import (?!type )[^;]* from "([^"]+)";/gm)].map(([, from]) => from);
      const impure = values.filter((from = "") => /^@pulumi\/|\/stacks\/(schema|parse|facts)\.ts$/.test(from));
      expect(impure, name).toEqual([]);
    }
  });
});

describe("applications", () => {
  const app = (rest: Partial<Application> = {}): Application => ({ about: "x", settings: {}, ...rest });

  it("are built after what they come after, whether that must run or may", () => {
    const all = { a: app({ uses: ["c"] }), b: app(), c: app({ after: ["d", "z"] }), d: app() };
    expect(buildOrder(["a", "b", "c", "d"], all)).toEqual(["d", "c", "a", "b"]);
    expect(buildOrder(["a", "c"], all)).toEqual(["c", "a"]);
  });

  it("cannot be what Kubernetes, the document or each other do not allow", () => {
    const wrong = {
      hosts: app(),
      one: app({ uses: ["two"], secrets: { "pass-word": { bytes: 8 } }, ports: { HTTP: { port: 1, from: [] } } }),
    };
    expect(definitionMistakes(wrong)).toEqual([
      "apps/hosts: name the folder with 1 to 30 lower-case letters, digits and '-', starting with a letter, and none of hosts, world, use",
      "apps/one/app.ts: uses two, which is no folder in apps/: there are hosts, one",
      "apps/one/app.ts: secrets.pass-word: write letters and digits, starting with a lower-case letter",
      "apps/one/app.ts: ports.HTTP: write up to 15 lower-case letters, digits and '-', as Kubernetes wants",
    ]);
    expect(definitionMistakes({ a: app({ uses: ["b"] }), b: app({ after: ["c"] }), c: app({ after: ["b"] }) })).toEqual(
      ["apps/: b comes after c comes after b: one of them must not name the next in uses or after"],
    );
  });
});

describe("the document's applications", () => {
  it("are those that it names, and those that run by default", () => {
    expect(deriveFacts(estate()).apps.map(({ name }) => name)).toEqual(["hello"]);
    expect(deriveFacts(estate(set("apps", { hello: { enabled: false } }))).apps).toEqual([]);
    expect(deriveFacts(estate(set("apps", { hello: { replicas: 3 } }))).apps[0]?.settings).toEqual({
      ...{ enabled: true, replicas: 3 },
    });
  });

  it("may be reached by those that use them, where a port says so", () => {
    const app = (rest: Partial<Application>): Application => ({ about: "x", settings: {}, ...rest });
    const found = {
      store: app({ ports: { data: { port: 1, from: ["use", "backup"] } } }),
      ...{ a: app({ uses: ["store"] }), b: app({ uses: ["store"] }), c: app({ after: ["store"] }) },
    };
    const apps = { store: { enabled: true }, a: { enabled: true }, b: { enabled: false }, c: { enabled: true } };
    const facts = appFacts({ apps }, found);
    expect(facts.map(({ name }) => name)).toEqual(["store", "a", "c"]);
    expect(facts[0]?.ports).toEqual({ data: { port: 1, from: ["a", "backup"] } });
  });

  it("bring files and units to hosts that run what they ask for, and to no other, and only where they run", () => {
    const fragment = { files: [{ path: "/a", mode: 0o644, contents: "" }] };
    const app: Application = {
      ...{ about: "x", settings: {} },
      host: ({ a }, runs) => (a === 1 && runs.includes("bbb") ? fragment : undefined),
    };
    const brought = (settings: object, runs: Workload[] = ["bbb", "pods"]) =>
      broughtTo(runs, { apps: { app: { enabled: true, ...settings } } }, { app });
    expect(brought({ a: 1 })).toEqual([fragment]);
    for (const none of [brought({ a: 1 }, ["pods"]), brought({ a: 2 }), brought({ a: 1, enabled: false })])
      expect(none).toEqual([]);
  });

  it("need their own secrets, and no other's", () => {
    expect(appSecrets(estate())).toEqual([]);
    const found = { hello: { ...applications.hello, secrets: { token: { bytes: 32 } } } as Application };
    expect(appSecrets(estate(), found)).toEqual([
      { application: "hello", secret: "token", key: "hello.token", kind: { bytes: 32 } },
    ]);
    expect(appSecrets(estate(set("apps", { hello: { enabled: false } })), found)).toEqual([]);
  });

  it("need secrets that settings ask for only where they do", () => {
    const when = ({ replicas }: Readonly<Record<string, unknown>>) => replicas === 2;
    const secrets = { token: { bytes: 32, when }, key: { given: "a key", when } };
    const found = { hello: { ...applications.hello, secrets } as Application };
    const keys = (replicas: number) =>
      appSecrets(estate(set("apps", { hello: { replicas } })), found).map(({ key }) => key);
    expect([keys(2), keys(3)]).toEqual([["hello.token", "hello.key"], []]);
  });

  it("are told every mistake, each with its place", () => {
    expect(mistakes(set("apps", { hello: { replicas: 0, replica: 1 }, helo: {} }))).toEqual([
      "apps.hello.replicas: write a whole number of pods from 1 to 20",
      "apps.hello.replica: there is no such key: write one of enabled, replicas, or leave it out",
      `apps.helo: there is no such application: write one of ${Object.keys(applications).join(", ")}, or add its folder to apps/`,
    ]);
    expect(mistakes(set("apps", "hello"))).toEqual([
      `apps: write applications and their settings below it (${Object.keys(applications).join(", ")})`,
    ]);
  });
});
