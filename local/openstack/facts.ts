import { join } from "node:path";
import { addresses } from "../addresses.ts";
import type { Secrets } from "./secrets.ts";

/** What the configuration of the cloud's services is made from. */
export interface CloudFacts {
  /** What outlives the daemon: databases, images, zones, configuration. */
  readonly folder: string;
  /** Sockets; gone with the daemon. */
  readonly run: string;
  /** One folder a server, by its id: `console.log` is what it said. */
  readonly hosts: string;
  /** The root of the Python environment. */
  readonly environment: string;
  /** The address of the APIs. */
  readonly api: string;
  /** The address of bind. */
  readonly dns: string;
  readonly secrets: Secrets;
}

/** The region all endpoints are in. */
export const region = "RegionOne";

/** The usual port of each API, on `addresses.api`. */
export const ports = {
  keystone: 5000,
  nova: 8774,
  cinder: 8776,
  placement: 8778,
  designate: 9001,
  glance: 9292,
  neutron: 9696,
  octavia: 9876,
} as const;
export type Api = keyof typeof ports;

/** Internal, on 127.0.0.1. MariaDB has no port at all. */
export const internalPorts = {
  rabbit: 5672,
  rabbitNodes: 25672,
  epmd: 4369,
  metadata: 8775,
  mdns: 5354,
  rndc: 953,
} as const;

/** `bin` is the environment's folder of programs. */
export function cloudFacts(data: string, bin: string, secrets: Secrets): CloudFacts {
  return {
    folder: join(data, "openstack"),
    run: "/run/estate",
    hosts: join(data, "hosts"),
    environment: join(bin, ".."),
    api: addresses.api,
    dns: addresses.dns,
    secrets,
  };
}

/** The address of an API, without a path. */
export function url(facts: Pick<CloudFacts, "api">, api: Api): string {
  return `http://${facts.api}:${ports[api]}`;
}

/** Keystone, as others log in to it. */
export function identityUrl(facts: Pick<CloudFacts, "api">): string {
  return `${url(facts, "keystone")}/v3`;
}

/** The folder with the configuration of one service. */
export function configuration(facts: Pick<CloudFacts, "folder">, service: string): string {
  return join(facts.folder, "etc", service);
}

/** The folder with what one service keeps. */
export function state(facts: Pick<CloudFacts, "folder">, service: string): string {
  return join(facts.folder, "state", service);
}
