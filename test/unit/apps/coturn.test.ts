import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it, test } from "vitest";
import { turnserverConf } from "../../../apps/coturn/config.ts";
import { timeLimitedCredential } from "../../../apps/coturn/credential.ts";
import { peersOf } from "../../../apps/coturn/hosts.ts";
import { deployment, server } from "../../../apps/coturn/manifests.ts";
import { relaysOf } from "../../../apps/coturn/relays.ts";
import { turnSecrets } from "../../../apps/coturn/secrets.ts";
import { Keeper } from "../../../apps/coturn/service/keeper.ts";
import { reloadable } from "../../../apps/coturn/service/process.ts";
import { DocumentError } from "../../../stacks/parse.ts";
import { estate } from "../stacks/fixtures.ts";

describe("turnserver.conf", () => {
  const facts = { realm: "estate.test", fixed: "10.20.0.11", announced: "203.0.113.11", nonceSecret: "nonce" };
  const lines = (other: Partial<typeof facts> = {}) => turnserverConf({ ...facts, ...other }).split("\n");

  it("binds the host's own address and tells the floating one, which is no peer", () => {
    expect(lines()).toEqual(
      expect.arrayContaining(["listening-ip=10.20.0.11", "relay-ip=10.20.0.11", "external-ip=203.0.113.11"]),
    );
    expect(lines({ announced: facts.fixed }).filter((line) => line.startsWith("external-ip"))).toEqual([]);
  });

  it("listens and relays where the catalogue has it open, and denies every peer", () => {
    expect(lines()).toEqual(
      expect.arrayContaining([
        ...["listening-port=3478", "tls-listening-port=443", "min-port=32769", "max-port=65535", "dtls"],
        ...["prometheus-port=9641", "denied-peer-ip=0.0.0.0-255.255.255.255", "no-tcp-relay", "use-auth-secret"],
      ]),
    );
  });

  it("names no peer and no shared secret, which change while it runs, and no option that coturn has no more", () => {
    const text = lines().join("\n");
    expect(text).not.toMatch(/^(allowed-peer-ip|static-auth-secret|no-cli|no-loopback-peers|keep-address-family)/m);
  });
});

test("a credential is good until its time, made as BigBlueButton makes it", () => {
  // printf %s 1700000000:estate | openssl dgst -sha1 -hmac secret -binary | base64
  expect(timeLimitedCredential("secret", 1_700_000_000.9)).toEqual({
    ...{ username: "1700000000:estate", password: "jASfVuyOZXxAbdcMowEyHLIDsX8=" },
  });
});

test("the secret in use is taken, the next one, and the one before until it is revoked", () => {
  const secret = (generation: number) => turnSecrets("seed", { generation, revoked: generation - 1 })[0];
  expect(turnSecrets("seed", { generation: 0, revoked: -1 })).toEqual([secret(0), secret(1)]);
  expect(turnSecrets("seed", { generation: 1, revoked: -1 })).toEqual([secret(1), secret(2), secret(0)]);
  expect(turnSecrets("seed", { generation: 1, revoked: 0 })).toEqual([secret(1), secret(2)]);
  expect(secret(0)).toMatch(/^[0-9a-f]{64}$/);
});

test("peers are the addresses of bbb hosts, both of them, each once", () => {
  const provider = { fixed: "192.0.2.7", announced: "192.0.2.7" };
  expect(peersOf([{ fixed: "10.20.0.21", announced: "203.0.113.21" }, provider])).toEqual([
    ...["10.20.0.21", "192.0.2.7", "203.0.113.21"],
  ]);
});

test("bbb is told of every server, plain and with TLS on 443, and how long a credential is good", () => {
  expect(relaysOf(["turn-01.example.org", "turn-02.example.org"], "s")).toEqual({
    ...{ secret: "s", ttlSeconds: 86_400 },
    turn: [
      ...["turn:turn-01.example.org:3478", "turns:turn-01.example.org:443?transport=tcp"],
      ...["turn:turn-02.example.org:3478", "turns:turn-02.example.org:443?transport=tcp"],
    ],
    stun: ["stun:turn-01.example.org:3478", "stun:turn-02.example.org:3478"],
  });
});

describe("the pod of a host", () => {
  const taints = ["estate/dedicated=turn:NoSchedule"];
  const { spec } = deployment(
    { host: { name: "turn-01", taints }, drainMinutes: 120, certificate: "coturn-certs", program: "coturn-keeper-1" },
    "digest",
  );
  const pod = spec.template.spec;

  it("is on that host with the host's network, and is evicted from it, which a DaemonSet's is not", () => {
    expect(pod).toMatchObject({
      ...{ hostNetwork: true, nodeSelector: { "kubernetes.io/hostname": "turn-01" } },
      tolerations: [{ key: "estate/dedicated", operator: "Equal", value: "turn", effect: "NoSchedule" }],
    });
    expect(spec).toMatchObject({ replicas: 1, strategy: { type: "Recreate" } });
  });

  it("is drained before it ends, and has the time for it", () => {
    expect(pod.terminationGracePeriodSeconds).toBe(7200);
    expect(pod.containers[0]).toMatchObject(server);
    expect(server.lifecycle.preStop.exec.command).toEqual(["sh", "/scripts/drain.sh"]);
    expect(spec.progressDeadlineSeconds).toBeGreaterThan(7200);
  });

  it("has one capability, without which its program cannot be started, and gains none", () => {
    expect(pod.containers.map(({ securityContext }) => securityContext.capabilities)).toEqual([
      { drop: ["ALL"], add: ["NET_BIND_SERVICE"] },
      { drop: ["ALL"] },
    ]);
    for (const { securityContext } of pod.containers) expect(securityContext.allowPrivilegeEscalation).toBe(false);
    expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 65_534 });
  });
});

describe("the document", () => {
  const turn = { flavor: "m1.small", publicAddress: true, count: 2 };
  // biome-ignore lint/suspicious/noExplicitAny: a test writes whatever it likes
  const mistakes = (settings: object, change: (document: any) => void = () => undefined) => {
    try {
      estate((document) => {
        Object.assign(document, { apps: { coturn: settings } });
        document.roles.turn = { ...turn };
        change(document);
      });
      return "";
    } catch (error) {
      if (error instanceof DocumentError) return error.message;
      throw error;
    }
  };

  it("may have it with nothing said, on two hosts", () => {
    expect(mistakes({})).toBe("");
  });

  it("must have two hosts of turn, and bbb", () => {
    expect(mistakes({}, (document) => (document.roles.turn.count = 1))).toContain("needs two hosts at least");
    expect(mistakes({}, (document) => delete document.roles.bbb)).toContain("needs hosts that run bbb");
  });

  it("gives hosts the time that their relays have", () => {
    expect(mistakes({ drainMinutes: 60 })).toContain(
      "leaves no minute of roles.turn.rollout.drainMinutes (15), so that no host could be replaced: write less here, or at least 61 there",
    );
    expect(mistakes({ drainMinutes: 15 })).toContain("leaves no minute");
    expect(mistakes({ drainMinutes: 14 })).toBe("");
    const longer = { drainMinutes: 90 };
    expect(mistakes({ drainMinutes: 60 }, (document) => (document.roles.turn.rollout = longer))).toBe("");
  });

  it("does not revoke the secret in use", () => {
    expect(mistakes({ generation: 1, revoked: 1 })).toContain("would refuse the secret in use");
  });
});

describe("the keeper", () => {
  const said: Readonly<Record<string, unknown>>[] = [];
  let folder: string;
  let keeper: Keeper;
  const allow = (text: unknown) => writeFileSync(join(folder, "allowed.json"), JSON.stringify(text));
  const rows = (sql: string) => {
    const database = new DatabaseSync(join(folder, "turndb"), { readOnly: true });
    const found = database.prepare(sql).all();
    database.close();
    return found.map((row) => Object.values(row).join(" "));
  };

  beforeEach(() => {
    said.length = 0;
    folder = mkdtempSync(join(tmpdir(), "estate-keeper-"));
    for (const file of ["tls.crt", "tls.key"]) writeFileSync(join(folder, file), file);
    const places = { allowed: join(folder, "allowed.json"), certificate: folder, run: folder };
    keeper = new Keeper(places, (line) => said.push(line));
  });
  afterEach(() => {
    keeper.close();
    rmSync(folder, { recursive: true });
  });

  it("writes what is allowed and takes away what is not any more", () => {
    allow({ realm: "estate.test", secrets: ["one", "two"], peers: ["10.20.0.21", "10.20.0.22"] });
    keeper.look();
    allow({ realm: "estate.test", secrets: ["two", "three"], peers: ["10.20.0.22"] });
    keeper.look();
    expect(rows("SELECT realm, value FROM turn_secret ORDER BY 2")).toEqual(["estate.test three", "estate.test two"]);
    expect(rows("SELECT realm, ip_range FROM allowed_peer_ip")).toEqual(["estate.test 10.20.0.22"]);
    expect(readFileSync(join(folder, "kept"), "utf8")).toBe("");
  });

  it("keeps what was allowed where the file is broken, and says neither it nor a secret", () => {
    allow({ realm: "estate.test", secrets: ["unique-secret"], peers: [] });
    keeper.look();
    writeFileSync(join(folder, "allowed.json"), '{"secrets":["unique-other"');
    keeper.look();
    allow({ realm: "estate.test", secrets: [], peers: [] });
    keeper.look();
    expect(rows("SELECT value FROM turn_secret")).toEqual(["unique-secret"]);
    expect(said.filter(({ event }) => event === "failed")).toHaveLength(2);
    expect(JSON.stringify(said)).not.toMatch(/unique-/);
  });

  it("is not ready before it has read all", () => {
    keeper.look();
    expect(() => readFileSync(join(folder, "kept"))).toThrow(/ENOENT/);
    expect(said).toEqual([expect.objectContaining({ event: "failed", what: "allowed" })]);
  });

  it("signals no process but a turnserver that takes the signal", () => {
    const file = join(folder, "turnserver.pid");
    expect(reloadable(file)).toBeUndefined();
    // this one takes signals, and is none
    for (const pid of [process.pid, 1, "", "nonsense"]) {
      writeFileSync(file, String(pid));
      expect(reloadable(file)).toBeUndefined();
    }
  });
});
