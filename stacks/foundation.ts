import * as openstack from "@pulumi/openstack";
import type * as pulumi from "@pulumi/pulumi";
import { KeyPair } from "../components/keyPair.ts";
import { type Base, buildBase, type Held } from "./base.ts";
import type { EstateFacts } from "./facts.ts";
import { givenBase, type PublishedBase } from "./publishedBase.ts";
import type { EstateSecrets } from "./secrets.ts";

/** What outlives every server. */
export interface Foundation extends Base {
  readonly provider: openstack.Provider;
  /** Name of the key pair in nova. */
  readonly keyPair: string;
}

/**
 * The key pair, and the base.
 *
 * @param below what the stack holds already; or the base, where another stack has built it
 */
export function buildFoundation(
  facts: EstateFacts,
  secrets: pulumi.Output<EstateSecrets>,
  below: Held | PublishedBase,
): Foundation {
  const provider = openCloud();
  const options = { providers: { openstack: provider } };
  const key = new KeyPair("key", { keyName: facts.name, privateKey: secrets.apply((all) => all.sshKey) }, options);
  const base = "hosts" in below ? givenBase(facts, below) : buildBase(facts, below, options);
  const serverNeeds: Base["serverNeeds"] = (host) => [key.keyPair, ...base.serverNeeds(host)];
  return { ...base, provider, keyPair: facts.name, serverNeeds };
}

/**
 * Credentials come from the operator's environment (OS_CLOUD or OS_*), which the plugin reads. The SDK would write into the state which of
 * them this operator has, so that whoever comes with others, such as the scheduled check, would find a change.
 */
export function openCloud(): openstack.Provider {
  return new openstack.Provider("openstack", {}, { transformations: [({ opts }) => ({ props: {}, opts })] });
}
