import * as openstack from "@pulumi/openstack";
import * as pulumi from "@pulumi/pulumi";

/** What the document says of a share. */
export interface ShareSettings {
  readonly sizeGiB: number;
  readonly type?: string | undefined;
  readonly network?: string | undefined;
}

export interface ShareArgs {
  /** Name of the estate: another one of the project may have a share, too. Changed in place. */
  readonly estate: string;
  /** GiB: another size is changed in place. Another type or network is another share, without what is on this one. */
  readonly settings: ShareSettings;
  /** Hosts that mount it. One more or less touches the share and the others not; another address of one replaces its access. */
  readonly clients: readonly { readonly host: string; readonly address: pulumi.Input<string> }[];
  /** Whether the engine refuses to delete it. Changing it touches no share. */
  readonly protect: boolean;
}

/** A share of Manila, and who may mount it. */
export class Share extends pulumi.ComponentResource {
  static readonly type = "estate:storage:Share";
  readonly server: pulumi.Output<string>;
  readonly path: pulumi.Output<string>;

  constructor(name: string, { estate, settings, clients, protect }: ShareArgs, opts?: pulumi.ComponentResourceOptions) {
    super(Share.type, name, {}, opts);
    const { sizeGiB: size, type, network } = settings;
    const share = new openstack.sharedfilesystem.Share(
      name,
      {
        ...{ name: `${estate}-${name}`, description: `Estate ${estate}`, shareProto: "NFS", size },
        ...{ ...(type ? { shareType: type } : {}), ...(network ? { shareNetworkId: network } : {}) },
      },
      { parent: this, deleteBeforeReplace: false, protect },
    );
    for (const { host, address: accessTo } of clients)
      new openstack.sharedfilesystem.ShareAccess(
        `${name}-${host}`,
        { shareId: share.id, accessType: "ip", accessTo, accessLevel: "rw" },
        { parent: this },
      );
    const location = share.exportLocations.apply(preferred);
    this.server = location.apply(([server]) => server);
    this.path = location.apply(([, path]) => path);
    this.registerOutputs({ server: this.server, path: this.path });
  }
}

/**
 * Server and path of the export that the cloud prefers, or of the first one.
 *
 * @throws pulumi.RunError when there is none by which NFS is mounted
 */
export function preferred(
  locations: readonly { readonly path: string; readonly preferred: string }[],
): readonly [server: string, path: string] {
  const { path } = locations.find(({ preferred }) => preferred.toLowerCase() === "true") ??
    locations[0] ?? { path: "" };
  const [, server, exported] = /^([^/]+):(\/[^/].*)$/.exec(path) ?? [];
  if (server === undefined || exported === undefined)
    throw new pulumi.RunError(`a share of Manila has no export of NFS: ${path || "none at all"}`);
  return [server, exported];
}
