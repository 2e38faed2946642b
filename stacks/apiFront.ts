import type { ApiFacts } from "./facts.ts";
import { hostsOf } from "./schema/role.ts";
import type { Estate } from "./schema.ts";

type Wrong = (path: PropertyKey[], message: string) => void;

/** What stands before the orchestrator's API; nothing where its names lead to the servers. */
export function apiFront(estate: Estate): Pick<ApiFacts, "loadBalancer" | "vip"> {
  const vip = vipSite(estate);
  if (vip !== undefined) return { vip: { site: vip } };
  const site = balancerSite(estate);
  if (site === undefined) return {};
  const ranges = [...Object.values(estate.admins.cidrs), ...Object.values(estate.sites).map(({ cidr }) => cidr)];
  return { loadBalancer: { site, callers: [...new Set(ranges)].sort() } };
}

/** The site in which the API's load balancer has its address; none where the API has no such front. */
export function balancerSite({ orchestrator, sites }: Estate): string | undefined {
  const { front, site } = orchestrator.api;
  return front === "loadBalancer" ? (site ?? Object.keys(sites)[0]) : undefined;
}

/** The site in which the API's VIP is, which is that of the servers; none where the API has no such front. */
export function vipSite(estate: Estate): string | undefined {
  return estate.orchestrator.api.front === "vip" ? serverSites(estate)[0] : undefined;
}

/** Where the orchestrator's servers are. */
function serverSites({ roles, sites }: Estate): string[] {
  const servers = roles.orchestrator ? Object.values(hostsOf("orchestrator", roles.orchestrator)) : [];
  const first = Object.keys(sites)[0];
  return [...new Set(servers.flatMap(({ site = first }) => site ?? []))].sort();
}

const rules: Readonly<Record<Estate["orchestrator"]["api"]["front"], (estate: Estate, wrong: Wrong) => void>> = {
  hosts: checkNoSite,
  loadBalancer: checkBalancer,
  vip: checkVip,
};

/** Whether what stands before the API can stand there. */
export function checkApi(estate: Estate, wrong: Wrong): void {
  rules[estate.orchestrator.api.front](estate, wrong);
}

const front = ["orchestrator", "api", "front"];
const site = ["orchestrator", "api", "site"];

function checkNoSite({ orchestrator: { api } }: Estate, wrong: Wrong): void {
  if (api.site !== undefined)
    wrong(site, `leave it out: only a load balancer has a site, and the front is ${api.front}`);
}

function checkBalancer({ orchestrator: { api }, roles, sites }: Estate, wrong: Wrong): void {
  const all = Object.keys(sites);
  if (api.site === undefined && all.length > 1)
    wrong(site, `say in which site the load balancer is (${all.join(", ")}): there are several`);
  if (api.site !== undefined && !Object.hasOwn(sites, api.site) && all.length > 0)
    wrong(site, `there is no site ${api.site}: write one of ${all.join(", ")}`);
  if (isAlone(roles)) wrong(front, "write hosts: there is one server, before which a load balancer balances nothing");
}

/** An address that servers hand on to each other by ARP: so they are on one network, and it lets them send from it. */
function checkVip(estate: Estate, wrong: Wrong): void {
  const { network, roles } = estate;
  checkNoSite(estate, wrong);
  const sites = serverSites(estate);
  if (isAlone(roles)) wrong(front, "write hosts: there is one server, which needs no VIP: the API's names lead to it");
  if (network.mode === "provider")
    wrong(
      front,
      "write hosts or loadBalancer: on a network of the cloud (network.mode provider) a project gets no address that several ports may have",
    );
  if (sites.length > 1)
    wrong(
      front,
      `write hosts or loadBalancer, or give all servers one site: a VIP is on one network, and they are in ${sites.join(", ")}`,
    );
}

function isAlone({ orchestrator }: Estate["roles"]): boolean {
  return orchestrator !== undefined && Object.keys(hostsOf("orchestrator", orchestrator)).length === 1;
}
