/** Docker, as it is played on hosts: the program of bbb hosts goes its whole way with it, and says that nothing runs. */
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeProject } from "../../beside/applications/bbb-project.ts";

const project = join(import.meta.dirname, "../../..");
const docker = join(project, "local/boot/image/bin/docker");
const compose = join(project, "local/boot/mirror/docker-compose");

let root: string;
const at = (...parts: string[]) => join(root, ...parts);

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "estate-docker-"));
  for (const folder of ["bin", "tools", "work", "told/v1/settings", "told/v1/certificate"])
    await mkdir(at(folder), { recursive: true });
  const files = { env: "SHARED_SECRET=unique-secret\n", "bbb-web.properties": "a=1\n", "hairpin.nft": "" };
  for (const [name, text] of Object.entries({ ...files, "bbb-html5.yml": "" }))
    await writeFile(at("told/v1/settings", name), text);
  for (const name of ["tls.crt", "tls.key"]) await writeFile(at("told/v1/certificate", name), `${name}\n`);
  await writeFile(at("told/current"), "v1");
  await writeFile(at("tools/override.yml"), "");
  await makeProject(at("tools/project.tar.gz"));
  await copyFile(docker, at("bin/docker"));
  await writeFile(at("bin/nft"), "#!/bin/sh\n", { mode: 0o755 });
  // as fetch.sh does
  await writeFile(at("tools/docker-compose"), await readFile(compose), { mode: 0o755 });
});
afterAll(() => rm(root, { recursive: true }));

test("a bbb host takes its settings, and what it asks of Docker is said, with that nothing was run", async () => {
  const env = { BBB_TOLD: at("told"), BBB_WORK: at("work"), BBB_TOOLS: at("tools"), BBB_GENERATOR: "registry/image" };
  const { stdout, stderr } = await execa("sh", [join(project, "apps/bbb/scripts/settle.sh")], {
    env: { ...env, PATH: `${at("bin")}:${process.env.PATH}` },
  });
  expect(stdout).toContain("estate-bbb: runs with its settings");
  const said = stderr.split("\n");
  expect(said).toContain("played by the local stack, nothing was run: docker pull --quiet registry/image");
  expect(said.at(-1)).toMatch(/^played by the local stack, nothing was run: docker-compose .* up --detach /);
  expect(said.filter((line) => !line.startsWith("played by the local stack, nothing was run: docker"))).toEqual([]);
  expect(await readFile(at("work/project/.env"), "utf8")).toBe("SHARED_SECRET=unique-secret\n");
});

test.each([
  [docker, ["exec", "bbb-web", "cat", "/x"]],
  [docker, []],
  [compose, ["--project-name", "bbb", "logs"]],
])("%s %j has no answer, and fails", async (program, words) => {
  const asked = await execa("sh", [program, ...words], { reject: false });
  expect(asked).toMatchObject({ exitCode: 1, stdout: "" });
  expect(asked.stderr).toContain(`does not play 'docker`);
});
