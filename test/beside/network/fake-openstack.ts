import type { CloudState } from "../../../local/network/model.ts";
import type { OpenStack } from "../../../local/openstack-client/client.ts";

/** The answers of a cloud with this state, as far as the network asks. */
export function fakeOpenstack(state: () => CloudState): OpenStack {
  const lists: Readonly<Record<string, keyof CloudState>> = {
    "/v2.0/networks": "networks",
    "/v2.0/subnets": "subnets",
    "/v2.0/ports": "ports",
    "/v2.0/routers": "routers",
    "/v2.0/floatingips": "floatingIps",
    "/v2.0/security-groups": "securityGroups",
    "/v2.0/address-groups": "addressGroups",
    "/servers": "servers",
    "/v2/lbaas/loadbalancers": "loadBalancers",
    "/v2/lbaas/listeners": "listeners",
    "/v2/lbaas/pools": "pools",
    "/v2/lbaas/healthmonitors": "healthMonitors",
  };
  const notPlayed = () => Promise.reject(new Error("not played"));
  return {
    get: async <T>(_: string, path: string) => {
      const ports = state().ports.filter(({ device_id }) => path === `/servers/${device_id}`);
      const addresses = ports.map(({ mac_address }) => ({ "OS-EXT-IPS-MAC:mac_addr": mac_address }));
      return { server: { status: "ACTIVE", addresses: { all: addresses } } } as T;
    },
    request: notPlayed,
    projectId: notPlayed,
    offers: notPlayed,
    list: async <T>(_: string, path: string) => {
      const pool = /^\/v2\/lbaas\/pools\/(.*)\/members$/.exec(path)?.[1];
      if (pool !== undefined) return (state().pools.find(({ id }) => id === pool)?.members ?? []) as T[];
      const list = lists[path];
      if (list === undefined) throw new Error(`${path} is not played`);
      return state()[list] as T[];
    },
  };
}
