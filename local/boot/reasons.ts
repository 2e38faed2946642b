import { Resolver } from "node:dns/promises";
import { isIP } from "node:net";
import { addresses } from "../addresses.ts";
import type { HostNetwork } from "./network.ts";
import { timedOutAt } from "./reason.ts";

/** How long what the network said is believed. */
const freshMilliseconds = 3000;

interface Known {
  readonly sentence: string;
  asked: number;
  because?: string;
}

/** Adds to a host's reason what the network knows: a connection that times out is mostly one that no rule lets through. */
export class Reasons {
  readonly #network: Pick<HostNetwork, "whyBlocked">;
  readonly #known = new Map<string, Known>();
  readonly #resolver = new Resolver({ timeout: 1000, tries: 1 });

  constructor(network: Pick<HostNetwork, "whyBlocked">, nameserver: string = addresses.dns) {
    this.#network = network;
    this.#resolver.setServers([nameserver]);
  }

  /** The reason with what is known now. What the network has to say is asked for meanwhile, for the next time. */
  improved(serverId: string, sentence: string | undefined): string | undefined {
    if (sentence === undefined) {
      this.#known.delete(serverId);
      return undefined;
    }
    const known = this.#known.get(serverId);
    const current = known?.sentence === sentence ? known : { sentence, asked: 0 };
    this.#known.set(serverId, current);
    if (Date.now() - current.asked > freshMilliseconds) {
      current.asked = Date.now();
      void this.#ask(serverId, current).catch(() => undefined);
    }
    return current.because ? `${sentence}; ${current.because}` : sentence;
  }

  async #ask(from: string, known: Known): Promise<void> {
    const far = timedOutAt(known.sentence);
    if (!far) return;
    const targets = isIP(far.host) ? [far.host] : await this.#resolver.resolve4(far.host);
    const blocked = await Promise.all(
      targets.map((to) => this.#network.whyBlocked({ from, to, protocol: "tcp", port: far.port })),
    );
    const because = blocked.find((one) => one !== undefined);
    if (because === undefined) delete known.because;
    else known.because = because;
  }
}
