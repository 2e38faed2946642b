import type { Answer } from "./answer.ts";
import type { CloudNetwork } from "./network.ts";
import type { Row } from "./row.ts";

export interface NamedNetwork {
  /** Of its row. */
  readonly what: string;
  readonly name: string;
  /** Every network that the project sees. */
  readonly networks: Answer<readonly CloudNetwork[]>;
  /** What is wrong with it, and who can help; nothing if it is as it must be. */
  readonly wrong: (network: CloudNetwork) => string | undefined;
  /** What to write in the document instead. */
  readonly instead: (networks: readonly CloudNetwork[]) => string;
  /** Rows that only make sense when it is there. */
  readonly within: (network: CloudNetwork) => readonly Row[];
}

/** Whether a network that the document names is there, under a name that no other has, and is as it must be. */
export function namedNetworkRows({ what, name, networks, wrong, instead, within }: NamedNetwork): Row[] {
  if ("unknown" in networks) return [{ what, verdict: "unknown", detail: networks.unknown }];
  const [network, ...others] = networks.value.filter((one) => one.name === name);
  const missing = (cure: string): Row[] => {
    return [{ what, verdict: "missing", cure: `${cure}, or ${instead(networks.value)}` }];
  };
  if (!network) return missing("this project sees no such network: have it shared with the project");
  if (others.length > 0)
    return missing(
      `${others.length + 1} networks have that name, so that nobody knows which is meant: have one renamed`,
    );
  const cure = wrong(network);
  return cure === undefined ? [{ what, verdict: "ok" }, ...within(network)] : missing(cure);
}
