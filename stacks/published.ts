import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { explain } from "./explain.ts";

const HostRow = z.object({
  role: z.string(),
  /** The DNS name others use. */
  fqdn: z.string(),
  /** The address on the estate's network. */
  fixed: z.string(),
  /** The address others are told: the floating IP where there is one. */
  announced: z.string(),
});

/**
 * What other stacks and programs may know of the estate. No secret is in it: credentials are the names of what holds them. Whoever
 * reads it takes what it knows, so that a newer estate may say more.
 */
export const PublishedFacts = z.object({
  name: z.string(),
  zone: z.string(),
  api: z.object({ url: z.string(), internalUrl: z.string() }),
  versions: z.object({ k3s: z.string(), image: z.string() }),
  /** By host name. */
  hosts: z.record(z.string(), HostRow),
  /** Where images of a registry are pulled from instead, by the registry's name; hosts are told so, pods need not be. */
  registry: z.object({ mirrors: z.record(z.string(), z.array(z.string())) }),
  /** Where applications run. */
  environment: z.object({ name: z.string(), namespace: z.string() }),
  /** Where recordings are kept, as `server:path`, where the estate has a store of them. */
  recordings: z.object({ location: z.string() }).optional(),
  credentials: z.object({
    /** The secret output of the same stack that is the operator's kubeconfig. */
    kubeconfig: z.object({ output: z.string() }),
    /** What images are pulled with, where a registry has a user. */
    registry: z
      .object({
        /** The Secret, of type kubernetes.io/dockerconfigjson, in the environment's namespace: for `imagePullSecrets` of pods there. */
        secret: z.string(),
        /** By registry, the key of the same stack's configuration that its password is encrypted under. */
        passwords: z.record(z.string(), z.string()),
      })
      .optional(),
  }),
});

export type PublishedFacts = z.output<typeof PublishedFacts>;
/** A row of the hosts table, once the estate is built. */
export type HostRow = z.output<typeof HostRow>;

/** The facts of an estate that another stack builds. */
export function readFacts(reference: pulumi.StackReference): pulumi.Output<PublishedFacts> {
  return pulumi
    .all([reference.name, reference.requireOutput("facts")])
    .apply(([stack, facts]) => factsOf(stack, facts));
}

/**
 * The output `facts` of a stack, checked.
 *
 * @throws pulumi.RunError with every fact that is missing or another than this program reads
 */
export function factsOf(stack: string, facts: unknown): PublishedFacts {
  return checkPublished(PublishedFacts, stack, facts);
}

/** What a stack says of itself, checked. @throws pulumi.RunError with all that is missing or another than this program reads */
export function checkPublished<Value>(schema: z.ZodType<Value>, stack: string, said: unknown): Value {
  const result = schema.safeParse(said);
  if (result.success) return result.data;
  const title = `The facts of the stack ${stack} are not those that this program reads; run 'pulumi up' there with the same release:`;
  throw new pulumi.RunError([title, ...explain(result.error.issues).map((line) => `  ${line}`)].join("\n"));
}
