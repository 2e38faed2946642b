/**
 * The boot part without a cloud: servers, their networks and their metadata are what the test says. Runs in namespaces of its
 * own and answers requests, one JSON a line, on standard input. Usage: lab.ts DATA IGNITION
 */
import { createServer } from "node:http";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { execa } from "execa";
import { type BootHandle, createBoot } from "../../../local/boot/boot.ts";
import type { ServerAction, ServerFacts } from "../../../local/boot/decide.ts";
import type { Machines } from "../../../local/boot/machines.ts";
import { startMirror } from "../../../local/boot/mirror.ts";
import type { Attachment } from "../../../local/boot/volumes.ts";
import { createSupervisor } from "../../../local/daemon/supervisor.ts";

/** A server as the test wants it. */
export interface LabServer {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  /** Of its address 10.20.x.y: 256 * x + y. */
  readonly address: number;
  readonly userData?: string;
  readonly actions: readonly ServerAction[];
  readonly attachments?: readonly Attachment[];
}

const [data = "", ignition = ""] = process.argv.slice(2);
const servers = new Map<string, LabServer>();
const power = new Map<string, boolean>();
const volumes = new Set<string>();
const updated = new Map<string, string>();
const supervisor = createSupervisor(data);
let boot: { machines: Machines; handle: BootHandle } | undefined;

const sh = (script: string) => execa("sh", ["-ec", script]);
const addressOf = (number: number) => `10.20.${number >> 8}.${number & 255}`;
const namespaceOf = (id: string) => `host-${id.slice(-8)}`;

async function prepare(): Promise<void> {
  await sh(`mount -t tmpfs tmpfs /run; mkdir -p /run/netns /run/estate; chmod 700 /run/estate
    mount --bind /run/netns /run/netns; mount --make-shared /run/netns
    ip link set lo up; ip link add br0 type bridge; ip addr add 10.20.0.1/16 dev br0
    ip addr add 169.254.169.254/32 dev br0; ip link set br0 up`);
  await startMirror(data, "10.20.0.1");
  await serveMetadata();
}

async function plug({ id, address, userData }: LabServer): Promise<void> {
  const name = namespaceOf(id);
  await sh(`ip netns add ${name}; ip -n ${name} link set lo up
    ip link add tap${address} type veth peer name eth0 netns ${name}; ip link set tap${address} master br0 up
    ip -n ${name} addr add ${addressOf(address)}/16 dev eth0; ip -n ${name} link set eth0 up
    ip -n ${name} route add default via 10.20.0.1`);
  if (userData === undefined) await sh(`ip -n ${name} route add unreachable 169.254.169.254`);
}

/** One metadata service for all: it knows who asks by the address. */
async function serveMetadata(): Promise<void> {
  const server = createServer((request, response) => {
    const asking = request.socket.remoteAddress;
    response.end([...servers.values()].find(({ address }) => addressOf(address) === asking)?.userData);
  });
  await new Promise<void>((resolve) => server.listen(80, "169.254.169.254", resolve));
}

function facts({ id, name, status, address, attachments = [] }: LabServer): ServerFacts {
  const volumes = attachments.map(({ volumeId }) => volumeId);
  return { id, name, status, updated: updated.get(id) ?? "", addresses: [addressOf(address)], volumes };
}

async function start(): Promise<void> {
  boot = await createBoot({
    data,
    supervisor,
    ignition,
    kubernetes: join(import.meta.dirname, "kubeall.sh"),
    network: {
      settled: async (id) => ({ namespace: namespaceOf(id), nameservers: ["10.20.0.1"], interfaces: [] }),
      setPower: async (id, on) => void power.set(id, on),
      whyBlocked: async ({ to, port }) => `no rule lets tcp ${port} in at ${to}`,
    },
    nova: {
      servers: async () => [...servers.values()].map(facts),
      actions: async (id) => [...(servers.get(id)?.actions ?? [])],
      attachments: async (id) => [...(servers.get(id)?.attachments ?? [])],
      volumeIds: async () => volumes,
    },
  });
}

const requests: Readonly<Record<string, (given: never) => Promise<unknown>>> = {
  start,
  /** The daemon ends and comes back. */
  stop: async () => boot?.handle.stop(),
  set: async (server: LabServer) => {
    const isNew = !servers.has(server.id);
    servers.set(server.id, server);
    updated.set(server.id, new Date().toISOString());
    for (const { volumeId } of server.attachments ?? []) volumes.add(volumeId);
    if (isNew) await plug(server);
    await changed();
  },
  remove: async (id: string) => {
    servers.delete(id);
    await changed();
  },
  forgetVolume: async (id: string) => {
    volumes.delete(id);
    await changed();
  },
  hosts: async () => boot?.handle.hosts(),
  reason: async (name: string) => boot?.handle.reason(name) ?? "",
  break: async ({ host, mode }: { host: string; mode: string }) => boot?.handle.break(host, mode),
  power: async (id: string) => power.get(id) ?? false,
  services: async () => supervisor.status(),
  run: async (command: readonly string[]) => {
    const [program = "", ...args] = command;
    const { exitCode, stdout, stderr } = await execa(program, args, { reject: false, stdin: "ignore" });
    return { exitCode, stdout, stderr };
  },
};

async function changed(): Promise<void> {
  boot?.machines.kick();
}

await prepare();
for await (const line of createInterface({ input: process.stdin })) {
  const { number, what, given } = JSON.parse(line) as { number: number; what: string; given: never };
  // a request that takes long does not hold up the next
  void Promise.resolve()
    .then(() => requests[what]?.(given))
    .then(
      (result) => ({ result }),
      (error: Error) => ({ error: error.stack }),
    )
    .then((answer) => process.stdout.write(`${JSON.stringify({ number, ...answer })}\n`));
}
process.exit(0);
