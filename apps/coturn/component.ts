import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Build, Context } from "../../stacks/application.ts";
import { digestOf } from "../../stacks/digest.ts";
import type { HostFacts } from "../../stacks/facts.ts";
import { ApplicationComponent } from "../component.ts";
import { hostsRunning } from "../hosts.ts";
import { metadataOf } from "../manifests.ts";
import type { application } from "./app.ts";
import { turnserverConf } from "./config.ts";
import { type Addresses, peersOf } from "./hosts.ts";
import { allowedSecret, keeperProgram } from "./keeperContainer.ts";
import { budget, deployment, scripts } from "./manifests.ts";
import { name as fixedName, hostObject } from "./names.ts";
import { type Relays, relaysOf } from "./relays.ts";
import { nonceSecret, turnSecrets } from "./secrets.ts";
import type { Allowed } from "./service/allowed.ts";

type CoturnContext = Context<typeof application>;

/** TURN servers, one on each host that runs turn. */
export class Coturn extends ApplicationComponent {
  static readonly type = "estate:apps:Coturn";
  /** What bbb hosts are told of them. */
  readonly relays: Relays<pulumi.Output<string>>;
  readonly #context: CoturnContext;
  readonly #seed: pulumi.Output<string>;

  constructor(context: CoturnContext) {
    super(Coturn.type, context.name, context.namespace, context.options);
    this.#context = context;
    this.#seed = pulumi.secret(context.secrets.seed);
    const hosts = hostsRunning(context.facts, "turn");
    this.relays = relaysOf(
      hosts.map(({ names }) => names.announced),
      this.#seed.apply((seed) => turnSecrets(seed, context.settings)[0] ?? ""),
    );
    const shared = [this.#allowed(), this.#scripts()];
    const program = this.#program();
    new kubernetes.policy.v1.PodDisruptionBudget(context.name, this.inNamespace(budget()), this.own());
    // one after another, so that a change restarts one at a time
    let before: pulumi.Resource[] = [];
    for (const host of hosts) before = [this.#server(host, program, [...shared, ...before])];
    this.registerOutputs({});
  }

  /** Secret: what all servers let through. It is followed while they run. */
  #allowed(): pulumi.Resource {
    const { facts, settings } = this.#context;
    const bbb = pulumi.all(hostsRunning(facts, "bbb").map((host) => this.#addressesOf(host)));
    const secrets = this.#seed.apply((seed) => turnSecrets(seed, settings));
    const allowed = pulumi.all([secrets, bbb]).apply(([taken, addresses]) => {
      const written: Allowed = { realm: facts.zone, secrets: taken, peers: peersOf(addresses) };
      return JSON.stringify(written);
    });
    return this.#secret(allowedSecret, { "allowed.json": allowed });
  }

  #scripts(): pulumi.Resource {
    const scriptsName = `${fixedName}-scripts`;
    const manifest = this.inNamespace({ metadata: metadataOf(scriptsName, fixedName), data: scripts });
    return new kubernetes.core.v1.ConfigMap(scriptsName, manifest, this.own());
  }

  /** Pods of the old program need the old one: so the new one comes first. */
  #program(): kubernetes.core.v1.ConfigMap {
    return new kubernetes.core.v1.ConfigMap(`${fixedName}-keeper`, this.inNamespace(keeperProgram()), { parent: this });
  }

  #server(host: HostFacts, program: kubernetes.core.v1.ConfigMap, after: readonly pulumi.Resource[]): pulumi.Resource {
    const { facts, settings, after: workers } = this.#context;
    const object = hostObject(host.name);
    const addresses = this.#addressesOf(host);
    const conf = (nonce: string) => (own: Addresses) =>
      turnserverConf({ ...own, realm: facts.zone, nonceSecret: nonce });
    const written = pulumi
      .all([this.#seed.apply(nonceSecret), addresses])
      .apply(([nonce, own]) => conf(nonce)(own as Addresses));
    const config = this.#secret(object, { "turnserver.conf": written });
    // no secret, and so to be seen in a preview: the same without one
    const digest = addresses.apply((own) => digestOf(conf("")(own)));
    const { drainMinutes, certificate } = settings;
    const pod = { host, drainMinutes, certificate, program: keeperProgram().metadata.name };
    const options = this.own([config, program, ...after, ...workers]);
    return new kubernetes.apps.v1.Deployment(object, this.inNamespace(deployment(pod, digest)), options);
  }

  #addressesOf({ name }: HostFacts): pulumi.Output<Addresses> {
    const address = this.#context.addresses[name];
    if (!address) throw new pulumi.RunError(`host ${name} has no address`);
    return pulumi.all([address.fixed, address.announced]).apply(([fixed, announced]) => ({ fixed, announced }));
  }

  #secret(object: string, stringData: Record<string, pulumi.Input<string>>): pulumi.Resource {
    const manifest = this.inNamespace({ metadata: metadataOf(object, fixedName) });
    return new kubernetes.core.v1.Secret(object, { ...manifest, stringData }, this.own());
  }
}

export const build: Build<typeof application> = (context) => new Coturn(context);
