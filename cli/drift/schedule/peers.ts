import { endpoint, isListed, logIn } from "../../../local/openstack-client/token.ts";
import type { EstateFacts } from "../../../stacks/facts.ts";
import { isMirrored } from "../../../stacks/registries.ts";
import { findCloud } from "../../credentials.ts";
import { backendHost, type Server, serverOf } from "../backend-host.ts";

/** Somebody outside of the orchestrator whom the check calls, by TCP. */
export interface Peer {
  readonly what: string;
  readonly server: Server;
}

/** Whom it calls, and of whom that is not known. */
export interface Peers {
  readonly peers: readonly Peer[];
  /** In words. */
  readonly unknown: readonly string[];
}

export interface Caller {
  readonly facts: Pick<EstateFacts, "orchestrator">;
  readonly environment: NodeJS.ProcessEnv;
  /** As PULUMI_BACKEND_URL has it. */
  readonly backend: string;
  /** By digest. */
  readonly image: string;
}

/** Everybody whom the environment and the document name; the cloud is asked for the addresses of its services, and nothing is changed. */
export async function peersOf({ facts, environment, backend, image }: Caller): Promise<Peers> {
  const cloud = await cloudPeers(environment);
  const state = backendHost(backend, environment);
  const { ESTATE_DRIFT_WEBHOOK: webhook } = environment;
  const url = webhook ? URL.parse(webhook) : null;
  // what hosts have a mirror of is where the document lets them fetch it
  const registry = isMirrored(facts, image.split("/")[0] ?? "") ? undefined : registryOf(image);
  return {
    peers: [
      ...cloud.peers,
      ...(state ? [{ what: "the state", server: state }] : []),
      ...(url ? [{ what: "the webhook", server: serverOf(url) }] : []),
      ...(registry ? [{ what: "the image", server: registry }] : []),
    ],
    unknown: [
      ...cloud.unknown,
      ...(state ? [] : ["the state: PULUMI_BACKEND_URL names no server that is known here"]),
      ...(webhook ? [] : ["the webhook, if there is to be one: ESTATE_DRIFT_WEBHOOK is not set here"]),
    ],
  };
}

/** What the scan or the engine calls of a cloud. */
const services = ["identity", "compute", "network", "block-storage", "image", "dns", "load-balancer"] as const;

async function cloudPeers(environment: NodeJS.ProcessEnv): Promise<Peers> {
  const cloud = await findCloud(environment).catch((error: Error) => error);
  if (cloud instanceof Error)
    return { peers: [], unknown: [`keystone and the services of the cloud: ${cloud.message}`] };
  const authUrl = URL.parse(cloud.authUrl);
  const keystone = authUrl ? [{ what: "keystone", server: serverOf(authUrl) }] : [];
  const token = await logIn(cloud).catch((error: Error) => error);
  if (token instanceof Error) return { peers: keystone, unknown: [`the services of the cloud: ${token.message}`] };
  const listed = services.filter((service) => isListed(token, cloud, service));
  const urls = listed.map((service) => [service, URL.parse(endpoint(token, cloud, service))] as const);
  const called = urls.flatMap(([what, one]) => (one ? [{ what, server: serverOf(one) }] : []));
  return { peers: [...keystone, ...called], unknown: [] };
}

/** As container runtimes read it: a first part without a dot or a port is a folder of Docker's. */
function registryOf(image: string): Server | undefined {
  const [first = ""] = image.split("/");
  const host = /[.:]/.test(first) && first !== image ? first : "registry-1.docker.io";
  const url = URL.parse(`https://${host}`);
  return url ? serverOf(url) : undefined;
}
