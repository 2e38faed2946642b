import { stringify } from "yaml";
import { apiClosed, apiFiles, apiOpened } from "./api.ts";
import type { Fragment, Unit } from "./config.ts";
import { fetchPath, fetchScript } from "./fetch.ts";
import { founderPaths, receiveScript, startScript } from "./founding.ts";
import { imagesFetched, imagesFolder } from "./images.ts";
import type { MachineFacts, MachineSecrets } from "./machine.ts";
import { metadataUnit } from "./metadata.ts";
import { secureToken } from "./token.ts";
import { limits, type ServiceOptions, serviceUnit } from "./units/service.ts";
import { vipMounts } from "./vip.ts";

const config = "/etc/rancher/k3s";
const path = "/opt/bin/k3s";

/** k3s: the program by its hash, its configuration, and the unit that runs it. */
export function k3s(facts: MachineFacts, secrets: MachineSecrets): Fragment {
  const { url, sha512 } = facts.orchestrator.k3s;
  const program = facts.interface ? fetchScript() : { path, mode: 0o755, contents: { url, sha512 } };
  const role = facts.kind === "server" ? server(facts, secrets) : agent(facts, secrets);
  return { ...role, files: [program, ...(role.files ?? [])] };
}

/** Keys that servers and agents share. The node's address is left to k3s: it takes that of the default route. */
function node({ host }: MachineFacts): Record<string, unknown> {
  return {
    "node-name": host.name,
    "node-label": Object.entries(host.labels)
      .map(([key, value]) => `${key}=${value}`)
      .sort(),
    ...(host.taints.length > 0 ? { "node-taint": [...host.taints] } : {}),
  };
}

function agent(facts: MachineFacts, secrets: MachineSecrets): Fragment {
  const { api } = facts;
  const settings = {
    ...node(facts),
    server: `https://${api.internalName}:${api.port}`,
    token: secureToken(secrets.serverCaCert, "node", secrets.agentToken),
  };
  return {
    files: [{ path: `${config}/config.yaml`, mode: 0o600, contents: stringify(settings, { lineWidth: 0 }) }],
    units: [unit("agent", facts, { description: "Joins the orchestrator" })],
  };
}

function server(facts: MachineFacts, secrets: MachineSecrets): Fragment {
  const { api, orchestrator } = facts;
  const { serverCaCert, agentToken, serverToken } = secrets;
  if (!serverToken) throw new Error(`${facts.host.name} is a server without a server token`);
  const settings = {
    ...node(facts),
    "agent-token": agentToken,
    "cluster-cidr": orchestrator.podCidr,
    "service-cidr": orchestrator.serviceCidr,
    // not those of k3s, which overlap the media ports of bbb
    "service-node-port-range": `${orchestrator.nodePorts.from}-${orchestrator.nodePorts.to}`,
    "flannel-backend": "vxlan",
    "secrets-encryption": true,
    "write-kubeconfig-mode": "0600",
    "tls-san": [api.name, api.internalName],
    // What the estate brings itself, or does not need.
    disable: ["local-storage", "metrics-server", "servicelb", "traefik"],
  };
  const join = {
    server: `https://${api.internalName}:${api.port}`,
    token: secureToken(serverCaCert, "server", serverToken),
  };
  const found = { "cluster-init": true, token: serverToken };
  const yaml = (path: string, content: object) => ({
    ...{ path, mode: 0o600, contents: stringify(content, { lineWidth: 0 }) },
  });
  return {
    directories: [
      { path: "/var/lib/estate", mode: 0o755 },
      { path: founderPaths.incoming, mode: 0o700, owner: "core" },
      { path: `${config}/config.yaml.d`, mode: 0o700 },
    ],
    files: [
      ...apiFiles(api.port),
      yaml(`${config}/config.yaml`, settings),
      yaml(founderPaths.found, found),
      yaml(founderPaths.join, join),
      { path: founderPaths.ca, mode: 0o644, contents: serverCaCert },
      {
        path: founderPaths.start,
        mode: 0o755,
        contents: startScript(`https://${api.internalName}:${api.port}`, {
          ...{ alone: facts.alone, front: orchestrator.api.front },
        }),
      },
      { path: founderPaths.receive, mode: 0o755, contents: receiveScript() },
    ],
    units: [
      unit("server", facts, {
        ...{ description: "The orchestrator", before: [apiClosed, founderPaths.start], afterwards: apiOpened },
      }),
    ],
  };
}

function unit(
  kind: "server" | "agent",
  facts: MachineFacts,
  { before = [], ...options }: Pick<ServiceOptions, "description" | "before" | "afterwards">,
): Unit {
  const { volumes, interface: told, orchestrator } = facts;
  const { url, sha512, images } = orchestrator.k3s;
  const fetched = {
    before: [...imagesFetched(orchestrator), `${fetchPath} ${url} ${sha512} ${path}`, ...before],
    // not there yet when systemd reads the unit
    command: `/usr/bin/env ${path} ${kind}`,
  };
  const mounts = [...volumes.map((volume) => volume.path), ...(images ? [imagesFolder] : []), ...vipMounts(facts)];
  const program = told ? fetched : { before, command: `${path} ${kind}` };
  return {
    name: kind === "server" ? "k3s.service" : "k3s-agent.service",
    contents: serviceUnit({ ...options, mounts, requires: [metadataUnit], ...program }),
    dropIns: { "10-limits.conf": limits },
  };
}
