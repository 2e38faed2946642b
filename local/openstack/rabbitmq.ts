import { type CloudFacts, internalPorts } from "./facts.ts";

/** rabbitmq.conf: one user, loopback only, no plugins. */
export function rabbitmqConf(facts: CloudFacts): string {
  return `listeners.tcp.default = 127.0.0.1:${internalPorts.rabbit}
default_user = estate
default_pass = ${facts.secrets.rabbit}
log.console = true
log.console.level = warning
log.file = false
`;
}

/**
 * The environment of the broker. What it holds lives in the stack's `/run` and ends with the stack: the services declare
 * their queues anew, and a broker that was killed has nothing to repair.
 */
export function rabbitmqEnvironment(facts: CloudFacts, configuration: string): Record<string, string> {
  const folder = `${facts.run}/rabbitmq`;
  return {
    HOME: folder,
    RABBITMQ_NODENAME: "estate@localhost",
    RABBITMQ_CONF_ENV_FILE: "/dev/null",
    RABBITMQ_CONFIG_FILE: configuration,
    RABBITMQ_ENABLED_PLUGINS_FILE: `${folder}/enabled_plugins`,
    RABBITMQ_MNESIA_BASE: `${folder}/mnesia`,
    RABBITMQ_LOG_BASE: `${folder}/log`,
    RABBITMQ_LOGS: "-",
    RABBITMQ_PID_FILE: `${folder}/pid`,
    RABBITMQ_DIST_PORT: String(internalPorts.rabbitNodes),
    ERL_EPMD_ADDRESS: "127.0.0.1",
    ERL_EPMD_PORT: String(internalPorts.epmd),
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS:
      "-start_epmd false -kernel inet_dist_use_interface {127,0,0,1} +S 1:1 +sbwt none +sbwtdcpu none +sbwtdio none",
  };
}
