import type { OpenStack, ServiceType } from "../../local/openstack-client/client.ts";
import type { Row } from "./row.ts";

/** A service of OpenStack, and what the estate uses it for. */
interface Service {
  readonly type: ServiceType;
  readonly name: string;
  readonly purpose: string;
  /** Whether there is no estate without it. */
  readonly necessary: boolean;
}

const necessary = (type: ServiceType, name: string, purpose: string) => ({ type, name, purpose, necessary: true });
const optional = (type: ServiceType, name: string, purpose: string) => ({ type, name, purpose, necessary: false });

/** Keystone is not among them: whoever reads the catalogue has found it. */
export const services: readonly Service[] = [
  necessary("compute", "Nova", "servers"),
  necessary("network", "Neutron", "networks, addresses and security groups"),
  necessary("image", "Glance", "the hosts' operating system"),
  necessary("dns", "Designate", "the names of the estate's zone"),
  optional("block-storage", "Cinder", "volumes that outlive a host"),
  optional("load-balancer", "Octavia", "one address before several hosts"),
  optional("shared-file-system", "Manila", "recordings that several hosts read"),
];

/** The types of services that the cloud's catalogue lists. */
export async function askServices(openstack: OpenStack): Promise<readonly ServiceType[]> {
  const offered = await Promise.all(services.map(({ type }) => openstack.offers(type)));
  return services.map(({ type }) => type).filter((_, index) => offered[index]);
}

export function serviceRows(there: readonly ServiceType[]): Row[] {
  return [
    { what: "service identity (Keystone)", verdict: "ok", detail: "there" },
    ...services.map(({ type, name, purpose, necessary }): Row => {
      const what = `service ${type} (${name})`;
      if (there.includes(type)) return { what, verdict: "ok", detail: "there" };
      if (!necessary) return { what, verdict: "ok", detail: `not there, and not needed yet: for ${purpose}` };
      const cure = `the catalogue does not list it, but the estate needs it for ${purpose}: see whether the region is right (OS_REGION_NAME, or region_name in clouds.yaml), or ask the cloud's operators for it`;
      return { what, verdict: "missing", detail: "not there", cure };
    }),
  ];
}
