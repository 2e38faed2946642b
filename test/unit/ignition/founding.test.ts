import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  authorityFiles,
  receiveScript,
  renderAuthorities,
  type StartOptions,
  startScript,
} from "../../../ignition/founding.ts";
import { uniqueSecrets } from "../stacks/fixtures.ts";

/** The scripts run for real, below a folder that stands for the host's root, with a `curl` that answers as told. */
let root: string;
const secrets = uniqueSecrets();
const at = (path: string) => join(root, path);
const within = (script: string) => script.replaceAll(/(?<![\w.:/-])\/(etc|var|opt)\//g, `${root}/$1/`);
const chosen = () => readFileSync(at("etc/rancher/k3s/config.yaml.d/10-start.yaml"), "utf8");

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "founding-"));
  for (const folder of ["etc/rancher/k3s/config.yaml.d", "etc/estate", "var/lib/estate/ca", "bin"])
    mkdirSync(at(folder), { recursive: true });
  writeFileSync(at("etc/estate/found.yaml"), "cluster-init: true\n");
  writeFileSync(at("etc/estate/join.yaml"), "server: https://api\n");
  writeFileSync(at("bin/sleep"), "#!/bin/sh\n", { mode: 0o755 });
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

type Front = StartOptions["front"];

/** `codes`: how curl ends, call by call; the last one stays. */
function start(codes: readonly number[], { seconds = 5, alone = false, front = "hosts" as Front } = {}) {
  writeFileSync(at("codes"), `${codes.join("\n")}\n`);
  const curl = [
    "#!/bin/sh",
    `code=$(head -n 1 ${at("codes")})`,
    `[ $(wc -l < ${at("codes")}) -gt 1 ] && sed -i 1d ${at("codes")}`,
    "exit $code",
  ];
  writeFileSync(at("bin/curl"), `${curl.join("\n")}\n`, { mode: 0o755 });
  const env = { PATH: `${at("bin")}:${process.env.PATH}` };
  return spawnSync("sh", ["-c", within(startScript("https://api:6443", { alone, front }))], {
    env,
    timeout: seconds * 1000,
    encoding: "utf8",
  });
}

function receive(input: string) {
  return spawnSync("sh", ["-c", within(receiveScript())], { input, encoding: "utf8" });
}

describe("receiving the authorities", () => {
  it("takes all files, and says that they are complete", () => {
    expect(receive(renderAuthorities(secrets)).status).toBe(0);
    expect(readFileSync(at("var/lib/estate/ca/etcd/peer-ca.key"), "utf8")).toBe(secrets.etcdPeerCaKey);
    expect(readFileSync(at("var/lib/estate/ca/server-ca.crt"), "utf8")).toBe(secrets.serverCaCert);
    expect(existsSync(at("var/lib/estate/ca/complete"))).toBe(true);
  });

  it("refuses a file it does not know, and an incomplete set", () => {
    expect(receive("../../etc/passwd YQ==\n")).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("unexpected file"),
    });
    expect(receive("server-ca.crt YQ==\n")).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("missing file"),
    });
    expect(existsSync(at("var/lib/estate/ca/complete"))).toBe(false);
  });
});

describe("starting a server", () => {
  it("that is the only one goes on with the datastore that it finds, and with its node's password", () => {
    mkdirSync(at("var/lib/rancher/k3s/server/db/etcd/member"), { recursive: true });
    expect(start([7], { alone: true }).stdout).toContain("going on with the datastore of the server before");
    expect(chosen()).toBe("cluster-init: true\n");
    writeFileSync(at("etc/rancher/node/password"), "kept");
    expect(readFileSync(at("var/lib/rancher/node/password"), "utf8")).toBe("kept");
  });

  it("that is one of several never founds on a datastore that it finds", () => {
    mkdirSync(at("var/lib/rancher/k3s/server/db/etcd/member"), { recursive: true });
    expect(start([7, 7, 0]).status).toBe(0);
    expect(chosen()).toBe("server: https://api\n");
  });

  it("joins whoever answers", () => {
    expect(start([0]).status).toBe(0);
    expect(chosen()).toBe("server: https://api\n");
  });

  it("waits, and says why, when nobody answers and it was not given the keys", () => {
    const { error, stdout } = start([7], { seconds: 2 });
    expect(error?.message).toContain("ETIMEDOUT");
    expect(stdout).toContain(
      "estate-reason: waiting for the orchestrator at https://api:6443: connection refused, nobody listens there, and this server was not chosen",
    );
    expect(existsSync(at("etc/rancher/k3s/config.yaml.d/10-start.yaml"))).toBe(false);
  });

  it("founds when it was given the keys and nobody answered three times in a row, and leaves no copy of them", () => {
    receive(renderAuthorities(secrets));
    expect(start([7, 28, 7]).status).toBe(0);
    expect(chosen()).toBe("cluster-init: true\n");
    const tls = at("var/lib/rancher/k3s/server/tls");
    for (const name of authorityFiles) expect(existsSync(join(tls, name)), name).toBe(true);
    expect(readFileSync(join(tls, "client-ca.key"), "utf8")).toBe(secrets.clientCaKey);
    expect(readdirSync(at("var/lib/estate/ca"), { recursive: true })).toEqual(["etcd"]);
  });

  it("founds behind a load balancer only after that had the time to find a server that is there", () => {
    receive(renderAuthorities(secrets));
    // it closes connections while it knows of nobody: 14 times are no proof, and whoever answers then is joined
    expect(start([...Array.from({ length: 14 }, () => 35), 0], { front: "loadBalancer" }).status).toBe(0);
    expect(chosen()).toBe("server: https://api\n");
    rmSync(at("etc/rancher/k3s/config.yaml.d/10-start.yaml"));
    expect(
      start(
        Array.from({ length: 15 }, (_, call) => (call % 2 ? 56 : 35)),
        { front: "loadBalancer" },
      ).status,
    ).toBe(0);
    expect(chosen()).toBe("cluster-init: true\n");
  });

  it("founds behind a VIP only after one server had the time to take it over from another", () => {
    receive(renderAuthorities(secrets));
    const silent = (times: number) => Array.from({ length: times }, (_, call) => (call % 2 ? 28 : 7));
    // 7 times are 12 s apart: no longer than the address may be nobody's
    expect(start([...silent(7), 0], { front: "vip" }).status).toBe(0);
    expect(chosen()).toBe("server: https://api\n");
    rmSync(at("etc/rancher/k3s/config.yaml.d/10-start.yaml"));
    expect(start(silent(8), { front: "vip" }).status).toBe(0);
    expect(chosen()).toBe("cluster-init: true\n");
  });

  it("joins although it was given the keys, when somebody answers at last", () => {
    receive(renderAuthorities(secrets));
    start([7, 7, 0]);
    expect(chosen()).toBe("server: https://api\n");
  });

  it.each([
    [6, "the name does not resolve"],
    [60, "certificate of another authority"],
  ])("founds nothing while curl ends with %i", (code, reason) => {
    receive(renderAuthorities(secrets));
    const { error, stdout } = start([7, 7, code], { seconds: 2 });
    expect(error?.message).toContain("ETIMEDOUT");
    expect(stdout).toContain(reason);
  });

  it("founds nothing with authorities it fetched as a joining server", () => {
    mkdirSync(at("var/lib/rancher/k3s/server/tls"), { recursive: true });
    writeFileSync(at("var/lib/rancher/k3s/server/tls/server-ca.key"), "fetched");
    expect(start([7], { seconds: 1 }).error?.message).toContain("ETIMEDOUT");
  });

  it("goes on as it is once it is a member", () => {
    mkdirSync(at("var/lib/rancher/k3s/server/db/etcd/member"), { recursive: true });
    writeFileSync(at("etc/rancher/k3s/config.yaml.d/10-start.yaml"), "as it was\n");
    expect(start([0]).status).toBe(0);
    expect(chosen()).toBe("as it was\n");
  });

  it("finishes what a crash interrupted: keys taken, not yet shredded", () => {
    receive(renderAuthorities(secrets));
    start([7]);
    rmSync(at("etc/rancher/k3s/config.yaml.d/10-start.yaml"));
    writeFileSync(at("var/lib/estate/ca/complete"), "");
    expect(start([7]).status).toBe(0);
    expect(chosen()).toBe("cluster-init: true\n");
  });
});
