/** Runs inside namespaces of its own (network.test.ts starts it): makes a cloud of packets, tries it, writes what it found as JSON. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSupervisor } from "../../../local/daemon/supervisor.ts";
import { keepNetwork, type NetworkHandle } from "../../../local/network/handle.ts";
import { type Part, parts } from "../../../local/network/source.ts";
import type { Fixture } from "../../unit/network/fixture.ts";
import { exampleCloud, manyHosts } from "./example-cloud.ts";
import { fakeOpenstack } from "./fake-openstack.ts";
import { answer, fakeNova } from "./lab.ts";
import { scenarios } from "./scenarios.ts";

/** What the scenarios act on. */
export interface Lab {
  readonly cloud: Fixture;
  readonly network: NetworkHandle;
  /** Says that the cloud has changed, as a plugin of neutron would, without waiting. */
  readonly told: (part?: Part) => void;
  /** The same, and waits until the network has followed. */
  readonly followed: () => Promise<void>;
}

const sh = (script: string) => execFileSync("sh", ["-ec", script], { stdio: "inherit" });
sh(`mount -t tmpfs tmpfs /run; mkdir -p /run/netns /run/estate; mount --bind /run/netns /run/netns
mount --make-shared /run/netns; ip link set lo up; ip address add 192.0.2.10/32 dev lo`);
const data = mkdtempSync(join(tmpdir(), "estate-network-"));
mkdirSync(join(data, "logs"));
const supervisor = createSupervisor(data);
await fakeNova();

const cloud = exampleCloud();
const listeners = new Map<Part, () => void>();
const network = await keepNetwork({
  cloud: fakeOpenstack(() => cloud.state),
  supervisor,
  metadataSecret: "secret",
  subscribe: (part, told) => {
    listeners.set(part, told);
    return () => void listeners.delete(part);
  },
});
const told = (part: Part = "neutron") => listeners.get(part)?.();
const first = cloud.state.servers[0]?.id ?? "";
const followed = async () => {
  for (const part of parts) told(part);
  await network.settled(first);
  // asks all services, and so waits for them
  await network.whyBlocked({ from: "operator", to: "192.0.2.10", protocol: "tcp", port: 80 });
};
const children = cloud.state.servers.map(({ name }) => answer(name, [80, 443, 5000]));
children.push(answer("operator", [9000]));

const results: Record<string, string> = {};
for (const [name, scenario] of Object.entries(scenarios)) {
  results[name] = await scenario({ cloud, network, told, followed }).then(
    () => "passed",
    (error: Error) => error.stack ?? error.message,
  );
}
const begin = Date.now();
manyHosts(cloud, 100);
await followed();
const [made, count, pass] = [Date.now() - begin, network.hosts().size, network.status().applied?.milliseconds];
const again = Date.now();
cloud.group("another", []);
await followed();
results.timing = `${count} hosts in ${made} ms (${pass} ms for the last step); a pass over them without a change in ${Date.now() - again} ms`;
writeFileSync(process.argv[2] ?? "/dev/stdout", JSON.stringify(results));
for (const child of children) child.kill();
network.stop();
process.exit(0);
