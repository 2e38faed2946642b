import { KubeConfig } from "@kubernetes/client-node";
import { bodyOf, type Listening, listen } from "./fakes.ts";

interface Lease {
  metadata: { name: string; resourceVersion: string; annotations?: Record<string, string> };
  spec: { holderIdentity?: string; renewTime?: string };
}

/** The parts of the orchestrator's API that the registrator uses; a write over another version than the one that is there is refused. */
export interface FakeOrchestrator extends Listening {
  readonly config: KubeConfig;
  lease: Lease | undefined;
  conflicts: number;
  /** Whether each node is Ready, by name. */
  readonly nodes: Map<string, boolean>;
}

export async function fakeOrchestrator(): Promise<FakeOrchestrator> {
  let version = 0;
  const nodes = new Map<string, boolean>();
  const leases = "/apis/coordination.k8s.io/v1/namespaces/estate/leases";
  const server = await listen(async (request, response) => {
    const path = request.url ?? "";
    const body = await bodyOf(request);
    const send = (status: number, json: object) => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(json));
    };
    const refuse = (code: number) => send(code, { kind: "Status", apiVersion: "v1", status: "Failure", code });
    const keep = () => {
      version += 1;
      const lease = JSON.parse(body) as Lease;
      fake.lease = { ...lease, metadata: { ...lease.metadata, resourceVersion: String(version) } };
      return send(200, fake.lease);
    };
    if (path === "/api/v1/nodes")
      return send(200, { kind: "NodeList", apiVersion: "v1", items: [...nodes].map(nodeOf) });
    if (path === leases && request.method === "POST") return fake.lease ? refuse(409) : keep();
    if (path !== `${leases}/registrator`) return refuse(404);
    if (!fake.lease) return refuse(404);
    if (request.method === "GET") return send(200, fake.lease);
    if (request.method !== "PUT") return refuse(405);
    if ((JSON.parse(body) as Lease).metadata.resourceVersion === fake.lease.metadata.resourceVersion) return keep();
    fake.conflicts += 1;
    return refuse(409);
  });
  const config = new KubeConfig();
  config.loadFromClusterAndUser(
    { name: "fake", server: server.url, skipTLSVerify: true },
    { name: "registrator", token: "a-service-account" },
  );
  const fake: FakeOrchestrator = { ...server, config, nodes, lease: undefined, conflicts: 0 };
  return fake;
}

function nodeOf([name, ready]: [string, boolean]) {
  const condition = ready ? { status: "True" } : { status: "Unknown", reason: "NodeStatusUnknown" };
  return { metadata: { name }, status: { conditions: [{ type: "Ready", ...condition }] } };
}
