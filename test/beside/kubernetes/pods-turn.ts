import assert from "node:assert/strict";
import { connect } from "node:tls";
import { execa } from "execa";
import { stringify } from "yaml";
import { turnserverConf } from "../../../apps/coturn/config.ts";
import { timeLimitedCredential } from "../../../apps/coturn/credential.ts";
import { allowedSecret, keeperProgram } from "../../../apps/coturn/keeperContainer.ts";
import { deployment, scripts } from "../../../apps/coturn/manifests.ts";
import { hostObject, name, turnPorts } from "../../../apps/coturn/names.ts";
import { turnSecrets } from "../../../apps/coturn/secrets.ts";
import { newAuthority } from "../../../cli/pki.ts";
import { media } from "../../../ignition/media.ts";
import { TurnClient } from "../turn/client.ts";
import { type Cluster, until } from "./cluster.ts";

const namespace = "turn";
const certificate = "coturn-certs";
const realm = "estate.test";
const seed = "5eed".repeat(16);
const generations = { generation: 0, revoked: -1 };
const [bbb, newer, other] = ["10.20.0.21", "10.20.0.22", "10.20.0.99"];

/** The estate's TURN server by its own manifest, in its host's network: it relays to whom it is told, and is told while it runs. */
export async function turnRuns(cluster: Cluster): Promise<void> {
  const { agent } = cluster;
  await setKernel(agent.name);
  const host = { name: agent.name, taints: ["dedicated=bbb:NoSchedule"] };
  const { certificatePem, keyPem } = await newAuthority("turn.estate.test");
  const program = keeperProgram();
  const pod = { host, drainMinutes: 1, certificate, program: program.metadata.name };
  const conf = turnserverConf({ fixed: agent.address, announced: agent.address, realm, nonceSecret: "nonce" });
  await apply(cluster, [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } },
    { apiVersion: "v1", kind: "ConfigMap", ...program },
    { apiVersion: "v1", kind: "ConfigMap", metadata: { name: `${name}-scripts` }, data: scripts },
    secret(hostObject(host.name), { "turnserver.conf": conf }),
    secret(certificate, { "tls.crt": certificatePem, "tls.key": keyPem }),
    allowed([bbb]),
    { apiVersion: "apps/v1", kind: "Deployment", ...deployment(pod, "config") },
  ]);
  const rollout = ["rollout", "status", `deployment/${hostObject(host.name)}`, "-n", namespace, "--timeout=120s"];
  await cluster
    .kubectl(rollout)
    .catch(async () => assert.fail(await cluster.kubectl(["get", "pods", "-n", namespace, "-o", "yaml"])));
  const client = await TurnClient.open({ address: agent.address, port: turnPorts.plain });
  try {
    assert.equal((await client.binding()).address, "10.77.0.1");
    const [shared = ""] = turnSecrets(seed, generations);
    const relay = await client.allocate(timeLimitedCredential(shared, Date.now() / 1000 + 3600));
    assert.ok(typeof relay === "object" && relay.address === agent.address, `refused with ${JSON.stringify(relay)}`);
    assert.deepEqual([await client.permit(bbb), await client.permit(newer), await client.permit(other)], [0, 403, 403]);
    assert.equal(await nameOn443(agent.address), "turn.estate.test");
    await apply(cluster, [allowed([bbb, newer])]);
    await until("a new peer is allowed while the server runs", 60, async () => (await client.permit(newer)) === 0);
    assert.equal(await client.permit(other), 403);
  } finally {
    client.close();
  }
  await cluster.kubectl(["delete", "namespace", namespace, "--timeout=90s"]);
  await until("nobody listens there any more", 10, async () => (await nameOn443(agent.address)) === undefined);
}

/** What Ignition has the kernel of a turn host do, as far as it is a network's. */
async function setKernel(namespace: string): Promise<void> {
  const { files = [] } = media({ host: { runs: ["turn"] } } as unknown as Parameters<typeof media>[0]);
  const settings = files.flatMap(({ contents }) => String(contents).split("\n"));
  const own = settings.filter((line) => line.startsWith("net.ipv4.")).map((line) => line.replaceAll(" ", ""));
  await execa("ip", ["netns", "exec", namespace, "sysctl", "-qw", ...own]);
}

async function apply(cluster: Cluster, objects: readonly object[]): Promise<void> {
  const [first, ...others] = objects;
  const input = (some: readonly (object | undefined)[]) => some.map((one) => stringify(one)).join("---\n");
  // a namespace comes before what is in it
  await cluster.kubectl(["apply", "-n", namespace, "-f", "-"], { input: input([first]) });
  if (others.length > 0) await cluster.kubectl(["apply", "-n", namespace, "-f", "-"], { input: input(others) });
}

function secret(name: string, stringData: Readonly<Record<string, string>>) {
  return { apiVersion: "v1", kind: "Secret", metadata: { name }, stringData };
}

function allowed(peers: readonly string[]) {
  const text = JSON.stringify({ realm, secrets: turnSecrets(seed, generations), peers });
  return secret(allowedSecret, { "allowed.json": text });
}

/** The name in the certificate that is shown there; nothing where nobody listens. */
async function nameOn443(host: string): Promise<unknown> {
  const socket = connect({ host, port: turnPorts.tls, rejectUnauthorized: false });
  try {
    await new Promise((resolve, reject) => socket.once("secureConnect", resolve).once("error", reject));
    return socket.getPeerCertificate().subject.CN;
  } catch {
    return undefined;
  } finally {
    socket.destroy();
  }
}
