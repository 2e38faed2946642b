import { X509Certificate } from "node:crypto";
import { hostsOf } from "./schema/role.ts";
import type { Estate } from "./schema.ts";
import { type IngressSettings, ingressName, ingressOf, wantedCertificates, webNames, webRoutes } from "./web.ts";

type Wrong = (path: PropertyKey[], message: string) => void;

const at = ["apps", ingressName];

/** Whether the names that applications ask for can all be served. Nothing of it is looked at where the ingress does not run. */
export function checkWeb(estate: Estate, wrong: Wrong): void {
  const settings = ingressOf(estate);
  if (!settings) return;
  checkRoutes(estate, wrong);
  checkHosts(estate, settings, wrong);
  checkCertificates(estate, settings, wrong);
}

function checkRoutes(estate: Estate, wrong: Wrong): void {
  const routes = webRoutes(estate);
  if (routes.length === 0)
    wrong(at, "leads nowhere: no application that runs has a page; name one in apps, or write enabled: false");
  const taken = new Map<string, string>([
    [`api.${estate.zone}`, "the orchestrator's API"],
    [`api.internal.${estate.zone}`, "the orchestrator's API"],
    ...hostNames(estate),
  ]);
  const owners = new Map<string, string>();
  for (const { host, path = "", application } of routes) {
    const owner = owners.get(host + path);
    if (owner) wrong(["apps", application], `${host}${path} is ${owner}'s already: give one of them another host`);
    else owners.set(host + path, application);
    const other = taken.get(host);
    if (other) wrong(["apps", application], `${host} is the name of ${other}: give it another host`);
  }
}

function hostNames({ roles, zone }: Estate): [string, string][] {
  return Object.entries(roles).flatMap(([role, spec]) =>
    Object.keys(hostsOf(role, spec)).flatMap((host): [string, string][] => [
      [`${host}.${zone}`, `the host ${host}`],
      [`${host}.internal.${zone}`, `the host ${host}`],
    ]),
  );
}

/** Somebody must be there, and people must reach it. */
function checkHosts({ roles, network }: Estate, { front }: IngressSettings, wrong: Wrong): void {
  const pods = Object.entries(roles).filter(([, { runs }]) => runs?.includes("pods"));
  if (pods.length === 0) wrong(at, "needs hosts that run pods: add a role with runs: [pods]");
  for (const [name, role] of pods) {
    const open = role.runs?.find((one) => one === "bbb" || one === "turn");
    if (open) wrong(["roles", name, "runs"], `write pods or ${open}: the ingress and ${open} both listen on port 443`);
    if (front === "hosts" && network.mode === "private" && !role.publicAddress)
      wrong(
        [...at, "front"],
        `people reach no host of roles.${name}, which has no public address: write loadBalancer, or roles.${name}.publicAddress: true`,
      );
  }
}

function checkCertificates(estate: Estate, { certificates }: IngressSettings, wrong: Wrong): void {
  const names = webNames(webRoutes(estate));
  const wanted = wantedCertificates(estate);
  const secrets = wanted.map(({ secret }) => secret);
  for (const [index, secret] of secrets.entries())
    if (secrets.indexOf(secret) !== index || secret.startsWith(`${ingressName}-`))
      wrong(at, `two certificates are wanted in the Secret ${secret}: give one application's another name`);
  if (certificates.from === "files") {
    const { web, hosts } = certificates;
    const besides = wanted.flatMap((one) => one.names);
    checkNames([...at, "certificates", "web"], web, hosts === undefined ? [...names, ...besides] : names, wrong);
    if (hosts !== undefined) checkNames([...at, "certificates", "hosts"], hosts, besides, wrong);
  } else if (certificates.challenge === "http" && wanted.length > 0) {
    wrong(
      [...at, "certificates", "challenge"],
      `write dns: ${wanted.flatMap((one) => one.names).join(", ")} lead to other hosts, where nobody answers on port 80`,
    );
  }
}

/** A certificate that is out of date is for the alarms: refused here, nothing else could be changed until there is another. */
function checkNames(path: PropertyKey[], chain: string, names: readonly string[], wrong: Wrong): void {
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(chain);
  } catch {
    wrong(path, "cannot be read: write certificates in PEM, that of the names first");
    return;
  }
  const missing = names.filter((name) => certificate.checkHost(name) === undefined);
  if (missing.length > 0)
    wrong(path, `is not for ${missing.join(", ")}: get one that has them, or give those applications other hosts`);
}
