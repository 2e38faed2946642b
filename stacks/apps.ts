import { join } from "node:path";
import { pathToFileURL } from "node:url";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { PullSecret } from "../components/pullSecret.ts";
import type { AppFacts } from "./appFacts.ts";
import type { Build, Context } from "./application.ts";
import { appsFolder } from "./applications.ts";
import type { Cluster } from "./cluster.ts";
import { environment } from "./environment.ts";
import type { EstateFacts } from "./facts.ts";
import type { Foundation } from "./foundation.ts";
import type { AppSecretValues, Configuration } from "./load.ts";
import { registryUsers } from "./registries.ts";

/** How applications are built, by name. */
export type Builds = Readonly<Record<string, Build<never>>>;

interface Below {
  readonly foundation: Pick<Foundation, "addresses" | "provider">;
  readonly cluster: Cluster;
  readonly secrets: AppSecretValues;
  readonly registryPasswords: Configuration["registryPasswords"];
}

/**
 * Loads what builds the applications that run.
 *
 * @throws pulumi.RunError with every application that has nothing of the kind
 */
export async function loadBuilds(apps: readonly Pick<AppFacts, "name">[], folder = appsFolder): Promise<Builds> {
  const loaded = await Promise.all(apps.map(async ({ name }) => [name, await loadBuild(folder, name)] as const));
  const mistakes = loaded.flatMap(([, build]) => (typeof build === "string" ? [build] : []));
  if (mistakes.length > 0) throw new pulumi.RunError(["Applications cannot be built:", ...mistakes].join("\n  "));
  return Object.fromEntries(loaded) as Builds;
}

/** What builds an application, or what is wrong with it. */
async function loadBuild(folder: string, name: string): Promise<unknown> {
  const at = `apps/${name}/component.ts`;
  try {
    const { build } = (await import(pathToFileURL(join(folder, name, "component.ts")).href)) as { build?: unknown };
    return typeof build === "function" ? build : `${at}: export a function build (apps/README.md)`;
  } catch (error) {
    return `${at}: cannot be loaded: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** Layer 3: what runs on the orchestrator, each application after those that it uses. Gives their components, by name. */
export function buildApps(
  facts: EstateFacts,
  builds: Builds,
  { foundation, cluster, secrets, registryPasswords: passwords }: Below,
): Readonly<Record<string, pulumi.ComponentResource>> {
  const { provider } = cluster.orchestrator;
  const metadata = { name: environment.namespace };
  const namespace = new kubernetes.core.v1.Namespace("estate", { metadata }, { provider });
  const users = registryUsers(facts);
  const pulled =
    users.length > 0 ? new PullSecret("registries", { facts, users, passwords, namespace, cluster }) : undefined;
  const made: Record<string, pulumi.ComponentResource> = {};
  for (const { name, settings, after } of facts.apps) {
    const build = builds[name] as Build<unknown> | undefined;
    if (!build) throw new pulumi.RunError(`the application ${name} was not loaded`);
    const before = pick(made, after);
    const context: Context<unknown> = {
      ...{ name, facts, settings: settings as never, secrets: (secrets[name] ?? {}) as never },
      ...{ addresses: foundation.addresses, namespace: namespace.metadata.name, after: cluster.workers },
      used: before,
      options: {
        providers: { kubernetes: provider, openstack: foundation.provider },
        dependsOn: Object.values(before),
        ...(pulled ? { transformations: [pulled.inPods] } : {}),
      },
    };
    made[name] = build(context);
  }
  return made;
}

function pick<Value>(all: Readonly<Record<string, Value>>, names: readonly string[]): Record<string, Value> {
  return Object.fromEntries(Object.entries(all).filter(([name]) => names.includes(name)));
}
