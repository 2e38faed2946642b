import { stringify } from "yaml";
import { type CloudFacts, configuration, internalPorts, state, url } from "./facts.ts";
import { ini } from "./ini.ts";
import { domain } from "./neutron.ts";
import { database, events, messaging, tokens, transport } from "./sections.ts";

/**
 * designate.conf: changes are handed on, and looked for in bind, every second. A change that comes while designate hands on the one
 * before can be forgotten; its recovery finds such a zone, here after 40 seconds (poll_max_retries of poll_timeout and
 * poll_retry_interval) instead of five minutes (see estate_cloud/designate_worker.py).
 */
export function designateConf(facts: CloudFacts): string {
  const daemon = { workers: 1, threads: 20 };
  return ini({
    DEFAULT: {
      host: "control",
      transport_url: transport(facts),
      state_path: state(facts, "designate"),
      // projects have no limit unless they are given one (quotas.ts)
      quota_zones: 1_000_000,
      quota_zone_recordsets: 1_000_000,
      quota_zone_records: 1_000_000,
      quota_recordset_records: 1_000_000,
    },
    "storage:sqlalchemy": { connection: database(facts, "designate") },
    "service:api": {
      api_base_uri: `${url(facts, "designate")}/`,
      api_paste_config: `${facts.environment}/etc/designate/api-paste.ini`,
      auth_strategy: "keystone",
      enable_api_v2: true,
      enable_host_header: true,
      enabled_extensions_v2: "quotas, reports",
    },
    "service:central": daemon,
    "service:producer": daemon,
    "service:mdns": { ...daemon, listen: `127.0.0.1:${internalPorts.mdns}` },
    "service:worker": {
      ...daemon,
      poll_delay: 0,
      poll_retry_interval: 1,
      poll_timeout: 1,
      poll_max_retries: 20,
    },
    "producer_task:increment_serial": { interval: 1 },
    "producer_task:delayed_notify": { interval: 1 },
    "producer_task:worker_periodic_recovery": { interval: 5 },
    ...tokens(facts, "designate"),
    ...messaging(facts),
    ...events("noop"),
  });
}

/** pools.yaml: one bind, which takes the zones from designate's mini DNS. */
export function poolsYaml(facts: CloudFacts): string {
  const rndc = configuration(facts, "bind");
  return stringify([
    {
      name: "default",
      description: "the bind of the local stack",
      attributes: {},
      ns_records: [{ hostname: `ns1.${domain}`, priority: 1 }],
      nameservers: [{ host: facts.dns, port: 53 }],
      targets: [
        {
          type: "bind9",
          description: "bind",
          masters: [{ host: "127.0.0.1", port: internalPorts.mdns }],
          options: {
            host: facts.dns,
            port: 53,
            rndc_host: "127.0.0.1",
            rndc_port: internalPorts.rndc,
            rndc_config_file: `${rndc}/rndc.conf`,
            rndc_key_file: `${rndc}/rndc.key`,
          },
        },
      ],
    },
  ]);
}
