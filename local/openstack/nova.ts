import { type CloudFacts, identityUrl, region, state, url } from "./facts.ts";
import { ini } from "./ini.ts";
import { database, events, login, messaging, serviceToken, tokens, transport } from "./sections.ts";

/** nova.conf, of every nova service. */
export function novaConf(facts: CloudFacts): string {
  return ini({
    DEFAULT: {
      my_ip: facts.api,
      host: "control",
      transport_url: transport(facts),
      state_path: state(facts, "nova"),
      compute_driver: "estate.EstateDriver",
      // ports are bound at once by our mechanism driver: there is no event to wait for
      vif_plugging_is_fatal: false,
      vif_plugging_timeout: 0,
      // a hypervisor without power has no opinion on what should run
      sync_power_state_interval: -1,
      // what it may hold is known, and what it holds is counted with each server
      update_resources_interval: 600,
      shelved_offload_time: 0,
      rpc_response_timeout: 120,
      instance_usage_audit: false,
    },
    estate: { hosts: facts.hosts },
    api: { auth_strategy: "keystone" },
    api_database: { connection: database(facts, "nova_api") },
    database: { connection: database(facts, "nova") },
    conductor: { workers: 1 },
    scheduler: { workers: 1, max_attempts: 20 },
    filter_scheduler: {
      // nova takes server groups of policy soft-anti-affinity only where it finds its own weigher; ours does the work
      weight_classes: [
        "estate_cloud.weigher.FewestServers",
        "nova.scheduler.weights.affinity.ServerGroupSoftAntiAffinityWeigher",
      ].join(),
      soft_anti_affinity_weight_multiplier: 0,
    },
    // projects have no limit unless they are given one (quotas.ts)
    quota: { instances: -1, cores: -1, ram: -1, key_pairs: -1, server_groups: -1, server_group_members: -1 },
    vnc: { enabled: false },
    spice: { enabled: false },
    notifications: { notify_on_state_change: "vm_and_task_state", notification_format: "unversioned" },
    ...tokens(facts, "nova"),
    ...serviceToken(facts, "nova"),
    neutron: {
      ...login(facts, "neutron"),
      service_metadata_proxy: true,
      metadata_proxy_shared_secret: facts.secrets.metadata,
    },
    placement: login(facts, "placement"),
    cinder: { ...login(facts, "cinder"), catalog_info: "block-storage::publicURL", os_region_name: region },
    glance: { ...login(facts, "glance"), endpoint_override: url(facts, "glance") },
    keystone: { ...login(facts, "nova"), endpoint_override: identityUrl(facts) },
    ...messaging(facts),
    ...events("estate"),
  });
}

/** What one hypervisor has of its own: a name, and a folder with its identity. */
export function hypervisorConf(facts: CloudFacts, name: string): string {
  return ini({ DEFAULT: { host: name, state_path: `${state(facts, "nova")}/${name}` } });
}
