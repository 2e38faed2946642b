/** What Prometheus and Alertmanager are given, as the programs read it that come with them; Debian's are older than those that are pinned. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import type { AlertGroup } from "../../../apps/monitoring/alert.ts";
import { alertmanagerYml, type NotifyFacts } from "../../../apps/monitoring/alertmanager.ts";
import { type MonitoringFacts, monitoringFacts } from "../../../apps/monitoring/facts.ts";
import { folders } from "../../../apps/monitoring/names.ts";
import { prometheusFiles } from "../../../apps/monitoring/prometheus.ts";
import { hostJobs, targetsFile } from "../../../apps/monitoring/targets.ts";
import { runningApps } from "../../../stacks/appFacts.ts";
import { applications } from "../../../stacks/applications.ts";
import { deriveFacts } from "../../../stacks/facts.ts";
import { everyApplication } from "../../graph/every-application.ts";
import { alertCases, ruleTests } from "../../unit/apps/monitoring/ruleTests.ts";
import { estate } from "../../unit/stacks/fixtures.ts";

/** The estate that has everything, where `off` is switched off. */
const estateWith = (...off: readonly string[]) =>
  estate((document) => {
    everyApplication(document);
    for (const name of off) document.apps[name] = { ...document.apps[name], enabled: false };
  });

function facts(...off: readonly string[]): MonitoringFacts {
  return monitoringFacts(deriveFacts(estateWith(...off)), { scrapeSeconds: 30, leastBbb: "3.0.35" });
}

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "estate-monitoring-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Said {
  readonly exitCode: number;
  readonly text: string;
}

/** Runs a program to its end where the files are. A program that is not there is a failure of the test, and no answer. */
async function say(...[program = "", ...args]: readonly string[]): Promise<Said> {
  const { exitCode, all, cause } = await execa(program, args, { cwd: folder, all: true, reject: false });
  if (exitCode === undefined) throw new Error(`${program} did not run: ${cause}`);
  return { exitCode, text: all };
}

/** Writes files, as the pod has them but here: their folders in the pod are this one. */
async function write(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    const moved = [folders.config, folders.targets, folders.consul].reduce(
      (moved, inPod) => moved.replaceAll(`${inPod}/`, `${folder}/`),
      text,
    );
    await writeFile(join(folder, name), moved);
  }
}

const taken = expect.objectContaining({ exitCode: 0 });
const refused = (text: RegExp) =>
  expect.objectContaining({ exitCode: expect.not.toSatisfy((code) => code === 0), text: expect.stringMatching(text) });

test("they are those of an estate with every application", () => {
  expect(runningApps(estateWith())).toEqual(Object.keys(applications));
});

describe("Prometheus", async () => {
  // Debian builds it without discovery by Consul; and the cases of the rules are of an estate with one Redis
  const files = prometheusFiles(facts("consul", "greenlight"));
  const { "prometheus.yml": config = "", ...rules } = files;
  const names = Object.keys(rules);
  const jobs = hostJobs(deriveFacts(estateWith("consul", "greenlight")));

  /** The alerts of a file of rules, and how severe each is. */
  function severitiesIn(name: string): Readonly<Record<string, string>> {
    const { groups } = parse(rules[name] ?? "") as { readonly groups: readonly AlertGroup[] };
    return Object.fromEntries(
      groups.flatMap((group) => group.rules.map(({ alert, labels }) => [alert, labels.severity])),
    );
  }

  beforeAll(async () => {
    const targets = jobs.map((job) => {
      const addresses = Object.fromEntries(job.hosts.map(({ name }, index) => [name, `10.20.0.${10 + index}`]));
      return [`${job.name}.json`, targetsFile(job, addresses)] as const;
    });
    await write({ ...Object.fromEntries(targets), ...files, token: "a token" });
  });

  test("takes its configuration, with the rules and the targets of hosts that it names", async () => {
    const said = await say("promtool", "check", "config", "prometheus.yml");
    expect(said).toEqual(taken);
    expect(said.text).toContain(`${names.length} rule files found`);
    expect(said.text).not.toMatch(/WARNING|does not exist/);
  });

  test("takes every rule, those about drift as well, and none twice", async () => {
    expect(names).toContain("alerts-drift.yml");
    const said = await say("promtool", "check", "rules", "--lint-fatal", ...names);
    expect(said).toEqual(taken);
    expect(said.text.match(/SUCCESS: \d+ rules found/g)).toHaveLength(names.length);
  });

  test("fires each alert in its case, and is silent in the other", async () => {
    const all = names.flatMap((name) => Object.keys(severitiesIn(name)));
    expect(new Set(alertCases.map(({ alert }) => alert))).toEqual(new Set(all));
    // each file alone: all would be computed for each case, which takes minutes
    for (const name of names) {
      await write({ "tests.yml": ruleTests([name], severitiesIn(name)) });
      expect(await say("promtool", "test", "rules", "tests.yml"), name).toEqual(taken);
    }
  });

  test("would not take what is wrong: a key, a target, an expression, a rule that fires where its case is silent", async () => {
    await write({ "wrong.yml": config.replace("scrape_interval", "scrape_intervall") });
    expect(await say("promtool", "check", "config", "wrong.yml")).toEqual(refused(/scrape_intervall not found/));

    const [job] = jobs;
    if (!job) throw new Error("no job of hosts");
    await write({ "wrong.yml": config.replace(`${job.name}.json`, "wrong.json"), "wrong.json": '[{"target": []}]' });
    expect(await say("promtool", "check", "config", "wrong.yml")).toEqual(refused(/wrong\.json/));

    const text = rules["alerts-hosts.yml"] ?? "";
    await write({ "wrong.yml": text.replace(/expr: /, "expr: )") });
    expect(await say("promtool", "check", "rules", "wrong.yml")).toEqual(refused(/could not parse expression/));

    // each expression is always so
    await write({ "wrong.yml": text.replaceAll(/expr: .*/g, "expr: vector(1)") });
    await write({ "tests.yml": ruleTests(["wrong.yml"], severitiesIn("alerts-hosts.yml")) });
    expect(await say("promtool", "test", "rules", "tests.yml")).toEqual(refused(/FAILED:\s.*HostUnseen/s));
  });

  test("of Debian does not know Consul, and takes all else of an estate that has it", async () => {
    const { "prometheus.yml": text = "" } = prometheusFiles(facts());
    await write({ "consul.yml": text });
    expect(await say("promtool", "check", "config", "consul.yml")).toEqual(refused(/consul_sd_configs not found/));
    const known = text.replaceAll(/^ {4}consul_sd_configs:\n(?: {6}.*\n)+/gm, "");
    expect(known).not.toContain("consul_sd");
    expect(known).toContain("__meta_consul_node");
    await write({ "consul.yml": known });
    expect(await say("promtool", "check", "config", "consul.yml")).toEqual(taken);
  });
});

describe("Alertmanager", () => {
  const { notify } = estateWith().apps.monitoring as unknown as { readonly notify: Required<NotifyFacts> };
  const check = async (text: string) => {
    await write({ "alertmanager.yml": text });
    return say("amtool", "check-config", "alertmanager.yml");
  };

  test.each([
    ["nobody is told", {}],
    ["mail is sent", { mail: notify.mail }],
  ])("takes its configuration where %s", async (_, told) => {
    expect(await check(alertmanagerYml(told))).toEqual(taken);
  });

  test("of Debian does not know url_file, which came with 0.26, and takes all else of a webhook", async () => {
    const text = alertmanagerYml(notify);
    expect(await check(text)).toEqual(refused(/url_file not found/));
    const known = text.replaceAll(/url_file: .*/g, "url: https://chat.example.org/hook");
    expect(known).not.toContain("url_file");
    expect(await check(known)).toEqual(taken);
  });

  test("would not take what is wrong: a key, a receiver that is not there", async () => {
    const text = alertmanagerYml({});
    expect(await check(text.replace("inhibit_rules", "inhibited"))).toEqual(refused(/inhibited not found/));
    expect(await check(text.replace("- name: operators", "- name: others"))).toEqual(refused(/undefined receiver/));
  });
});
