import type { Service } from "../service.ts";
import { type Api, type CloudFacts, configuration, identityUrl, internalPorts, ports, state, url } from "./facts.ts";
import { rabbitmqEnvironment } from "./rabbitmq.ts";
import { answers, both, brokerAnswers, hypervisorsReport, listens, opens, succeeds } from "./ready.ts";
import { mariadbSocket } from "./sections.ts";
import { type WsgiApplication, wsgiCommand } from "./wsgi.ts";
import { hypervisors } from "./zones.ts";

/** Python's and the C library's ways to need less memory. */
const lean = { MALLOC_ARENA_MAX: "2", PYTHONDONTWRITEBYTECODE: "1", PYTHONUNBUFFERED: "1" };

/** The databases of all services. */
export function databaseServer(facts: CloudFacts): Service {
  return {
    name: "mariadb",
    command: ["mariadbd", `--defaults-file=${configuration(facts, "mariadb")}/my.cnf`],
    ready: succeeds("mariadb-admin", "--no-defaults", "--user=root", `--socket=${mariadbSocket(facts)}`, "ping"),
    // it has to write what it has in memory
    stopSeconds: 30,
  };
}

/** Messages and names: what the services stand on, beside the databases. */
export function foundation(facts: CloudFacts): Service[] {
  const run = `${facts.run}/rabbitmq`;
  return [
    {
      name: "epmd",
      command: ["epmd", "-address", "127.0.0.1", "-port", String(internalPorts.epmd), "-relaxed_command_check"],
      ready: succeeds("epmd", "-port", String(internalPorts.epmd), "-names"),
    },
    {
      name: "rabbitmq",
      // what a broker that was killed leaves behind is worth nothing
      command: ["sh", "-c", `rm -rf ${run} && mkdir -p ${run} && exec /usr/lib/rabbitmq/bin/rabbitmq-server`],
      environment: rabbitmqEnvironment(facts, `${configuration(facts, "rabbitmq")}/rabbitmq.conf`),
      ready: brokerAnswers(facts),
      after: ["epmd"],
      stopSignal: "SIGKILL",
    },
    {
      name: "bind",
      // a copy: where AppArmor confines the program, it does so by its path, and not to the data folder
      command: [
        "sh",
        "-c",
        `cp "$(command -v named)" ${facts.run}/named && exec ${facts.run}/named -g -c ${configuration(facts, "bind")}/named.conf`,
      ],
      ready: succeeds("rndc", "-c", `${configuration(facts, "bind")}/rndc.conf`, "status"),
    },
  ];
}

/** Keystone alone: all others need its users, which are made through it. */
export function identity(facts: CloudFacts): Service[] {
  return [
    api(facts, "keystone", `${identityUrl(facts)}`, {
      module: "keystone.wsgi.api",
      environment: {
        OS_KEYSTONE_CONFIG_DIR: configuration(facts, "keystone"),
        OS_KEYSTONE_CONFIG_FILES: "keystone.conf",
      },
    }),
  ];
}

/** All other services, those first that take longest to start. */
export function services(facts: CloudFacts): Service[] {
  const file = (service: string) => ["--config-file", `${configuration(facts, service)}/${service}.conf`];
  const gate = `${facts.run}/nova-compute.gate`;
  const novaFiles = `${facts.environment}/etc/nova/api-paste.ini;${configuration(facts, "nova")}/nova.conf`;
  return [
    family(facts, "nova-control", ["nova.cmd.conductor:main", "nova.cmd.scheduler:main"], [file("nova")], {
      ready: listens(facts, ["conductor", "scheduler"]),
      after: ["mariadb", "rabbitmq"],
      // one way of concurrency for both: the scheduler alone would choose threads
      environment: { OS_NOVA_DISABLE_EVENTLET_PATCHING: "false" },
    }),
    api(facts, "neutron", `${url(facts, "neutron")}/`, {
      module: "neutron.wsgi.api",
      environment: {
        OS_NEUTRON_CONFIG_DIR: configuration(facts, "neutron"),
        OS_NEUTRON_CONFIG_FILES: "neutron.conf;ml2_conf.ini",
      },
      threads: 12,
    }),
    api(facts, "placement", `${url(facts, "placement")}/`, {
      module: "placement.wsgi.api",
      environment: { OS_PLACEMENT_CONFIG_DIR: configuration(facts, "placement") },
    }),
    {
      ...family(
        facts,
        "nova-compute",
        // it gets ready at once, and begins when what it calls answers: otherwise it would wait in steps of ten seconds
        ["--gate", gate, "estate_cloud.nova_compute:main"],
        hypervisors.map((name) => [...file("nova"), "--config-file", `${configuration(facts, "nova")}/${name}.conf`]),
        {
          ready: both(
            listens(facts, ["conductor"]),
            answers(`${url(facts, "placement")}/`),
            answers(`${identityUrl(facts)}`),
            opens(gate),
            listens(
              facts,
              hypervisors.map((name) => `compute.${name}`),
            ),
            hypervisorsReport(facts, hypervisors.length, 30),
          ),
        },
      ),
      kind: "played",
    },
    api(facts, "nova", `${url(facts, "nova")}/`, {
      module: "estate_cloud.nova_wsgi",
      also: `127.0.0.1:${internalPorts.metadata}`,
      environment: { OS_NOVA_CONFIG_DIR: configuration(facts, "nova"), OS_NOVA_CONFIG_FILES: novaFiles },
      threads: 16,
    }),
    api(facts, "glance", `${url(facts, "glance")}/`, {
      module: "glance.wsgi.api",
      environment: { OS_GLANCE_CONFIG_DIR: configuration(facts, "glance") },
    }),
    api(facts, "cinder", `${url(facts, "cinder")}/`, { module: "cinder.wsgi.api", arguments: file("cinder") }),
    family(facts, "cinder-control", ["cinder.cmd.scheduler:main", "cinder.cmd.volume:main"], [file("cinder")], {
      ready: listens(facts, ["cinder-scheduler", "cinder-volume"]),
      after: ["mariadb", "rabbitmq"],
    }),
    family(
      facts,
      "designate-control",
      ["designate.cmd.central", "estate_cloud.designate_worker", "designate.cmd.producer", "designate.cmd.mdns"].map(
        (module) => `${module}:main`,
      ),
      [file("designate")],
      { ready: listens(facts, ["central", "worker", "producer"]), after: ["mariadb", "rabbitmq", "bind"] },
    ),
    api(facts, "designate", `${url(facts, "designate")}/`, {
      module: "designate.wsgi.api",
      environment: { OS_DESIGNATE_CONFIG_DIR: configuration(facts, "designate") },
    }),
    family(facts, "octavia-worker", ["octavia.cmd.octavia_worker:main"], [file("octavia")], {
      ready: listens(facts, ["octavia_provisioning_v2"]),
      after: ["mariadb", "rabbitmq"],
    }),
    api(facts, "octavia", `${url(facts, "octavia")}/`, { module: "octavia.wsgi.api", arguments: file("octavia") }),
  ];
}

interface ApiOptions extends Omit<WsgiApplication, "listen"> {
  /** A second `address:port`. */
  readonly also?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

function api(facts: CloudFacts, name: Api, address: string, options: ApiOptions): Service {
  const { also, environment, ...application } = options;
  const listen = [`${facts.api}:${ports[name]}`, ...(also ? [also] : [])];
  return {
    name,
    command: wsgiCommand(`${facts.environment}/bin`, name, { ...application, listen }),
    environment: { ...lean, ...environment },
    directory: state(facts, name),
    ready: answers(address),
    // these two send no messages
    after: name === "keystone" || name === "placement" ? ["mariadb"] : ["mariadb", "rabbitmq"],
    stopSeconds: 2,
  };
}

function family(
  facts: CloudFacts,
  name: string,
  functions: readonly string[],
  groups: readonly (readonly string[])[],
  { environment, ...rest }: Pick<Service, "ready" | "after" | "environment">,
): Service {
  const args = groups.flatMap((group) => ["--", ...group]);
  return {
    name,
    command: [`${facts.environment}/bin/python`, "-m", "estate_cloud.family", ...functions, ...args],
    environment: { ...lean, ...environment },
    stopSeconds: 2,
    ...rest,
  };
}
