import { type CloudFacts, configuration, url } from "./facts.ts";
import { ini } from "./ini.ts";
import { database, events, login, messaging, tokens, transport } from "./sections.ts";

/** octavia.conf: real VIP ports and security groups in neutron; the amphora itself is played by local/network. */
export function octaviaConf(facts: CloudFacts): string {
  const files = configuration(facts, "octavia");
  return ini({
    DEFAULT: { host: "control", transport_url: transport(facts) },
    api_settings: {
      auth_strategy: "keystone",
      api_base_uri: url(facts, "octavia"),
      enabled_provider_drivers: "amphora: The amphora driver.",
      default_provider_driver: "amphora",
      allow_tls_terminated_listeners: false,
    },
    database: { connection: database(facts, "octavia") },
    task_flow: { persistence_connection: database(facts, "octavia_persistence") },
    health_manager: { heartbeat_key: facts.secrets.octavia },
    certificates: {
      cert_generator: "local_cert_generator",
      cert_manager: "noop_cert_manager",
      ca_certificate: `${files}/ca.pem`,
      ca_private_key: `${files}/ca.key`,
      server_certs_key_passphrase: facts.secrets.octavia,
    },
    haproxy_amphora: { server_ca: `${files}/ca.pem`, client_cert: `${files}/ca.pem` },
    controller_worker: {
      workers: 1,
      amphora_driver: "estate_amphora",
      compute_driver: "estate_compute",
      network_driver: "estate_network",
      image_driver: "image_noop_driver",
      volume_driver: "volume_noop_driver",
      amp_flavor_id: "none",
      amp_image_tag: "none",
      client_ca: `${files}/ca.pem`,
    },
    networking: { port_detach_timeout: 5 },
    driver_agent: {
      status_socket_path: `${facts.run}/octavia-status.sock`,
      stats_socket_path: `${facts.run}/octavia-stats.sock`,
      get_socket_path: `${facts.run}/octavia-get.sock`,
    },
    service_auth: login(facts, "octavia"),
    // the quota of a project is what it was given, otherwise none (quotas.ts)
    quotas: Object.fromEntries(
      ["load_balancer", "listener", "member", "pool", "health_monitor", "l7policy", "l7rule"].map((what) => [
        `default_${what}_quota`,
        -1,
      ]),
    ),
    ...tokens(facts, "octavia"),
    ...messaging(facts),
    ...events("noop"),
  });
}
