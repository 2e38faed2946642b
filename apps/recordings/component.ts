import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { Share, type ShareSettings } from "../../components/share.ts";
import type { Build, Context } from "../../stacks/application.ts";
import type { Workload } from "../../stacks/schema/workload.ts";
import { ApplicationComponent } from "../component.ts";
import { hostsRunning } from "../hosts.ts";
import type { application } from "./app.ts";
import { type StoreFacts, storeVolume } from "./manifests.ts";
import { folder } from "./names.ts";

type RecordingsContext = Context<typeof application>;

/** The store of recordings. The server itself is no resource: its host runs it, see server.ts. */
export class Recordings extends ApplicationComponent {
  static readonly type = "estate:apps:Recordings";
  /** `server:path`, for hosts that mount it. */
  readonly location: pulumi.Output<string>;

  constructor(context: RecordingsContext) {
    super(Recordings.type, context.name, context.namespace, context.options);
    const store = context.settings.share ? this.#share(context, context.settings.share) : this.#server(context);
    this.location = store.apply(({ server, path }) => `${server}:${path}`);
    this.#claim(context.name, store);
    this.registerOutputs({ location: this.location });
  }

  /** By its address on the estate's network: a floating IP would lead recordings through the router, and to other rules. */
  #server({ facts, addresses, settings }: RecordingsContext): pulumi.Output<StoreFacts> {
    const host = hostsRunning(facts, "recordings")[0];
    const volume = host?.volumes.find(({ path }) => path === settings.path);
    const address = addresses[host?.name ?? ""];
    if (!volume || !address) throw new pulumi.RunError(`there is no host with the volume at ${settings.path}`);
    const { sizeGiB } = volume;
    return pulumi.output(address.fixed).apply((server) => ({ server, path: `${settings.path}/${folder}`, sizeGiB }));
  }

  /** Open to the hosts that have it, each by its address on the estate's network, and to nobody else. */
  #share({ facts, addresses }: RecordingsContext, settings: ShareSettings): pulumi.Output<StoreFacts> {
    const hosts = ["bbb", "scalelite", "pods"].flatMap((workload) => hostsRunning(facts, workload as Workload));
    const clients = [...new Set(hosts.map(({ name }) => name))].sort().flatMap((host) => {
      const address = addresses[host];
      return address ? [{ host, address: address.fixed }] : [];
    });
    const { protect } = facts.removal;
    const { server, path } = new Share(
      "recordings",
      { estate: facts.name, settings, clients, protect },
      { parent: this },
    );
    return pulumi.all([server, path]).apply(([server, path]) => ({ server, path, sizeGiB: settings.sizeGiB }));
  }

  /** The claim has the application's name: pods need know no more. */
  #claim(name: string, store: pulumi.Output<StoreFacts>): void {
    const { PersistentVolume, PersistentVolumeClaim } = kubernetes.core.v1;
    const made = store.apply(storeVolume);
    const volume = new PersistentVolume(name, { metadata: made.volume.metadata, spec: made.volume.spec }, this.own());
    new PersistentVolumeClaim(name, this.laterInNamespace(made.claim), this.own([volume]));
  }
}

export const build: Build<typeof application> = (context) => new Recordings(context);
