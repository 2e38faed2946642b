import { withScalelite } from "../documents.ts";

const image = `registry.example.org/estate:1@sha256:${"0".repeat(64)}`;

/** Gives a document Consul on so many workers, with whom it serves: the registrator and Prometheus. */
// biome-ignore lint/suspicious/noExplicitAny: a test writes whatever it likes
export function withConsul(document: any, settings: object = {}, servers = 1): void {
  withScalelite(document);
  const { worker } = document.roles;
  worker.volumes.monitoring = { sizeGiB: 20, path: "/var/lib/monitoring" };
  worker.volumes.consul = { sizeGiB: 2, path: "/var/lib/consul" };
  document.roles.turn = { flavor: "m1.small", publicAddress: true, count: 2 };
  const hosts = Array.from({ length: servers }, (_, index) => `worker-0${index + 1}`);
  worker.hosts = Object.fromEntries(hosts.map((host) => [host, {}]));
  Object.assign(document.apps, {
    ...{ registrator: { image }, coturn: {}, monitoring: { host: "worker-01" } },
    consul: { hosts, ...settings },
  });
}
