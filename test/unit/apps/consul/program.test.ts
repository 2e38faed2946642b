/** Our programs, as the manifests start them: from the files of their ConfigMap, with the manifest's command and environment. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { keeper, program } from "../../../../apps/consul/keeper.ts";
import { servers } from "../../../../apps/consul/server.ts";
import type { Catalogue } from "../../../../apps/consul/service/catalogue.ts";
import { rightsOf, tokenOf } from "../../../../apps/consul/tokens.ts";
import { until } from "../../registrator/fakes.ts";
import { type FakeConsul, fakeConsul } from "./fake-consul.ts";

const rights = rightsOf("unique-seed", { generation: 0, revoked: -1 });
const token = tokenOf("unique-seed", "keeper", 0);

let pod = "";
let consul: FakeConsul;
const children: ChildProcess[] = [];
let output = "";

beforeEach(async () => {
  pod = await mkdtemp(join(tmpdir(), "consul-pod-"));
  for (const folder of ["app/..data", "run/keeper", "rights", "catalogue"])
    await mkdir(join(pod, folder), { recursive: true });
  // as a kubelet lays the files of a ConfigMap: behind links
  for (const [file, text] of Object.entries(program().data)) {
    await writeFile(join(pod, "app/..data", file), text);
    await symlink(join("..data", file), join(pod, "app", file));
  }
  consul = await fakeConsul(rights.management);
  output = "";
});

afterEach(async () => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  await consul.stop();
  await rm(pod, { recursive: true });
});

interface Container {
  readonly command: readonly string[];
  readonly env: readonly { readonly name: string; readonly value: string }[];
}

function start({ command: [, ...words], env }: Container): ChildProcess {
  const inPod = (text: string) => text.replace(/^\/(app|rights|catalogue|run)\b/, `${pod}/$1`);
  const given = Object.fromEntries(env.map(({ name, value }) => [name, inPod(value)]));
  const child = spawn(process.execPath, words.map(inPod), { env: { ...given, CONSUL_URL: consul.url } });
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (part) => {
      output += part;
    });
  children.push(child);
  return child;
}

/** The exit code after a request to end. */
async function ended(child: ChildProcess): Promise<number | null> {
  const code = new Promise<number | null>((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  return code;
}

const kept = () => existsSync(join(pod, "run/keeper/kept"));
const facts = { servers: 1, page: false, hosts: [{ name: "worker-01", taints: [] }], memoryMiB: 256, generation: 0 };

it("make an empty Consul know tokens, register with one of them, see how a service is, and end when they are told", async () => {
  const [, permit] = servers({ ...facts, program: "p" }).spec.template.spec.containers;
  await writeFile(join(pod, "rights/rights.json"), JSON.stringify(rights));
  const permitting = start(permit as unknown as Container);
  await until(kept, Boolean);
  expect(await ended(permitting)).toBe(0);
  expect([...consul.acl.tokens.values()].map(({ SecretID }) => SecretID)).toContain(token);

  await rm(join(pod, "run/keeper/kept"));
  const listening = createServer().listen(0, "127.0.0.1");
  const { port } = await new Promise<{ port: number }>((resolve) =>
    listening.once("listening", () => resolve(listening.address() as { port: number })),
  );
  const node = (port: number) => ({
    address: "127.0.0.1",
    meta: {},
    services: [{ service: "bbb", port, checked: true }],
  });
  const closed = port === 1 ? 2 : 1;
  const catalogue: Catalogue = { nodes: { "bbb-01": node(port), "bbb-02": node(closed) } };
  await writeFile(join(pod, "catalogue/catalogue.json"), JSON.stringify(catalogue));
  await writeFile(join(pod, "catalogue/token"), `${token}\n`);
  const [container] = keeper({ program: "p" }).spec.template.spec.containers;
  const keeping = start(container as unknown as Container);
  await until(kept, Boolean);
  expect(await ended(keeping)).toBe(0);
  listening.close();
  const check = (name: string) => consul.catalogue.nodes.get(name)?.checks.get("service:bbb");
  expect(check("bbb-01")?.Status).toBe("passing");
  expect(check("bbb-02")).toMatchObject({
    Status: "critical",
    Output: `127.0.0.1:${closed} takes no connection (ECONNREFUSED)`,
  });
  for (const secret of [token, rights.management]) expect(output).not.toContain(secret);
});

it.each([
  ["main.ts", "CONSUL_URL (an address), CONSUL_CATALOGUE, CONSUL_TOKEN (files) and CONSUL_RUN (a folder) must be set"],
  ["permit.ts", "CONSUL_URL (an address), CONSUL_RIGHTS (a file) and CONSUL_RUN (a folder) must be set"],
])("%s says what it lacks", async (file, words) => {
  const child = start({ command: ["node", `/app/${file}`], env: [] });
  const code = await new Promise((resolve) => child.once("exit", resolve));
  expect([code, output]).toEqual([1, expect.stringContaining(words)]);
});
