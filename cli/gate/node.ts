import type { V1Node } from "@kubernetes/client-node";

/** What a node must be for its host to have joined. */
export interface Expected {
  /** Nova's id of the server; the machine reports it as its system UUID. */
  readonly serverId: string;
  /** The kubelet's version. */
  readonly version: string;
}

/** Why a node is not the ready node of this server; nothing if it is. */
export function whyNotReady(node: V1Node | undefined, { serverId, version }: Expected): string | undefined {
  if (!node) return "there is no node of its name yet";
  const info = node.status?.nodeInfo;
  if (!isOf(node, serverId)) return `the node is still that of another server (${info?.systemUUID ?? "unknown"})`;
  if (info?.kubeletVersion !== version) return `its kubelet is ${info?.kubeletVersion}, pinned is ${version}`;
  if (!info.bootID) return "its node does not say which boot it is of";
  if (!isReady(node)) {
    const condition = node.status?.conditions?.find(({ type }) => type === "Ready");
    return `its node is not Ready (${condition?.message || condition?.reason || "no condition yet"})`;
  }
  return undefined;
}

/** Of which boot the node is; it is another whenever the host has booted. */
export function bootOf(node: V1Node | undefined): string | undefined {
  return node?.status?.nodeInfo?.bootID;
}

/** Whether the node is that of the server. */
export function isOf(node: V1Node, serverId: string): boolean {
  return uuid(node.status?.nodeInfo?.systemUUID ?? "") === uuid(serverId);
}

/** Nova's id of the node's server, in nova's form. Nothing if the machine reports none. */
export function serverOf(node: V1Node): string | undefined {
  const digits = uuid(node.status?.nodeInfo?.systemUUID ?? "");
  return /^([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$/.exec(digits)?.slice(1).join("-");
}

/** Whether its kubelet says it is well, and was heard lately. */
export function isReady(node: V1Node): boolean {
  return node.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false;
}

/** Whether the node is a member of the datastore. */
export function isMember(node: V1Node): boolean {
  return node.metadata?.labels?.["node-role.kubernetes.io/etcd"] === "true";
}

/** Hypervisors differ in case, and a kubelet without DMI gives the machine id, which has no dashes. */
function uuid(text: string): string {
  return text.toLowerCase().replaceAll("-", "");
}
