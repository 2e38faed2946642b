import { type CloudFacts, identityUrl, internalPorts, region, state } from "./facts.ts";
import type { Sections } from "./ini.ts";
import type { ServiceUser } from "./secrets.ts";

/** The socket of MariaDB. Who may connect is decided by the user at its other end: there are no passwords. */
export function mariadbSocket(facts: Pick<CloudFacts, "run">): string {
  return `${facts.run}/mysql.sock`;
}

/** SQLAlchemy's address of one database. */
export function database(facts: CloudFacts, name: string): string {
  return `mysql+pymysql://root@localhost/${name}?unix_socket=${mariadbSocket(facts)}&charset=utf8mb4`;
}

/** oslo.messaging's address of RabbitMQ. */
export function transport(facts: CloudFacts): string {
  return `rabbit://estate:${facts.secrets.rabbit}@127.0.0.1:${internalPorts.rabbit}/`;
}

/** Options with which a service logs in to keystone as one of the service users. */
export function login(facts: CloudFacts, user: ServiceUser): Record<string, string> {
  return {
    auth_type: "password",
    auth_url: identityUrl(facts),
    username: user,
    password: facts.secrets.services[user],
    project_name: "service",
    user_domain_id: "default",
    project_domain_id: "default",
    region_name: region,
  };
}

/** How an API checks the tokens of those who call it. */
export function tokens(facts: CloudFacts, user: ServiceUser): Sections {
  return {
    keystone_authtoken: {
      www_authenticate_uri: identityUrl(facts),
      ...login(facts, user),
      service_token_roles: "service",
      service_token_roles_required: true,
    },
  };
}

/** Says on whose behalf a service calls another one, so that long work outlives the caller's token. */
export function serviceToken(facts: CloudFacts, user: ServiceUser): Sections {
  return { service_user: { ...login(facts, user), send_service_user_token: true } };
}

/** What every service that talks over RabbitMQ has in common. Nothing in RabbitMQ outlives it. */
export function messaging(facts: CloudFacts): Sections {
  return {
    oslo_messaging_rabbit: { rabbit_quorum_queue: false, amqp_durable_queues: false },
    oslo_concurrency: { lock_path: state(facts, "locks") },
  };
}

/** Events of the services go nowhere, or, as `estate`, tell the daemon that something changed. */
export function events(driver: "noop" | "estate"): Sections {
  return { oslo_messaging_notifications: { driver } };
}
