import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import type { Flags } from "../../../cli/init/flags.ts";
import { init } from "../../../cli/init/init.ts";
import { operatorPulumi } from "../../../cli/operator-pulumi.ts";
import { readSecrets } from "../../../cli/stack-secrets.ts";
import { project } from "../../../local/place.ts";
import { sshKeyPair } from "../../../stacks/openssh.ts";
import { parseEstate } from "../../../stacks/parse.ts";
import { secretNames } from "../../../stacks/secrets.ts";
import { fakePulumi, flags } from "./fixtures.ts";

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "estate-init-"));
  file = join(folder, "Pulumi.mine.yaml");
});
afterEach(async () => rm(folder, { recursive: true, force: true }));

/** What the command prints. */
async function run(given: Flags, { pulumi } = fakePulumi(folder), pulumiOfBase = () => pulumi): Promise<string> {
  const printed: string[] = [];
  const say = (line: string) => void printed.push(line);
  await init(given, { folder, pulumi, pulumiOfBase, print: say, say });
  return printed.join("\n");
}

const stored = () => readSecrets({ name: "mine", pulumi: fakePulumi(folder).pulumi });

describe("a new estate", () => {
  it("gets a stack file for its owner alone, with a document and all secrets", async () => {
    const text = await run(flags);
    const { config, encryptionsalt } = parse(await readFile(file, "utf8"));
    expect(parseEstate(config["estate:estate"], "a test").zone).toBe("meet.example.org");
    expect(Object.keys(await stored())).toEqual([...secretNames]);
    expect(encryptionsalt).toBe("v1:salt");
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toEqual(["Pulumi.mine.yaml"]);
    expect(text).toMatch(/pulumi config get estate:sshKey.*estate check.*pulumi preview.*pulumi up/s);
  });

  it("has its secrets neither in what is printed nor on a command line", async () => {
    const fake = fakePulumi(folder);
    const said = [await run({ ...flags, json: true }, fake), await run(flags, fake), ...fake.commands].join("\n");
    const secrets = Object.values(await stored()).flatMap((secret) =>
      secret.split("\n").filter((line) => !/^-----/.test(line)),
    );
    expect(secrets.length).toBeGreaterThan(secretNames.length);
    // not the secrets themselves: a failed expectation prints what it compares
    expect(secrets.filter((secret) => said.includes(secret)).length).toBe(0);
  });

  it("says for a machine what was made", async () => {
    const printed = (await run({ ...flags, json: true })).split("\n");
    expect(JSON.parse(printed[1] ?? "")).toEqual({ stack: "mine", file, made: [...secretNames], kept: [] });
  });

  it("takes the SSH key that is there", async () => {
    const { privateKey } = sshKeyPair(Buffer.alloc(32, 1), "mine");
    await mkdir(join(folder, "infrastructure"));
    await writeFile(join(folder, "infrastructure", "key"), privateKey);
    expect(await run(flags)).toContain("The SSH key is the one of infrastructure/key");
    expect((await stored()).sshKey === privateKey.trimEnd()).toBe(true);
    await run({ ...flags, key: join(folder, "infrastructure", "key") });
    await writeFile(join(folder, "infrastructure", "key"), sshKeyPair(Buffer.alloc(32, 2), "mine").privateKey);
    await expect(run(flags)).rejects.toThrow("the stack mine has another SSH key than infrastructure/key");
  });

  it("is not begun when something is missing or wrong", async () => {
    const fake = fakePulumi(folder);
    await expect(run({ ...flags, zone: undefined }, fake)).rejects.toThrow("--zone DOMAIN");
    await expect(run({ ...flags, zone: "x" }, fake)).rejects.toThrow("zone: write a domain");
    await expect(run({ ...flags, key: join(folder, "no-key") }, fake)).rejects.toThrow("there is no file");
    await expect(run({ ...flags, stack: "../mine" }, fake)).rejects.toThrow("--stack ../mine: use letters");
    expect(fake.commands).toEqual([]);
    expect(await readdir(folder)).toEqual([]);
  });

  it("leaves nothing when storing fails", async () => {
    await expect(run(flags, fakePulumi(folder, { full: true }))).rejects.toThrow("no space left");
    expect(await readdir(folder)).toEqual([]);
  });

  it("is refused where the stack has resources: its stack file is somewhere else", async () => {
    const deployed = fakePulumi(folder, { resources: [{ urn: "urn:pulumi:mine::estate::pulumi:pulumi:Stack::mine" }] });
    await expect(run(flags, deployed)).rejects.toThrow(
      /has resources already, but Pulumi\.mine\.yaml has no estate document/,
    );
    expect(await readdir(folder)).toEqual([]);
  });
});

describe("an estate that has a stack file", () => {
  it("is not changed by a byte when nothing is missing, whatever the flags say", async () => {
    await run(flags);
    const before = await readFile(file);
    expect(await run({ stack: "mine", zone: "other.example.org" })).toContain("nothing is missing, nothing was made");
    expect(await readFile(file)).toEqual(before);
    const printed = (await run({ stack: "mine", json: true })).split("\n");
    expect(JSON.parse(printed[1] ?? "")).toEqual({ stack: "mine", file, made: [], kept: [...secretNames] });
  });

  it("gets only the secrets that are missing", async () => {
    await run(flags);
    const before = await stored();
    const text = await readFile(file, "utf8");
    await writeFile(file, text.replace(/ {2}estate:agentToken:\n {4}secure: .*\n/, ""));
    expect(await run({ stack: "mine" })).toContain("Secrets made, and encrypted in it: agentToken.");
    const after = await stored();
    expect(secretNames.filter((name) => after[name] !== before[name])).toEqual(["agentToken"]);
  });

  it("keeps a document that was written by hand", async () => {
    const { config } = parse(await readFile(join(project, "Pulumi.example.yaml"), "utf8"));
    await writeFile(file, await readFile(join(project, "Pulumi.example.yaml")));
    expect(await run({ stack: "mine" })).toContain("its estate document is kept as it is");
    expect(parse(await readFile(file, "utf8")).config).toMatchObject(config);
    expect(Object.keys(await stored())).toEqual([...secretNames]);
  });

  it("gets the secrets of its applications, which stay when they are there", async () => {
    await writeFile(file, await readFile(join(project, "Pulumi.example.yaml")));
    expect(await run({ stack: "mine" })).toContain("feedback.linkSecret, feedback.exportToken.");
    const before = parse(await readFile(file, "utf8")).config;
    for (const name of ["linkSecret", "exportToken"])
      expect(Buffer.from(before[`estate:feedback.${name}`].secure, "base64").toString()).toMatch(/^[0-9a-f]{64}$/);
    const { "estate:feedback.exportToken": lost, ...rest } = before;
    await writeFile(file, stringify({ config: rest }));
    expect(await run({ stack: "mine" })).toContain("Secrets made, and encrypted in it: feedback.exportToken.");
    const after = parse(await readFile(file, "utf8")).config;
    expect(after["estate:feedback.linkSecret"]).toEqual(before["estate:feedback.linkSecret"]);
    expect(after["estate:feedback.exportToken"]).not.toEqual(lost);
  });

  it("hears every mistake of its document, and is not changed", async () => {
    const text = "config:\n  estate:estate: { zone: x }\n";
    await writeFile(file, text);
    await expect(run({ stack: "mine" })).rejects.toThrow(/Pulumi\.mine\.yaml .* mistakes:\n {2}zone: write a domain/);
    expect(await readFile(file, "utf8")).toBe(text);
  });

  it("keeps the rest of a file that has no document, with its comments, and its mode", async () => {
    await writeFile(file, "# of the cloud\nconfig:\n  openstack:cloud: campus # as in clouds.yaml\n", { mode: 0o644 });
    await chmod(file, 0o644);
    await run(flags);
    expect(parse(await readFile(file, "utf8")).config).toMatchObject({
      "openstack:cloud": "campus",
      "estate:estate": {},
    });
    expect((await stat(file)).mode & 0o777).toBe(0o644);
  });

  it("is told that its file is no YAML", async () => {
    await writeFile(file, "config: [\n");
    await expect(run({ stack: "mine" })).rejects.toThrow(/Pulumi\.mine\.yaml is not YAML/);
  });
});

describe("the operator's pulumi", () => {
  const program = async (script: string) => {
    await writeFile(join(folder, "pulumi"), `#!/bin/sh\n${script}\n`, { mode: 0o700 });
    const path = process.env.PATH;
    process.env.PATH = `${folder}:${path}`;
    return operatorPulumi(folder, "estate init")(["config", "set", "x"], "a value").finally(() => {
      process.env.PATH = path;
    });
  };

  it("gets a value on its standard input, in the folder of the project", async () => {
    expect(await program('echo "$(cat) in $PWD: $*"')).toBe(
      `a value in ${folder}: config set x --non-interactive --color=never`,
    );
  });

  it("is quoted when it refuses, with the cure, and without its output", async () => {
    const refused = program("cat; echo 'error: incorrect passphrase' >&2; exit 1");
    await expect(refused).rejects.toThrow(
      /^'pulumi config set' failed: error: incorrect passphrase\n.*PULUMI_CONFIG_PASSPHRASE/,
    );
    await expect(refused).rejects.not.toThrow("a value");
  });

  it("is missed", async () => {
    const path = process.env.PATH;
    process.env.PATH = folder;
    await expect(operatorPulumi(folder, "estate init")(["version"])).rejects.toThrow("no program pulumi on the PATH");
    process.env.PATH = path;
  });
});
