import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Build, Context } from "../../stacks/application.ts";
import type { HostFacts } from "../../stacks/facts.ts";
import { type WebFacts, webNames } from "../../stacks/web.ts";
import { ApplicationComponent } from "../component.ts";
import { hostsRunning } from "../hosts.ts";
import { metadataOf } from "../manifests.ts";
import { binding, policy, role } from "./access.ts";
import { type AcmeFacts, acme, acmeProgram, acmeService, certificatesFor } from "./acme.ts";
import type { application, Certificates } from "./app.ts";
import { certificateSecret, keyOf } from "./certificate.ts";
import { gate, gateBudget, routes } from "./gate.ts";
import { app, type Part, parts, secrets } from "./names.ts";

type IngressContext = Context<typeof application>;
type Of<From extends Certificates["from"]> = Extract<Certificates, { readonly from: From }>;

/** The way in to all pages of the estate. Names, and what stands before the hosts, are of the layer below (stacks/foundation.ts). */
export class Ingress extends ApplicationComponent {
  static readonly type = "estate:apps:Ingress";
  readonly #context: IngressContext;
  readonly #web: WebFacts;

  constructor(context: IngressContext) {
    super(Ingress.type, context.name, context.namespace, context.options);
    this.#context = context;
    const { web } = context.facts;
    if (!web) throw new pulumi.ResourceError("the facts know of no ingress", this);
    this.#web = web;
    const { certificates } = context.settings;
    const before = certificates.from === "files" ? this.#files(certificates) : [];
    this.#gate([...before, this.#routes(), this.#policy("gate")]);
    if (certificates.from === "acme") this.#acme(certificates);
    this.registerOutputs({});
  }

  /** Secrets with certificates that somebody else has got: its own, and those that applications want. */
  #files({ web, hosts }: Of<"files">): pulumi.Resource[] {
    const { key, hostsKey } = this.#context.secrets as Partial<IngressContext["secrets"]>;
    const besides = this.#web.certificates.map(({ secret }) =>
      hosts === undefined
        ? this.#certificate(secret, web, "key", key)
        : this.#certificate(secret, hosts, "hostsKey", hostsKey),
    );
    return [this.#certificate(secrets.certificate, web, "key", key), ...besides];
  }

  #certificate(name: string, chain: string, secret: string, key: pulumi.Output<string> | undefined): pulumi.Resource {
    if (!key) throw new pulumi.ResourceError(`the secret ${app}.${secret} was not read`, this);
    const checked = pulumi.secret(key).apply((pem) => {
      try {
        return keyOf(chain, pem, `${app}.${secret}`);
      } catch (error) {
        throw new pulumi.RunError((error as Error).message);
      }
    });
    return new kubernetes.core.v1.Secret(name, this.inNamespace(certificateSecret(name, chain, checked)), this.own());
  }

  #routes(): pulumi.Resource {
    const { certificates } = this.#context.settings;
    const challenge = certificates.from === "acme" && certificates.challenge === "http";
    const manifest = routes({ routes: this.#web.routes, admins: this.#web.admins, challenge });
    return new kubernetes.core.v1.ConfigMap(parts.gate, this.inNamespace(manifest), this.own());
  }

  #gate(before: readonly pulumi.Resource[]): void {
    const { facts, after } = this.#context;
    const { roles, loadBalancer } = this.#web;
    const hosts = facts.pools
      .filter((pool) => roles.includes(pool.role))
      .flatMap((pool): HostFacts[] => [...pool.hosts]);
    // which addresses a load balancer has in its subnet is its own business
    const balancers = loadBalancer ? [facts.sites[loadBalancer.site]?.cidr ?? ""] : [];
    const budget = gateBudget(hosts.length);
    if (budget) new kubernetes.policy.v1.PodDisruptionBudget(parts.gate, this.inNamespace(budget), this.own());
    const manifest = gate({ balancers, roles, hosts });
    new kubernetes.apps.v1.Deployment(parts.gate, this.inNamespace(manifest), this.own([...before, ...after]));
  }

  /** The client of the authority, what it may, and where requests for proofs reach it. */
  #acme(settings: Of<"acme">): void {
    const own = { secret: secrets.certificate, names: webNames(this.#web.routes) };
    const facts: AcmeFacts = { ...settings, certificates: certificatesFor([own, ...this.#web.certificates]) };
    // pods of the old program need the old one: so the new one comes first
    const program = new kubernetes.core.v1.ConfigMap(`${parts.acme}-program`, this.inNamespace(acmeProgram(facts)), {
      parent: this,
    });
    const before = [program, this.#policy("acme"), ...this.#rights(facts), ...this.#credentials(settings)];
    const workload = this.own([...before, ...this.#context.after]);
    new kubernetes.apps.v1.Deployment(parts.acme, this.inNamespace(acme(facts)), workload);
    new kubernetes.core.v1.Service(parts.acme, this.inNamespace(acmeService()), this.own());
  }

  #rights({ certificates }: AcmeFacts): pulumi.Resource[] {
    const { Role, RoleBinding } = kubernetes.rbac.v1;
    const kept = [secrets.state, ...certificates.map(({ secret }) => secret)].sort();
    const subjects = [{ kind: "ServiceAccount", name: parts.acme, namespace: this.#context.namespace }];
    const account = this.inNamespace({ metadata: metadataOf(parts.acme, app) });
    return [
      new kubernetes.core.v1.ServiceAccount(parts.acme, account, this.own()),
      new Role(parts.acme, this.inNamespace(role(kept)), this.own()),
      new RoleBinding(parts.acme, { ...this.inNamespace(binding()), subjects }, this.own()),
    ];
  }

  #credentials({ challenge }: Of<"acme">): pulumi.Resource[] {
    if (challenge !== "dns") return [];
    const { credentialId, credentialSecret } = this.#context.secrets;
    const stringData = { id: pulumi.secret(credentialId), secret: pulumi.secret(credentialSecret) };
    const manifest = { ...this.inNamespace({ metadata: metadataOf(secrets.cloud, app) }), stringData };
    return [new kubernetes.core.v1.Secret(secrets.cloud, manifest, this.own())];
  }

  #policy(part: Part): pulumi.Resource {
    const { facts, addresses } = this.#context;
    const servers = hostsRunning(facts, "orchestrator");
    const fixed = pulumi.all(servers.flatMap(({ name }) => addresses[name]?.fixed ?? []));
    const downloads = Object.values(facts.network.downloads);
    const of = (orchestrators: readonly string[]) => policy(part, { apps: facts.apps, downloads, orchestrators });
    const manifest = { ...this.inNamespace(of([])), spec: fixed.apply((all) => of([...all].sort()).spec) };
    return new kubernetes.networking.v1.NetworkPolicy(parts[part], manifest, this.own());
  }
}

export const build: Build<typeof application> = (context) => new Ingress(context);
