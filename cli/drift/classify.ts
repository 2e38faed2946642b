import type { Class } from "./finding.ts";

interface Rule {
  readonly type: RegExp;
  /** Of the whole path; without one the rule is for the whole resource, gone or not. */
  readonly path?: RegExp;
  readonly class: Class;
}

const openstackNames = /^openstack:/;
const kubernetes = /^kubernetes:/;

/** The first rule that fits a changed path decides. What no rule knows may stop something: outage. */
const rules: readonly Rule[] = [
  // who may come in, and with which rights
  { type: /:(SecGroup|SecGroupRule|Keypair|RbacPolicyV2)$/, path: /^(?!name$|description$|tags)/, class: "security" },
  {
    type: /:Port$/,
    path: /^(securityGroupIds|noSecurityGroups|portSecurityEnabled|allowedAddressPairs)/,
    class: "security",
  },
  { type: /:Instance$/, path: /^(securityGroups|keyPair)/, class: "security" },
  { type: /:Listener$/, path: /^allowedCidrs/, class: "security" },
  {
    type: /^kubernetes:(networking\.k8s\.io|rbac\.authorization\.k8s\.io|policy)\/.*:(?!Ingress$|PodDisruptionBudget$)/,
    path: /^(?!metadata)/,
    class: "security",
  },
  { type: /^kubernetes:core\/v1:(Secret|ServiceAccount)$/, path: /^(?!metadata)/, class: "security" },
  {
    type: kubernetes,
    path: /securityContext|serviceAccountName|hostNetwork|hostPath|^metadata\.labels\.pod-security/,
    class: "security",
  },
  // whose it is
  { type: /:Instance$/, path: /^metadata\.(estate|role)$/, class: "ownership" },
  {
    type: kubernetes,
    path: /^metadata\.(ownerReferences|finalizers|annotations\..*managed-by|labels\..*managed-by)/,
    class: "ownership",
  },
  // what people read and nothing goes by
  { type: openstackNames, path: /^(description|tags|allTags|metadata)(\W|$)/, class: "cosmetic" },
  {
    type: /:(Instance|Port|SecGroup|Network|Subnet|Router|LoadBalancer|Listener|Pool|Monitor|Member|Volume|Image)$/,
    path: /^name$/,
    class: "cosmetic",
  },
  { type: kubernetes, path: /^metadata\.(annotations|labels)/, class: "cosmetic" },
];

/** Resources whose absence opens or closes who may come in. */
const guards =
  /:(SecGroup|SecGroupRule|Keypair|NetworkPolicy|Role|ClusterRole|RoleBinding|ClusterRoleBinding|ServiceAccount|Secret)$/;

/**
 * What a difference of a managed resource means: the worst of what its paths mean.
 *
 * @param paths those that differ; none where the provider does not say
 */
export function classOf(type: string, paths: readonly string[]): Class {
  const found = paths.map(
    (path) => rules.find((rule) => rule.type.test(type) && rule.path?.test(path))?.class ?? "outage",
  );
  return worst(found.length > 0 ? found : [classOfGone(type)]);
}

/** The same for a resource that is there no more. */
export function classOfGone(type: string): Class {
  return guards.test(type) ? "security" : "outage";
}

export function worst(all: readonly Class[]): Class {
  const order: readonly Class[] = ["security", "outage", "ownership"];
  return order.find((one) => all.includes(one)) ?? "cosmetic";
}
