import type { AppFacts } from "../../stacks/appFacts.ts";
import type { HostFacts, PoolFacts } from "../../stacks/facts.ts";
import { portsWith } from "../../stacks/ports.ts";
import { selectorOf as selectorOfApplication } from "../labels.ts";

/** What listens on hosts only where another application runs that brings it. All others are everywhere, once this one runs. */
const broughtBy: Readonly<Record<string, string>> = { "bbb-exporter": "bbb", "turn-exporter": "coturn" };

/** A port of hosts that Prometheus reads, and the hosts. */
export interface HostJob {
  /** As the port catalogue of hosts calls it. */
  readonly name: string;
  readonly port: number;
  readonly hosts: readonly HostFacts[];
}

/** A port of an application's pods that Prometheus reads. */
export interface PodJob {
  readonly name: string;
  /** The name of the container's port, and its number. */
  readonly port: { readonly name: string; readonly number: number };
  /** Finds the pods that have the port. */
  readonly selector: Readonly<Record<string, string>>;
  /** The application whose store it is, where each has one of its own: the label by which they are told apart. */
  readonly user?: string;
}

export interface Known {
  readonly pools: readonly PoolFacts[];
  readonly apps: readonly Pick<AppFacts, "name" | "settings" | "ports" | "uses">[];
}

/** The ports of hosts that the one port catalogue marks for scraping, each with its hosts; what nothing brings to them is left out. */
export function hostJobs({ pools, apps }: Known): HostJob[] {
  const running = Object.fromEntries(apps.map(({ name, settings }) => [name, settings]));
  return portsWith(running).flatMap(({ service: name, scrape, on, from: port }) => {
    const bringer = broughtBy[name];
    if (!scrape || (bringer !== undefined && !running[bringer])) return [];
    const hosts = pools.filter(({ runs }) => on === "hosts" || runs.includes(on)).flatMap((pool) => [...pool.hosts]);
    return hosts.length > 0 ? [{ name, port, hosts }] : [];
  });
}

/** The ports of pods that applications mark for scraping, those of this one too. Pods for one user alone are a job each. */
export function podJobs({ apps }: { readonly apps: readonly Omit<Known["apps"][number], "settings">[] }): PodJob[] {
  return apps.flatMap(({ name: application, ports }) =>
    Object.entries(ports)
      .filter(([, { scrape }]) => scrape)
      .flatMap(([name, { port: number, component, perUser }]): PodJob[] => {
        const selector = {
          ...selectorOfApplication(application),
          ...(component === undefined ? {} : { "app.kubernetes.io/component": component }),
        };
        const job = { name: `${application}-${name}`, port: { name, number }, selector };
        if (!perUser) return [job];
        const users = apps.filter(({ uses }) => uses.includes(application)).map(({ name }) => name);
        return users.map((user) => ({
          ...{ ...job, name: `${job.name}-${user}`, user },
          selector: { ...selector, "app.kubernetes.io/instance": `${user}-${application}` },
        }));
      }),
  );
}

/** An entry of a file that Prometheus looks for targets in. */
interface TargetGroup {
  readonly targets: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

/** The file of targets of a port: each host by its own address, called by its name. Prometheus follows it while it runs. */
export function targetsFile({ port, hosts }: HostJob, addresses: Readonly<Record<string, string>>): string {
  const groups = hosts.flatMap(({ name, role, site }): TargetGroup[] => {
    const address = addresses[name];
    return address ? [{ targets: [`${address}:${port}`], labels: { instance: name, role, site } }] : [];
  });
  return `${JSON.stringify(groups, undefined, 1)}\n`;
}
