import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Build, Context } from "../../stacks/application.ts";
import type { HostFacts } from "../../stacks/facts.ts";
import { ApplicationComponent } from "../component.ts";
import type { Relays } from "../coturn/relays.ts";
import { hostLink } from "../feedback/link.ts";
import { hostsRunning } from "../hosts.ts";
import { metadataOf } from "../manifests.ts";
import { networkPolicyOf } from "../policy.ts";
import type { application } from "./app.ts";
import { deployment, keeperProgram, service } from "./manifests.ts";
import { name as fixedName, hostObject } from "./names.ts";
import { toldFiles } from "./told.ts";

/** What of other applications is needed here. */
interface Used extends Readonly<Record<string, pulumi.ComponentResource>> {
  readonly coturn: pulumi.ComponentResource & { readonly relays: Relays<pulumi.Output<string>> };
  readonly registrator: pulumi.ComponentResource & { readonly bbbSecret: pulumi.Output<string> };
}

/** What the page after meetings says of itself, where it runs. */
interface Landing extends pulumi.ComponentResource {
  readonly url: string;
  readonly linkSecret: pulumi.Output<string>;
}

/** The store of recordings, where it runs. */
interface Store extends pulumi.ComponentResource {
  /** `server:path`. */
  readonly location: pulumi.Output<string>;
}

type BbbContext = Context<typeof application, Used>;

/** What brings each bbb host its settings. BigBlueButton itself is no resource: the host runs it, see host.ts. */
export class Bbb extends ApplicationComponent {
  static readonly type = "estate:apps:Bbb";
  readonly #context: BbbContext;

  constructor(context: BbbContext) {
    super(Bbb.type, context.name, context.namespace, context.options);
    this.#context = context;
    const program = this.#program();
    const policy = this.#policy();
    for (const host of hostsRunning(context.facts, "bbb")) this.#keeper(host, program, policy);
    this.registerOutputs({});
  }

  /** Pods of the old program need the old one: so the new one comes first. */
  #program(): kubernetes.core.v1.ConfigMap {
    return new kubernetes.core.v1.ConfigMap(`${fixedName}-keeper`, this.inNamespace(keeperProgram()), { parent: this });
  }

  /** Keepers are asked what waits of recordings, and nothing else. */
  #policy(): pulumi.Resource {
    const { apps, sites } = this.#context.facts;
    const policy = networkPolicyOf({ name: fixedName, apps, hosts: Object.values(sites).map(({ cidr }) => cidr) });
    return new kubernetes.networking.v1.NetworkPolicy(fixedName, this.inNamespace(policy), this.own());
  }

  #keeper(host: HostFacts, program: kubernetes.core.v1.ConfigMap, policy: pulumi.Resource): void {
    const { settings, after } = this.#context;
    const object = hostObject(host.name);
    const manifest = this.inNamespace({ metadata: metadataOf(object, fixedName) });
    const secret = new kubernetes.core.v1.Secret(object, { ...manifest, stringData: this.#told(host) }, this.own());
    const pod = { host, certificate: settings.certificate, program: keeperProgram().metadata.name };
    const options = this.own([secret, program, policy, ...after]);
    const made = new kubernetes.apps.v1.Deployment(object, this.inNamespace(deployment(pod)), options);
    new kubernetes.core.v1.Service(object, this.inNamespace(service(host.name)), this.own([made]));
  }

  #told(host: HostFacts): pulumi.Output<Record<string, string>> {
    const { settings, secrets, used, addresses } = this.#context;
    const address = addresses[host.name];
    if (!address) throw new pulumi.RunError(`host ${host.name} has no address`);
    const { relays } = used.coturn;
    const { fixed, announced } = address;
    const told = pulumi
      .all([
        fixed,
        announced,
        relays.secret,
        used.registrator.bbbSecret,
        secrets.seed,
        this.#landing(host),
        this.#store(),
      ])
      .apply(([fixed, announced, turnSecret, apiSecret, seed, landing, store]): Record<string, string> => {
        const domain = host.names.announced;
        const told = { settings, domain, fixed, announced, apiSecret, seed, landing, store };
        return toldFiles({ ...told, relays: { ...relays, secret: turnSecret } });
      });
    return pulumi.secret(told);
  }

  #store(): pulumi.Output<string | undefined> {
    const { recordings } = this.#context.used as Readonly<Record<string, pulumi.ComponentResource>>;
    return recordings ? (recordings as Store).location : pulumi.output(undefined);
  }

  #landing(host: HostFacts): pulumi.Output<string | undefined> {
    const { settings, used } = this.#context;
    const page = (used as Readonly<Record<string, pulumi.ComponentResource>>).feedback as Landing | undefined;
    if (settings.landing !== undefined || !page) return pulumi.output(settings.landing);
    return page.linkSecret.apply((secret) => hostLink(host.name, { url: page.url, secret }));
  }
}

export const build: Build<typeof application, Used> = (context) => new Bbb(context);
