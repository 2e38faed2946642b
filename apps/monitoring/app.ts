import { defineApplication } from "../../stacks/application.ts";
import { checkVolume } from "../../stacks/checkVolume.ts";
import { Cidr, Domain, ImageByDigest, isPinned, Name, Port } from "../../stacks/schema/primitives.ts";
import { form, section, text, whole } from "../../stacks/schema/told.ts";
import { imageOf } from "./image.ts";
import { app, names, ports } from "./names.ts";

const mailAddress = form(/^[^@\s]+@[^@\s]+$/, "write an address of mail, such as operators@example.org");

/** Where it listens, for who may reach it: hosts reach nothing outside that the document does not name. */
const outside = { cidr: Cidr, port: Port };

const Webhook = section({
  /** Name of the Secret in the orchestrator whose key `url` is the address that alerts are POSTed to. */
  secret: Name,
  ...outside,
});

const Mail = section({
  to: mailAddress,
  from: mailAddress,
  /** The name of the server that takes mail, with STARTTLS. */
  server: text("the name of a mail server"),
  /** Whom it knows us as. @default it asks for no password */
  user: text("a user of the mail server").optional(),
  /** Name of the Secret in the orchestrator with key `password`. */
  secret: Name.optional(),
  ...outside,
});

/** The name of its page. */
export function grafanaHost(
  { host }: { readonly host?: string | undefined },
  { zone }: { readonly zone: string },
): string {
  return host ?? `grafana.${zone}`;
}

export const application = defineApplication({
  about:
    "Watches the estate: Prometheus reads what hosts and applications say, and tells people when something is wrong.",
  settings: {
    /** The host whose data volume holds the measurements. Changing it starts with none. */
    host: Name,
    /** The data volume of that host. Changing it starts with none. */
    volume: Name.default("monitoring"),
    /** Days that measurements are kept, unless three quarters of the volume are full before. Changing it restarts Prometheus. */
    keepDays: whole(1, 3650, "days").default(30),
    /** MiB of memory of Prometheus: some 3 KiB for each series. Changing it restarts Prometheus. */
    memoryMiB: whole(256, 262_144, "MiB").default(1024),
    /** Seconds between two readings. Changing it restarts Prometheus. */
    scrapeSeconds: whole(10, 300, "seconds").default(30),
    /** The oldest release of BigBlueButton without a known hole. @source security notes of its releases, 2026-11 */
    leastBbb: form(/^\d+\.\d+\.\d+$/, "write a release, such as 3.0.35").default("3.0.35"),
    /** Dashboards, for administrators: by the ingress, at this name. Without it there is no Grafana. */
    grafana: section({
      /** @default grafana in the estate's zone */
      host: Domain.optional(),
    }).optional(),
    /**
     * What processes take of each host, by groups of them. Without it there is no process-exporter, and its port is closed. Adding it, or
     * leaving it out, restarts Prometheus.
     */
    processExporter: section({
      /**
       * Its image, by digest. Changing it rolls its pods.
       * @default the one that stacks/versions.ts pins, once its digest is known there
       */
      image: ImageByDigest.optional(),
    }).optional(),
    /** Where alerts are sent. Without any they are only shown. */
    notify: section({ webhook: Webhook.optional(), mail: Mail.optional() }).default({}),
  },
  secrets: {
    /** The password of Grafana's user admin. */
    grafanaPassword: { bytes: 16, when: ({ grafana }) => grafana !== undefined },
  },
  after: ["scalelite", "registrator", "consul"],
  ports: {
    prometheus: { port: ports.prometheus, from: [app], scrape: true, component: "prometheus" },
    alertmanager: { port: ports.alertmanager, from: [app], scrape: true, component: "alertmanager" },
    "kube-state": { port: ports["kube-state"], from: [app], scrape: true, component: "kube-state" },
    grafana: {
      port: ports.grafana,
      from: ["ingress"],
      component: "grafana",
      when: ({ grafana }) => grafana !== undefined,
    },
  },
  web: ({ grafana }, estate) =>
    grafana
      ? [{ host: grafanaHost(grafana, estate), service: names.grafana, port: ports.grafana, from: "admins" }]
      : [],
  check({ host, volume, notify, processExporter }, estate, wrong) {
    checkVolume(estate, { host, volume }, [], wrong);
    const image = imageOf(processExporter?.image);
    if (processExporter && !isPinned(image))
      wrong(
        ["processExporter", "image"],
        `the digest of ${image} is not known to the project: write ${image}@sha256:... with what your registry says of it ` +
          `(docker buildx imagetools inspect ${image})`,
      );
    for (const [way, place] of Object.entries(notify)) {
      if (!place) continue;
      const { cidr, port } = place;
      const open = Object.values(estate.network.downloads).some((one) => one.cidr === cidr && one.port === port);
      if (!open)
        wrong(
          ["notify", way, "cidr"],
          `no host may reach ${cidr} at ${port}: write network.downloads.alerts: { cidr: ${cidr}, port: ${port} } too`,
        );
    }
    if (notify.mail?.user !== undefined && notify.mail.secret === undefined)
      wrong(["notify", "mail", "secret"], "missing: the user has a password; name the Secret that has it as password");
  },
});
