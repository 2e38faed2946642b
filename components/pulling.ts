import * as pulumi from "@pulumi/pulumi";

/** Where an object of Kubernetes has its pods' specification, by type. */
const places: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^kubernetes:core\/v1:Pod$/, ["spec"]],
  [/^kubernetes:core\/v1:ReplicationController$/, ["spec", "template", "spec"]],
  [/^kubernetes:apps\/v1:(Deployment|DaemonSet|StatefulSet|ReplicaSet)$/, ["spec", "template", "spec"]],
  [/^kubernetes:batch\/v1:Job$/, ["spec", "template", "spec"]],
  [/^kubernetes:batch\/v1:CronJob$/, ["spec", "jobTemplate", "spec", "template", "spec"]],
];

interface PodSpec {
  readonly imagePullSecrets?: pulumi.Input<readonly pulumi.Input<object>[]>;
}

/** The same object with pods that pull with a Secret, after those that they name themselves; nothing for one that has no pods. */
export function pullingWith(secret: string, type: string, props: object): object | undefined {
  const [, place] = places.find(([pattern]) => pattern.test(type)) ?? [];
  return place && changedAt(props, place, secret);
}

/** Only what is known later stays known later: the rest is shown in previews. */
// biome-ignore lint/suspicious/noExplicitAny: an object of Kubernetes, of which any part may be known later
function changedAt(value: any, place: readonly string[], secret: string): any {
  const [key, ...rest] = place;
  if (pulumi.Output.isInstance(value) || value instanceof Promise)
    return pulumi.output(value).apply((known) => changedAt(known, place, secret));
  if (key !== undefined) return { ...value, [key]: changedAt(value?.[key], rest, secret) };
  return { ...value, imagePullSecrets: named((value as PodSpec | undefined)?.imagePullSecrets, secret) };
}

function named(others: PodSpec["imagePullSecrets"], secret: string) {
  const own = { name: secret };
  return others === undefined ? [own] : pulumi.output(others).apply((known) => [...known, own]);
}
