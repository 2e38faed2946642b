import { z } from "zod";
import { defineApplication } from "../../stacks/application.ts";
import { Name } from "../../stacks/schema/primitives.ts";
import { form, oneOf, section, text, told } from "../../stacks/schema/told.ts";
import { podPorts } from "./names.ts";

const Chain = form(
  /^-----BEGIN CERTIFICATE-----\n[\s\S]+-----END CERTIFICATE-----\n?$/,
  "write certificates in PEM, that of the names first, then those of the authorities between",
);
const Https = (example: string) =>
  z.url({ protocol: /^https$/, ...told(`write an https address, such as ${example}`) });

const Files = section({
  /** `files`: certificates that somebody else gets and renews. A new one is taken by the next `pulumi up`, without a restart. */
  from: z.literal("files"),
  /**
   * The certificate of all names that the ingress serves, with those of the authorities between. Its key is the secret `ingress.key`. Those
   * that applications want besides (coturn) are this one too, unless `hosts` is there.
   */
  web: Chain,
  /** The certificate of all names that applications want besides. Its key is the secret `ingress.hostsKey`. */
  hosts: Chain.optional(),
});

const Acme = section({
  /** `acme`: certificates of an ACME authority, got and renewed by the ingress. */
  from: z.literal("acme"),
  /** Whom the authority tells of trouble. */
  email: z.email(told("write an address of mail, such as hostmaster@example.org")),
  /**
   * How the names are proven. `http`: by requests on port 80, for names that lead here. `dns`: by records in Designate, for all names of
   * its zones, those of TURN hosts too.
   */
  challenge: oneOf(["http", "dns"]),
  /** The authority's directory. `network.downloads` must let hosts reach it. */
  directory: Https("https://acme.example.org/directory").default("https://acme-v02.api.letsencrypt.org/directory"),
  /**
   * Of `dns`: where the cloud's identity service is, and its region. The secrets are those of an application credential:
   * `ingress.credentialId`, `ingress.credentialSecret`.
   */
  cloud: section({
    authUrl: Https("https://identity.example.org/v3"),
    region: text("the name of the cloud's region"),
  }).optional(),
});

const Certificates = z.discriminatedUnion(
  "from",
  [Files, Acme],
  told("write from: files with web, or from: acme with email and challenge"),
);

export type Certificates = z.output<typeof Certificates>;

/** Whether settings say so; they are checked before. */
const having = (test: (certificates: Certificates) => boolean) => (settings: Readonly<Record<string, unknown>>) =>
  test(settings.certificates as Certificates);
const usesFiles = having(({ from }) => from === "files");
const usesHosts = having((certificates) => certificates.from === "files" && certificates.hosts !== undefined);
const usesDns = having((certificates) => certificates.from === "acme" && certificates.challenge === "dns");

export const application = defineApplication({
  about: "The way in to all pages of the estate: names, TLS, and who leads where.",
  settings: {
    /**
     * What the names lead to. `hosts`: the addresses of all hosts that run pods. `loadBalancer`: one of Octavia before them, which leaves
     * out a host that does not answer, and tells who called (PROXY protocol). Changed in place.
     */
    front: oneOf(["hosts", "loadBalancer"]).default("hosts"),
    /** Where the load balancer has its address. Changing it replaces the load balancer. @default the only site there is */
    site: Name.optional(),
    certificates: Certificates,
  },
  secrets: {
    key: { given: "the private key of apps.ingress.certificates.web, in PEM", when: usesFiles },
    hostsKey: { given: "the private key of apps.ingress.certificates.hosts, in PEM", when: usesHosts },
    credentialId: { given: "the id of an application credential that may change records in Designate", when: usesDns },
    credentialSecret: { given: "the secret of that application credential", when: usesDns },
  },
  ports: {
    http: { port: podPorts.http, from: ["world"] },
    https: { port: podPorts.https, from: ["world"] },
    metrics: { port: podPorts.metrics, from: ["monitoring"], scrape: true, component: "gate" },
    challenge: { port: podPorts.challenge, from: ["ingress"] },
  },
  check({ front, site, certificates }, { sites, network }, wrong) {
    const all = Object.keys(sites);
    if (front === "hosts" && site !== undefined)
      wrong(["site"], "leave it out: only a load balancer has a site, and the front is hosts");
    if (front === "loadBalancer" && site === undefined && all.length > 1)
      wrong(["site"], `say in which site the load balancer is (${all.join(", ")}): there are several`);
    if (front === "loadBalancer" && site !== undefined && !Object.hasOwn(sites, site) && all.length > 0)
      wrong(["site"], `there is no site ${site}: write one of ${all.join(", ")}`);
    if (certificates.from !== "acme") return;
    const at = "certificates";
    const { challenge, cloud, directory } = certificates;
    if (challenge === "dns" && !cloud)
      wrong([at, "cloud"], "missing: write authUrl and region of the cloud that has the zone");
    if (challenge === "http" && cloud) wrong([at, "cloud"], "leave it out: it is for challenge: dns");
    for (const [key, url] of [
      [["directory"], directory],
      [["cloud", "authUrl"], cloud?.authUrl],
    ] as const) {
      const port = url === undefined ? undefined : Number(new URL(url).port) || 443;
      if (port !== undefined && !Object.values(network.downloads).some((download) => download.port === port))
        wrong(
          [at, ...key],
          `network.downloads lets hosts reach no port ${port}: add the range of ${url} and that port`,
        );
    }
  },
});
