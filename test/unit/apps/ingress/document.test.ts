/** What the document may say of the ingress, and who wants to be reached. */
import { describe, expect, it } from "vitest";
import { appSecrets } from "../../../../stacks/appFacts.ts";
import { applications } from "../../../../stacks/applications.ts";
import { deriveFacts } from "../../../../stacks/facts.ts";
import { securityRules } from "../../../../stacks/securityRules.ts";
import { webFacts, webNames } from "../../../../stacks/web.ts";
import { estate } from "../../stacks/fixtures.ts";
import { mistakes } from "../../stacks/mistakes.ts";
import { withScalelite } from "../documents.ts";
import { certificateFor } from "./certificates.ts";

const names = ["feedback.estate.test", "meet.example.org"];
const both = await certificateFor(...names);
const turns = await certificateFor("turn-01.estate.test", "*.estate.test");
const files = { from: "files", web: both.chain };
const acme = { from: "acme", email: "hostmaster@example.org", challenge: "http" };
const cloud = { authUrl: "https://identity.example.org/v3", region: "one" };

/** A document with an ingress, and two applications that want to be reached. */
// biome-ignore lint/suspicious/noExplicitAny: a test writes whatever it likes
function withIngress(ingress: object, other: (document: any) => void = () => undefined) {
  // biome-ignore lint/suspicious/noExplicitAny: as above
  return (document: any) => {
    document.roles.worker.publicAddress = true;
    document.network.downloads.web = { cidr: "0.0.0.0/0", port: 443 };
    withScalelite(document, { apps: { feedback: {}, ingress } });
    other(document);
  };
}

// biome-ignore lint/suspicious/noExplicitAny: as above
const withTurn = (document: any) => {
  document.roles.turn = { flavor: "m1.small", publicAddress: true, count: 2 };
  document.apps.coturn = {};
};

describe("the way in", () => {
  it("is not there without the application: no facts, no rule more, no secret", () => {
    const without = estate((document) => withScalelite(document, { apps: { feedback: {} } }));
    expect("web" in deriveFacts(without)).toBe(false);
    const off = estate(withIngress({ certificates: files, enabled: false }));
    expect("web" in deriveFacts(off)).toBe(false);
    expect(appSecrets(off).filter(({ application }) => application === "ingress")).toEqual([]);
  });

  it("leads where applications want to be reached, on all hosts that run pods", () => {
    const { routes = [], hosts, roles, loadBalancer } = webFacts(estate(withIngress({ certificates: files }))) ?? {};
    expect(routes).toEqual([
      { application: "feedback", host: "feedback.estate.test", service: "feedback", port: 80 },
      { application: "scalelite", host: "meet.example.org", service: "scalelite-nginx", port: 8080 },
    ]);
    expect(webNames(routes)).toEqual(names);
    expect([hosts, roles, loadBalancer]).toEqual([["worker-01"], ["worker"], undefined]);
  });

  it("is let in by every application that wants to be reached", () => {
    for (const [name, { web, ports = {} }] of Object.entries(applications))
      if (web)
        expect(
          Object.values(ports).some(({ from }) => from.includes("ingress")),
          name,
        ).toBe(true);
  });

  it("is open to the world where pods run, also where others have hosts of their own", () => {
    // biome-ignore lint/suspicious/noExplicitAny: a test writes whatever it likes
    const apart = (document: any) => {
      for (const name of ["greenlight", "scalelite"]) document.roles[name] = { flavor: "m1.small", count: 1 };
    };
    const open = (change: Parameters<typeof estate>[0]) =>
      securityRules(estate(change)).flatMap(({ key }) => (/^worker-in-.*0\.0\.0\.0\/0$/.test(key) ? [key] : []));
    expect(open(apart)).toEqual([]);
    const expected = ["worker-in-tcp:443-from-0.0.0.0/0", "worker-in-tcp:80-from-0.0.0.0/0"];
    expect(open(withIngress({ certificates: files }, apart))).toEqual(expected);
  });

  it("needs the secrets of the way in which it gets certificates, and no others", () => {
    const keys = (certificates: object, other?: Parameters<typeof withIngress>[1]) =>
      appSecrets(estate(withIngress({ certificates }, other))).flatMap(({ application, secret }) =>
        application === "ingress" ? [secret] : [],
      );
    expect(keys(files)).toEqual(["key"]);
    expect(keys({ ...files, hosts: turns.chain }, withTurn)).toEqual(["key", "hostsKey"]);
    expect(keys(acme)).toEqual([]);
    expect(keys({ ...acme, challenge: "dns", cloud })).toEqual(["credentialId", "credentialSecret"]);
  });
});

describe("a document is refused, with the place and the cure,", () => {
  const told = (ingress: object, other?: Parameters<typeof withIngress>[1]) => mistakes(withIngress(ingress, other));

  it("not where all is right", () => {
    expect(told({ certificates: files })).toEqual([]);
    expect(told({ certificates: { ...files, hosts: turns.chain } }, withTurn)).toEqual([]);
    expect(told({ certificates: { ...acme, challenge: "dns", cloud }, front: "loadBalancer" }, withTurn)).toEqual([]);
  });

  it("without certificates, or with what is none of them", () => {
    const cure = "write from: files with web, or from: acme with email and challenge";
    expect(told({})).toEqual([`apps.ingress.certificates: missing: ${cure}`]);
    expect(told({ certificates: { from: "vault" } })[0]).toMatch(/^apps\.ingress\.certificates.*: write from: files/);
    expect(told({ certificates: { from: "acme", email: "x", challenge: "tls", cloud: { region: "one" } } })).toEqual([
      "apps.ingress.certificates.email: write an address of mail, such as hostmaster@example.org",
      "apps.ingress.certificates.challenge: write one of http, dns",
      "apps.ingress.certificates.cloud.authUrl: missing: write an https address, such as https://identity.example.org/v3",
    ]);
  });

  it("where a certificate lacks names that are to be served", async () => {
    const one = await certificateFor("feedback.estate.test");
    expect(told({ certificates: { ...files, web: one.chain } }, withTurn)).toEqual([
      "apps.ingress.certificates.web: is not for meet.example.org, turn-01.estate.test, turn-02.estate.test: get one that has them, or give those applications other hosts",
    ]);
    expect(told({ certificates: { ...files, hosts: one.chain } }, withTurn)).toEqual([
      "apps.ingress.certificates.hosts: is not for turn-01.estate.test, turn-02.estate.test: get one that has them, or give those applications other hosts",
    ]);
    const broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    expect(told({ certificates: { ...files, web: broken } })).toEqual([
      "apps.ingress.certificates.web: cannot be read: write certificates in PEM, that of the names first",
    ]);
  });

  it("where names cannot be proven so, or the authority not be reached", () => {
    expect(told({ certificates: acme }, withTurn)).toEqual([
      "apps.ingress.certificates.challenge: write dns: turn-01.estate.test, turn-02.estate.test lead to other hosts, where nobody answers on port 80",
    ]);
    expect(told({ certificates: { ...acme, challenge: "dns" } })).toEqual([
      "apps.ingress.certificates.cloud: missing: write authUrl and region of the cloud that has the zone",
    ]);
    expect(told({ certificates: { ...acme, cloud } })).toEqual([
      "apps.ingress.certificates.cloud: leave it out: it is for challenge: dns",
    ]);
    expect(told({ certificates: acme }, (document) => delete document.network.downloads.web)).toEqual([
      "apps.ingress.certificates.directory: network.downloads lets hosts reach no port 443: add the range of https://acme-v02.api.letsencrypt.org/directory and that port",
    ]);
  });

  it("where two want the same name, or one that is taken", () => {
    const taken = (host: string) => told({ certificates: acme }, (document) => (document.apps.feedback = { host }));
    expect(taken("meet.example.org")).toEqual([
      "apps.scalelite: meet.example.org is feedback's already: give one of them another host",
    ]);
    expect(taken("bbb-01.estate.test")).toEqual([
      "apps.feedback: bbb-01.estate.test is the name of the host bbb-01: give it another host",
    ]);
    expect(taken("api.estate.test")).toEqual([
      "apps.feedback: api.estate.test is the name of the orchestrator's API: give it another host",
    ]);
  });

  it("where nobody could reach it, or it leads nowhere", () => {
    const hidden = told({ certificates: acme }, (document) => (document.roles.worker.publicAddress = false));
    expect(hidden).toEqual([
      "apps.ingress.front: people reach no host of roles.worker, which has no public address: write loadBalancer, or roles.worker.publicAddress: true",
    ]);
    const shared = told({ certificates: acme }, (document) => (document.roles.worker.runs = ["pods", "turn"]));
    expect(shared).toEqual(["roles.worker.runs: write pods or turn: the ingress and turn both listen on port 443"]);
    const nowhere = told({ certificates: acme }, (document) => (document.apps = { ingress: { certificates: acme } }));
    expect(nowhere).toEqual([
      "apps.ingress: leads nowhere: no application that runs has a page; name one in apps, or write enabled: false",
    ]);
  });

  it("with a site that is none, or for nothing", () => {
    expect(told({ certificates: acme, site: "local" })).toEqual([
      "apps.ingress.site: leave it out: only a load balancer has a site, and the front is hosts",
    ]);
    expect(told({ certificates: acme, front: "loadBalancer", site: "moon" })).toEqual([
      "apps.ingress.site: there is no site moon: write one of local",
    ]);
  });
});
