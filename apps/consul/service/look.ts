import { connect } from "node:net";
import type { Catalogue } from "./catalogue.ts";
import { checkOf, type Found } from "./plan.ts";
import type { SeenCheck, SeenNode, Status } from "./seen.ts";

/** What a connection came to: nothing where it was taken, else why it was not. */
export type Connect = (host: string, port: number) => Promise<string | undefined>;

/** Looks without an answer that make a service critical which was well before. */
const patience = 3;

/** Looks at the services that are to be looked at, and remembers how often each has not answered. */
export class Looks {
  readonly #connect: Connect;
  /** Looks in a row without an answer, by `<host>/<service>`. */
  readonly #silent = new Map<string, number>();

  constructor(connect: Connect = connectTcp) {
    this.#connect = connect;
  }

  /** All of them at once; no look takes longer than a few seconds. */
  async at({ nodes }: Catalogue, seen: ReadonlyMap<string, SeenNode>): Promise<Found> {
    const looked = Object.entries(nodes).flatMap(([name, { address, services }]) =>
      services
        .filter(({ checked }) => checked)
        .map(async ({ service, port, address: own = address }) => {
          const before = seen.get(name)?.services[service]?.checks[checkOf(service)]?.status;
          return [`${name}/${service}`, await this.#one(`${name}/${service}`, own, port, before)] as const;
        }),
    );
    return new Map(await Promise.all(looked));
  }

  async #one(key: string, host: string, port: number, before: Status | undefined): Promise<SeenCheck> {
    const trouble = await this.#connect(host, port);
    const silent = trouble === undefined ? 0 : (this.#silent.get(key) ?? 0) + 1;
    this.#silent.set(key, silent);
    // one look that fails may be the network's; what was never well is not taken for well
    const status = silent === 0 || (before === "passing" && silent < patience) ? "passing" : "critical";
    return { status, output: `${host}:${port} ${status === "passing" ? "takes connections" : (trouble ?? "")}`.trim() };
  }
}

/** Connects, and hangs up. */
export async function connectTcp(host: string, port: number, milliseconds = 3000): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (trouble?: string) => {
      socket.destroy();
      resolve(trouble);
    };
    socket.setTimeout(milliseconds, () => end(`takes no connection within ${milliseconds / 1000} s`));
    socket.once("connect", () => end());
    socket.once("error", ({ code, message }: NodeJS.ErrnoException) => end(`takes no connection (${code ?? message})`));
  });
}
