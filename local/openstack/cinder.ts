import { type CloudFacts, configuration, state, url } from "./facts.ts";
import { ini } from "./ini.ts";
import { database, events, login, messaging, serviceToken, tokens, transport } from "./sections.ts";

/** The volume type every volume gets unless it asks for another. */
export const volumeType = "standard";

/** cinder.conf */
export function cinderConf(facts: CloudFacts): string {
  const examples = `${facts.environment}/etc/cinder`;
  const helper = `${facts.environment}/bin/privsep-helper --config-file ${configuration(facts, "cinder")}/cinder.conf`;
  return ini({
    DEFAULT: {
      my_ip: facts.api,
      host: "control",
      transport_url: transport(facts),
      auth_strategy: "keystone",
      state_path: state(facts, "cinder"),
      api_paste_config: `${examples}/api-paste.ini`,
      resource_query_filters_file: `${examples}/resource_filters.json`,
      enabled_backends: "estate",
      default_volume_type: volumeType,
      // seconds; a scheduler that starts after the volumes' daemon knows of no place for a volume until it is told the next time
      ...{ backend_stats_polling_interval: 5, periodic_interval: 5, periodic_fuzzy_delay: 0 },
      // there is one place for volumes; a server of any zone may use it
      allow_availability_zone_fallback: true,
      glance_api_servers: url(facts, "glance"),
      // projects have no limit unless they are given one (quotas.ts)
      quota_volumes: -1,
      quota_gigabytes: -1,
      quota_snapshots: -1,
    },
    estate: { volume_driver: "estate_cloud.cinder.EstateVolumeDriver", volume_backend_name: "estate" },
    cinder_sys_admin: { helper_command: helper },
    privsep_osbrick: { helper_command: helper },
    database: { connection: database(facts, "cinder") },
    ...tokens(facts, "cinder"),
    ...serviceToken(facts, "cinder"),
    nova: login(facts, "nova"),
    ...messaging(facts),
    ...events("noop"),
  });
}
