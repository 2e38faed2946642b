import * as openstack from "@pulumi/openstack";
import * as pulumi from "@pulumi/pulumi";
import type { OpenStack } from "../local/openstack-client/client.ts";
import { removeLeftBehind } from "./leftBehind.ts";

export interface RecordSetArgs {
  /** Id of the zone. Changing it replaces the record set, deleted first. */
  readonly zoneId: pulumi.Input<string>;
  /** With its last dot. Changing it replaces the record set. */
  readonly name: pulumi.Input<string>;
  /** Changing it replaces the record set. */
  readonly type: "A" | "PTR";
  /** Changed in place. */
  readonly records: pulumi.Input<pulumi.Input<string>[]>;
}

/** Seconds that a resolver may keep a record: short, because addresses move with hosts that are added or removed. */
const ttl = 60;

/** How often a zone or a record set is made where Designate does not bring it to its name servers. */
const attempts = 3;

/**
 * Zones and record sets that survive a name server which is slow or away. The provider writes one down only when Designate calls it
 * ACTIVE; if that fails, it stays in Designate, in no state, and every later attempt is refused: duplicate. So what a failed attempt left
 * behind is taken away, told by its description, and the attempt made again.
 */
export class Designate {
  readonly #shared: { readonly ttl: number; readonly description: string };
  readonly #options: pulumi.CustomResourceOptions;

  /** @param name of the component that the names are part of; two of a stack must not have the same */
  constructor(name: string, parent: pulumi.Resource) {
    const description = `estate ${pulumi.getProject()}/${pulumi.getStack()}`;
    const hook = new pulumi.ErrorHook(`${name}-left-behind`, async ({ failedOperation, newInputs = {}, errors }) => {
      if (failedOperation !== "create") return false;
      const { zoneId, name, type } = newInputs as Partial<Record<string, string>>;
      const left = zoneId ? { name, type, description } : { name, description };
      const removed = await removeLeftBehind(await connectEnvironment(), zoneId, left);
      return removed && errors.length < attempts;
    });
    this.#shared = { ttl, description };
    this.#options = { parent, deleteBeforeReplace: true, hooks: { onError: [hook] } };
  }

  /** @param zone its name, without the last dot. Changing it replaces the zone */
  zone(name: string, zone: string, email: string): openstack.dns.Zone {
    return new openstack.dns.Zone(name, { ...this.#shared, name: `${zone}.`, email }, this.#options);
  }

  /** @param after it is made, and changed, after these */
  recordSet(name: string, args: RecordSetArgs, after: readonly pulumi.Resource[] = []): openstack.dns.RecordSet {
    const options = { ...this.#options, dependsOn: [...after] };
    return new openstack.dns.RecordSet(name, { ...this.#shared, ...args }, options);
  }
}

/** Read when it is needed: an update in which nothing fails asks the cloud nothing here. */
async function connectEnvironment(): Promise<OpenStack> {
  const { connect } = await import("../local/openstack-client/client.ts");
  const { findCloud } = await import("../cli/credentials.ts");
  return connect(await findCloud(process.env));
}
