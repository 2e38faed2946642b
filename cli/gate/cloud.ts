import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { connect, type OpenStack } from "../../local/openstack-client/client.ts";
import { type Cloud as CloudEntry, readCloud } from "../../local/openstack-client/clouds.ts";
import { isNotFound } from "../../local/openstack-client/error.ts";
import { Trouble } from "../../local/say.ts";

/** A server, as nova sees it. */
export interface Server {
  readonly id: string;
  readonly status: string;
  readonly fault?: { readonly message?: string };
  readonly metadata?: Readonly<Record<string, string>>;
}

/** What a gate asks of the cloud. */
export interface Cloud {
  /** Nothing if it does not exist. */
  server(id: string): Promise<Server | undefined>;
  /** The end of its console; empty if the cloud has none. */
  consoleLog(id: string): Promise<string>;
  /** Asks nova to stop it; already stopped or gone is fine. */
  stop(id: string): Promise<void>;
  /** Ids of the estate's servers that run the orchestrator. */
  orchestrators(): Promise<string[]>;
}

/** The cloud the environment names: OS_CLOUD and clouds.yaml, or OS_AUTH_URL with the rest. Nothing is asked of it yet. */
export async function connectCloud(environment: NodeJS.ProcessEnv, estate: string): Promise<Cloud> {
  return cloudOf(connect(await findCloud(environment)), estate);
}

/** What a gate asks, in requests to nova. */
export function cloudOf(openstack: OpenStack, estate: string): Cloud {
  const action = <T>(id: string, body: object) =>
    openstack.request<T>("POST", "compute", `/servers/${id}/action`, { body });
  return {
    server: async (id) => {
      const answer = openstack.get<{ server: Server }>("compute", `/servers/${id}`);
      return answer.then(({ server }) => server).catch(absent);
    },
    consoleLog: async (id) => {
      const answer = action<{ output?: string }>(id, { "os-getConsoleOutput": { length: 200 } });
      return answer.then(({ output }) => output ?? "").catch(() => "");
    },
    stop: async (id) => {
      await action(id, { "os-stop": null }).catch((error: { status?: number }) => {
        if (error.status !== 404 && error.status !== 409) throw error;
      });
    },
    orchestrators: async () => {
      const servers = await openstack.list<Server>("compute", "/servers/detail", "servers");
      const ours = servers.filter(({ metadata }) => metadata?.estate === estate && metadata.role === "orchestrator");
      return ours.map(({ id }) => id);
    },
  };
}

function absent(error: unknown): undefined {
  if (!isNotFound(error)) throw error;
}

async function findCloud(environment: NodeJS.ProcessEnv): Promise<CloudEntry> {
  const { OS_CLOUD: name, OS_CLIENT_CONFIG_FILE: named } = environment;
  if (!name) return fromEnvironment(environment);
  const files = ["clouds.yaml", join(homedir(), ".config/openstack/clouds.yaml"), "/etc/openstack/clouds.yaml"];
  const file = named ?? files.find((candidate) => existsSync(candidate));
  if (!file) throw new Trouble(`OS_CLOUD is ${name}, but there is no clouds.yaml; looked at ${files.join(", ")}`);
  return readCloud(file, name);
}

/** The variables an `openrc` file sets. */
function fromEnvironment(environment: NodeJS.ProcessEnv): CloudEntry {
  const need = (name: string): string => {
    const value = environment[name];
    if (!value)
      throw new Trouble(`neither OS_CLOUD nor ${name} is set: the gate cannot ask the cloud about its server`);
    return value;
  };
  const { OS_APPLICATION_CREDENTIAL_ID: id, OS_REGION_NAME: region } = environment;
  const domain = (name: string | undefined) => (name ? { name } : { id: "default" });
  return {
    ...{ authUrl: need("OS_AUTH_URL"), interface: "public", ...(region ? { region } : {}) },
    credentials: id
      ? { kind: "application credential", id, secret: need("OS_APPLICATION_CREDENTIAL_SECRET") }
      : {
          ...{ kind: "password", username: need("OS_USERNAME"), password: need("OS_PASSWORD") },
          userDomain: domain(environment.OS_USER_DOMAIN_NAME),
          project: { name: need("OS_PROJECT_NAME"), domain: domain(environment.OS_PROJECT_DOMAIN_NAME) },
        },
  };
}
