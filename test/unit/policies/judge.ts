import type {
  Policies,
  PolicyResource,
  ResourceValidationArgs,
  ResourceValidationPolicy,
  StackValidationArgs,
  StackValidationPolicy,
} from "@pulumi/policy";

export type Rule = Policies[number];

/** A resource as a test writes it: what it leaves out is empty. */
export interface Given {
  readonly type: string;
  readonly name?: string;
  readonly props?: Readonly<Record<string, unknown>>;
  readonly opts?: Readonly<Record<string, unknown>>;
  /** Names of resources on which it depends. */
  readonly dependsOn?: readonly string[];
  /** Names of resources by whose ids it is triggered. */
  readonly triggers?: readonly string[];
  /** Of a rule: the name of the security group whose id it is made with. */
  readonly group?: string;
}

/** What a rule says of a resource, or of a stack. @param config of the rule, as a stack gives it */
export async function judge(rule: Rule, given: Given | readonly Given[], config: object = {}): Promise<string[]> {
  const found: string[] = [];
  const told = (message: string) => void found.push(message);
  const resources = resourcesOf([given].flat());
  const getConfig = () => config;
  if (isOfStack(rule)) {
    await rule.validateStack({ resources, getConfig } as unknown as StackValidationArgs, told);
    return found;
  }
  for (const resource of resources)
    for (const check of [(rule as ResourceValidationPolicy).validateResource ?? []].flat())
      await check({ ...resource, getConfig } as unknown as ResourceValidationArgs, told);
  return found;
}

function isOfStack(rule: Rule): rule is StackValidationPolicy {
  return "validateStack" in rule;
}

function resourcesOf(given: readonly Given[]): PolicyResource[] {
  const urnOf = (name: string) => `urn:pulumi:test::estate::${name}`;
  const named = (names: readonly string[] = []) => names.map((name) => ({ urn: urnOf(name) }));
  return given.map(({ type, name = "it", props = {}, opts = {}, dependsOn, triggers, group }) => ({
    ...{ type, name, urn: urnOf(name), props, opts, dependencies: named(dependsOn) },
    propertyDependencies: {
      ...(triggers ? { triggers: named(triggers) } : {}),
      ...(group ? { securityGroupId: named([group]) } : {}),
    },
  })) as unknown as PolicyResource[];
}

export const types = {
  ...{ server: "openstack:compute/instance:Instance", rule: "openstack:networking/secGroupRule:SecGroupRule" },
  ...{ group: "openstack:networking/secGroup:SecGroup", listener: "openstack:loadbalancer/listener:Listener" },
  ...{ port: "openstack:networking/port:Port", network: "openstack:networking/network:Network" },
  ...{ gate: "command:local:Command", volume: "openstack:blockstorage/volume:Volume" },
  ...{ deployment: "kubernetes:apps/v1:Deployment", claim: "kubernetes:core/v1:PersistentVolumeClaim" },
} as const;

/** A workload with one container. */
export function workload(container: object, name = "web", namespace = "estate"): Given {
  const spec = { template: { metadata: { labels: { app: name } }, spec: { containers: [container] } } };
  return { type: types.deployment, name, props: { metadata: { name, namespace }, spec } };
}
