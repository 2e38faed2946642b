/**
 * The example documents of both network modes, planned by the real engine on the local cloud, judged by the policy pack: as they are, but
 * for what only the cloud can name, which is the image and, without a network of the estate's own, its addresses.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { prepareStack } from "../../cli/local/stack.ts";
import type { Plan } from "../../cli/preview/plan.ts";
import { addresses } from "../../local/addresses.ts";
import { imageName } from "../../local/openstack/image.ts";
import { project } from "../../local/place.ts";
import { here } from "../engine/estate.ts";
import { type SmallDocument, SmallEstate } from "./small-estate.ts";

type Example = Record<string, unknown> & { sites: Record<string, object>; admins: { cidrs: Record<string, string> } };

const read = async (...file: readonly string[]) => parse(await readFile(join(project, ...file), "utf8"));

const examples: Readonly<Record<string, () => Promise<Example>>> = {
  private: async () => (await read("Pulumi.example.yaml")).config["estate:estate"],
  provider: async () => {
    const document: Example = await read("stacks", "example-provider.yaml");
    document.sites.main = { network: addresses.provider.name, cidr: addresses.provider.cidr };
    document.admins.cidrs.office = addresses.external.cidr;
    return document;
  },
};

describe.each(Object.entries(examples))("the example in mode %s", (mode, example) => {
  const estate = new SmallEstate(`example-${mode}`);
  let hosts: readonly string[];

  beforeAll(async () => {
    const document = { ...(await example()), image: { name: imageName } };
    await estate.prepare((local: SmallDocument) => {
      for (const key of Object.keys(local)) delete local[key];
      Object.assign(local, document);
    });
    // those of its applications
    await prepareStack(here, estate.stack, join(estate.folder, "operator"));
    hosts = (await estate.facts()).pools.flatMap((pool) => pool.hosts.map(({ name }) => name));
  });
  afterAll(() => estate.remove());

  test("is planned whole, and breaks no policy", async () => {
    const { exitCode, stdout, text } = await estate.estate("preview", "--json");
    expect(exitCode, text).toBe(0);
    const plan = JSON.parse(stdout) as Plan;
    expect(plan.hosts.map(({ kind, name }) => `${kind} ${name}`).sort()).toEqual(
      hosts.map((name) => `create ${name}`).sort(),
    );
    expect(plan.findings).toEqual([]);
    // who may reach whom, by groups that do not exist yet
    expect(plan.unjudged.map(({ policy }) => policy)).toContain("world-only-by-catalogue");
  });
});
