import { operatorNetworks } from "../addresses.ts";
import { type CloudFacts, state } from "./facts.ts";
import { ini } from "./ini.ts";
import { database, events, login, messaging, tokens, transport } from "./sections.ts";

/** The domain under which neutron names ports. */
export const domain = "cloud.test.";

/** Each of the operator's networks is a physical network of its own name. */
const physicalNetworks = operatorNetworks.map(({ name }) => name).join(",");

/** neutron.conf */
export function neutronConf(facts: CloudFacts): string {
  return ini({
    DEFAULT: {
      core_plugin: "ml2",
      // only what local/network makes true
      service_plugins: "router,network_ip_availability",
      transport_url: transport(facts),
      auth_strategy: "keystone",
      api_paste_config: `${facts.environment}/etc/neutron/api-paste.ini`,
      state_path: state(facts, "neutron"),
      dhcp_agent_notification: false,
      router_distributed: false,
      notify_nova_on_port_status_changes: true,
      notify_nova_on_port_data_changes: true,
      send_events_interval: 0,
      rpc_workers: 0,
      dns_domain: domain,
      global_physnet_mtu: 1500,
    },
    database: { connection: database(facts, "neutron") },
    // projects have no limit unless they are given one (quotas.ts)
    quotas: Object.fromEntries(
      ["network", "subnet", "subnetpool", "port", "router", "floatingip", "security_group", "security_group_rule"].map(
        (what) => [`quota_${what}`, -1],
      ),
    ),
    ...tokens(facts, "neutron"),
    nova: login(facts, "nova"),
    placement: login(facts, "placement"),
    ...messaging(facts),
    ...events("noop"),
  });
}

/** ml2_conf.ini: networks of projects are vxlan as in production (MTU 1450), those of the cloud are flat. */
export function ml2Conf(): string {
  return ini({
    ml2: {
      type_drivers: "flat,vxlan",
      project_network_types: "vxlan",
      mechanism_drivers: "estate",
      extension_drivers: "port_security,dns",
      path_mtu: 1500,
    },
    ml2_type_flat: { flat_networks: physicalNetworks },
    ml2_type_vxlan: { vni_ranges: "1:100000" },
    securitygroup: { enable_security_group: true },
  });
}
