/** The estate with all that each application can have: more than can run at once in the local stack, so no test starts it. */
import { appSecrets } from "../../stacks/appFacts.ts";
import { bbbSettings, greenlightSettings, scaleliteImages } from "../unit/apps/documents.ts";
import { estate } from "../unit/stacks/fixtures.ts";

/** Settings with which each application runs: a new one is added here. */
export const settings: Readonly<Record<string, object>> = {
  ...{ hello: {}, feedback: {} },
  registrator: { image: `registry.example.org/estate:1@sha256:${"0".repeat(64)}` },
  ...{ postgres: { host: "worker-01" }, redis: { host: "worker-01" }, coturn: {} },
  monitoring: {
    ...{ host: "worker-01", grafana: {} },
    notify: {
      webhook: { secret: "chat", cidr: "198.51.100.7/32", port: 443 },
      mail: {
        ...{ to: "operators@example.org", from: "estate@example.org", server: "mail.example.org" },
        ...{ cidr: "192.0.2.25/32", port: 587, user: "estate", secret: "mail" },
      },
    },
  },
  consul: { hosts: ["worker-01", "worker-02", "worker-03"], page: {} },
  scalelite: { host: "meet.example.org", images: scaleliteImages, recordings: {} },
  recordings: {},
  ingress: {
    ...{ front: "loadBalancer" },
    certificates: {
      ...{ from: "acme", email: "hostmaster@example.org", challenge: "dns" },
      cloud: { authUrl: "https://identity.example.org/v3", region: "one" },
    },
  },
  bbb: bbbSettings,
  greenlight: {
    ...greenlightSettings,
    oidc: { issuer: "https://login.example.org/realms/meet", clientId: "portal" },
    smtp: { host: "mail.example.org", sender: "meet@example.org", user: "meet" },
  },
};

/** Data volumes of the worker. */
const volumes = Object.fromEntries(
  ["postgres", "backups", "redis", "monitoring", "consul"].map((name) => [
    name,
    { sizeGiB: 2, path: `/var/lib/${name}` },
  ]),
);

/** Changes the document of the local stack to that of this estate. */
// biome-ignore lint/suspicious/noExplicitAny: a test changes whatever it likes
export function describeEverything(document: any): void {
  Object.assign(document, { apps: { ...settings } });
  document.roles.worker.volumes = volumes;
  Object.assign(document.roles.worker.hosts, { "worker-02": {}, "worker-03": {} });
  document.roles.bbb.publicAddress = true;
  document.network.downloads.web = { cidr: "0.0.0.0/0", port: 443 };
  document.network.downloads.chat = { cidr: "198.51.100.7/32", port: 443 };
  document.network.downloads.mail = { cidr: "192.0.2.25/32", port: 587 };
  document.roles.recordings = {
    ...{ flavor: "m1.small", count: 1 },
    volumes: { recordings: { sizeGiB: 2, path: "/var/lib/recordings" } },
  };
  document.roles.turn = { flavor: "m1.small", publicAddress: true, count: 2 };
}

/** Its applications' secrets, by their names in the configuration: each tells whose it is. */
export function everySecret(): Readonly<Record<string, string>> {
  return Object.fromEntries(appSecrets(estate(describeEverything)).map(({ key }) => [key, `unique-${key}`]));
}
