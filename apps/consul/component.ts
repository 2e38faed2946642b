import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Build, Context } from "../../stacks/application.ts";
import { dataVolume } from "../../stacks/dataVolume.ts";
import { localVolume } from "../../stacks/localVolume.ts";
import { ApplicationComponent } from "../component.ts";
import { hostsRunning } from "../hosts.ts";
import { metadataOf } from "../manifests.ts";
import { policy } from "./access.ts";
import type { application } from "./app.ts";
import { catalogueOf } from "./catalogue.ts";
import { serverConfig } from "./config.ts";
import { keeper, program } from "./keeper.ts";
import { app, claimOf, names, type Part, peersName, ports, rightsName } from "./names.ts";
import { budget, metadataFor, peersService, type ServersFacts, servers, service } from "./server.ts";
import { gossipKey, managementToken, rightsOf, type TokenUser, tokenOf } from "./tokens.ts";

type ConsulContext = Context<typeof application>;

/** The catalogue of the estate's services: servers, and the keeper that fills it. */
export class Consul extends ApplicationComponent {
  static readonly type = "estate:apps:Consul";
  /** Where others reach it, in the estate's namespace. */
  readonly url = `http://${names.server}:${ports.http}`;
  readonly #context: ConsulContext;
  readonly #seed: pulumi.Output<string>;

  constructor(context: ConsulContext) {
    super(Consul.type, context.name, context.namespace, context.options);
    this.#context = context;
    this.#seed = pulumi.secret(context.secrets.seed);
    const program = this.#program();
    const served = this.#servers(program);
    this.#keeper(program, served);
    this.registerOutputs({});
  }

  /** The token that a user presents: it may read nodes, services and their checks. */
  tokenFor(user: Extract<TokenUser, "registrator" | "monitoring">): pulumi.Output<string> {
    return this.#seed.apply((seed) => tokenOf(seed, user, this.#context.settings.generation));
  }

  /** Pods of the old program need the old one: so the new one comes first. */
  #program(): kubernetes.core.v1.ConfigMap {
    return new kubernetes.core.v1.ConfigMap(names.keeper, this.inNamespace(program()), { parent: this });
  }

  #servers(program: kubernetes.core.v1.ConfigMap): pulumi.Resource {
    const { settings, after } = this.#context;
    const places = settings.hosts.map((host) => dataVolume(this.#context.facts, { host, volume: settings.volume }));
    const claims = places.map((place, index) => this.#volume(claimOf(index), place));
    const hosts = places.map(({ host }) => host);
    const { memoryMiB, generation, page } = settings;
    const facts = { hosts, servers: hosts.length, page: page !== undefined, memoryMiB, generation };
    const needs = [
      program,
      ...claims,
      ...this.#told(facts),
      this.#policy("server"),
      this.#peers(),
      this.#budget(hosts.length),
    ];
    const manifest = this.inNamespace(servers({ ...facts, program: programName() }));
    const options = this.own([...needs.flatMap((need) => need ?? []), ...after]);
    const pods = new kubernetes.apps.v1.StatefulSet(names.server, manifest, options);
    return new kubernetes.core.v1.Service(names.server, this.inNamespace(service()), this.own([pods]));
  }

  #volume(name: string, place: ReturnType<typeof dataVolume>): pulumi.Resource {
    const { volume, claim } = localVolume({ name, ...place });
    const made = new kubernetes.core.v1.PersistentVolume(name, volume, this.own());
    return new kubernetes.core.v1.PersistentVolumeClaim(name, this.inNamespace(claim), this.own([made]));
  }

  /** Secrets: the configuration with its tokens, and who may do what. The latter is followed while they run. */
  #told(facts: Omit<ServersFacts, "program">): pulumi.Resource[] {
    const { generation } = this.#context.settings;
    const written = this.#seed.apply((seed) => {
      const management = managementToken(seed);
      const agent = tokenOf(seed, "agent", generation);
      return {
        management,
        config: JSON.stringify(serverConfig(facts, { management, agent, gossip: gossipKey(seed) })),
      };
    });
    const rights = this.#seed.apply((seed) => JSON.stringify(rightsOf(seed, this.#context.settings)));
    const config = { "server.json": written.config, management: written.management };
    return [this.#secret(names.server, config), this.#secret(rightsName, { "rights.json": rights })];
  }

  #peers(): pulumi.Resource {
    return new kubernetes.core.v1.Service(peersName, this.inNamespace(peersService()), this.own());
  }

  #budget(servers: number): pulumi.Resource | undefined {
    const manifest = budget(servers);
    return (
      manifest && new kubernetes.policy.v1.PodDisruptionBudget(names.server, this.inNamespace(manifest), this.own())
    );
  }

  #keeper(program: kubernetes.core.v1.ConfigMap, served: pulumi.Resource): void {
    const { facts, settings, after } = this.#context;
    const catalogue = this.#fixed().apply((fixed) => JSON.stringify(catalogueOf(facts, fixed)));
    const token = this.#seed.apply((seed) => tokenOf(seed, "keeper", settings.generation));
    const told = this.#secret(names.keeper, { "catalogue.json": catalogue, token });
    const options = this.own([program, served, told, this.#policy("keeper"), ...after]);
    new kubernetes.apps.v1.Deployment(names.keeper, this.inNamespace(keeper({ program: programName() })), options);
  }

  #policy(part: Part): pulumi.Resource {
    const { facts, addresses } = this.#context;
    // behind floating IPs either address may be the one that a name leads to
    const checked = pulumi
      .all(hostsRunning(facts, "bbb").flatMap(({ name }) => [addresses[name]?.fixed, addresses[name]?.announced]))
      .apply((all) => [...new Set(all.flatMap((one) => one ?? []))].sort().map((address) => ({ address, port: 443 })));
    const spec = checked.apply((checked) => policy(part, { apps: facts.apps, checked }).spec);
    const manifest = { ...this.inNamespace({ metadata: metadataFor(part) }), spec };
    return new kubernetes.networking.v1.NetworkPolicy(names[part], manifest, this.own());
  }

  /** Addresses of all hosts on the estate's network. */
  #fixed(): pulumi.Output<Record<string, string>> {
    const { addresses } = this.#context;
    return pulumi.all(Object.fromEntries(Object.entries(addresses).map(([host, { fixed }]) => [host, fixed])));
  }

  #secret(object: string, stringData: Record<string, pulumi.Input<string>>): pulumi.Resource {
    const manifest = this.inNamespace({ metadata: metadataOf(object, app) });
    return new kubernetes.core.v1.Secret(object, { ...manifest, stringData }, this.own());
  }
}

/** The ConfigMap of our programs. */
function programName(): string {
  return program().metadata.name;
}

export const build: Build<typeof application> = (context) => new Consul(context);
