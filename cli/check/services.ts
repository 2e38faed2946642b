import type { OpenStack, ServiceType } from "../../local/openstack-client/client.ts";
import type { Requirements } from "./requirements.ts";
import { listed, type Row } from "./row.ts";

/** A service of OpenStack, and what the estate uses it for. */
interface Service {
  readonly type: ServiceType;
  readonly name: string;
  readonly purpose: string;
  /** Places in the document without which it would not be necessary. */
  readonly askedBy?: (needs: Requirements) => readonly string[];
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
  {
    ...optional("block-storage", "Cinder", "volumes that outlive a host"),
    askedBy: ({ volumes }) => volumes.map(({ at }) => at),
  },
  {
    ...optional("load-balancer", "Octavia", "one address before several hosts"),
    askedBy: ({ loadBalancers }) =>
      loadBalancers.map((name) => (name.endsWith("-web") ? "apps.ingress.front" : "orchestrator.api.front")),
  },
  {
    ...optional("shared-file-system", "Manila", "recordings that several hosts read"),
    askedBy: ({ shares }) => (shares.length > 0 ? ["apps.recordings.share"] : []),
  },
];

/** The types of services that the cloud's catalogue lists. */
export async function askServices(openstack: OpenStack): Promise<readonly ServiceType[]> {
  const offered = await Promise.all(services.map(({ type }) => openstack.offers(type)));
  return services.map(({ type }) => type).filter((_, index) => offered[index]);
}

/** A service that is optional is necessary for a document that asks for it. */
export function serviceRows(needs: Requirements, there: readonly ServiceType[]): Row[] {
  return [
    { what: "service identity (Keystone)", verdict: "ok", detail: "there" },
    ...services.map(({ type, name, purpose, necessary, askedBy }): Row => {
      const what = `service ${type} (${name})`;
      if (there.includes(type)) return { what, verdict: "ok", detail: "there" };
      const places = askedBy?.(needs) ?? [];
      if (!necessary && places.length === 0)
        return { what, verdict: "ok", detail: `not there, and not needed yet: for ${purpose}` };
      const instead = places.length > 0 ? `, or do without ${listed(places)}` : "";
      const cure = `the catalogue does not list it, but the estate needs it for ${purpose}: see whether the region is right (OS_REGION_NAME, or region_name in clouds.yaml), or ask the cloud's operators for it${instead}`;
      return { what, verdict: "missing", detail: "not there", cure };
    }),
  ];
}
