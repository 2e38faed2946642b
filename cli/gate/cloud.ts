import { connect, type OpenStack } from "../../local/openstack-client/client.ts";
import { isNotFound } from "../../local/openstack-client/error.ts";
import { findCloud } from "../credentials.ts";

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
