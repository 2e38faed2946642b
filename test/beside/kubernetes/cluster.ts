import { createHash, generateKeyPairSync, randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { newAuthority } from "../../../cli/pki.ts";
import { Host, makeBridge } from "./host.ts";

/** The name of the API inside; it leads to all servers. */
export const api = "https://api.internal.estate.test:6443";

/** What `kubectl get -o json` gives, as far as the tests look. */
export interface KubernetesObject {
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec: { readonly podCIDR?: string; readonly taints?: readonly { readonly key: string }[] };
  readonly status: {
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
    readonly nodeInfo?: { readonly systemUUID: string; readonly kubeletVersion: string };
    readonly podIP?: string;
    readonly phase?: string;
  };
}

/** Three servers and agents, with authorities that the test made, as `estate init` makes them. */
export class Cluster {
  readonly folder: string;
  readonly binary: string;
  readonly servers: readonly [Host, Host, Host];
  readonly agent: Host;
  readonly other: Host;
  #authorities: Readonly<Record<string, string>> = {};
  #caHash = "";

  constructor(folder: string, binary: string) {
    this.folder = folder;
    this.binary = binary;
    const host = (name: string, address: string) => new Host(name, address, randomUUID(), { folder, binary });
    this.servers = [host("s1", "10.77.0.11"), host("s2", "10.77.0.12"), host("s3", "10.77.0.13")];
    this.agent = host("a1", "10.77.0.21");
    this.other = host("a2", "10.77.0.22");
  }

  async create(): Promise<void> {
    await makeBridge();
    const names = this.servers.map(({ address }) => `${address} api.internal.estate.test\n`);
    await writeFile(join(this.folder, "hosts"), `127.0.0.1 localhost\n${names.join("")}`);
    for (const host of [...this.servers, this.agent, this.other]) await host.create();
    const files: Record<string, string> = {};
    for (const name of ["server-ca", "client-ca", "request-header-ca", "etcd/server-ca", "etcd/peer-ca"]) {
      const authority = await newAuthority(`test ${name}`);
      files[`${name}.crt`] = authority.certificatePem;
      files[`${name}.key`] = authority.keyPem;
    }
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    files["service.key"] = privateKey.export({ type: "pkcs1", format: "pem" }).toString();
    this.#authorities = files;
    this.#caHash = createHash("sha256")
      .update(files["server-ca.crt"] ?? "")
      .digest("hex");
  }

  token(user: "server" | "node", password: string): string {
    return `K10${this.#caHash}::${user}:${password}`;
  }

  /** The configuration of a server. The founder alone has the keys of the authorities. */
  async configureServer(host: Host, how: "found" | "join"): Promise<void> {
    const start = how === "found" ? { "cluster-init": true } : { server: api };
    if (how === "found") await host.place("var/lib/rancher/k3s/server/tls", this.#authorities);
    await host.configure({
      ...start,
      token: how === "found" ? "server-secret" : this.token("server", "server-secret"),
      "agent-token": "agent-secret",
      "tls-san": ["api.internal.estate.test"],
      "secrets-encryption": true,
      "node-name": host.name,
      disable: ["traefik", "metrics-server"],
    });
  }

  async configureAgent(host: Host, settings: object = {}): Promise<void> {
    await host.configure({
      server: api,
      token: this.token("node", "agent-secret"),
      "node-label": ["estate.test/role=bbb"],
      "node-taint": ["dedicated=bbb:NoSchedule"],
      ...settings,
    });
  }

  /** Runs kubectl as the administrator, on a server. */
  async kubectl(args: readonly string[], { on = this.servers[1], input = "" } = {}): Promise<string> {
    const files = ["--kubeconfig", join(on.root, "etc/rancher/k3s/k3s.yaml"), "--request-timeout=30s"];
    const inside = ["nsenter", `--net=/run/netns/${on.name}`, this.binary, "kubectl", ...files] as const;
    return (await execa("/usr/bin/env", [...inside, ...args], { input })).stdout;
  }

  async get(args: readonly string[], on?: Host): Promise<KubernetesObject> {
    return JSON.parse(await this.kubectl(["get", ...args, "-o", "json"], on ? { on } : {}));
  }

  /** Whether a node is there and ready. */
  async ready(name: string, on?: Host): Promise<boolean> {
    const node = await this.get(["node", name], on).catch(() => undefined);
    return node?.status.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false;
  }
}

/** Waits until something holds; throws with `what` when it does not in time. */
export async function until(what: string, seconds: number, holds: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; await sleep(250)) {
    if (await holds().catch(() => false)) return;
  }
  throw new Error(`not within ${seconds} s: ${what}`);
}
