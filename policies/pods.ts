/** A container, as far as rules look at it. */
export interface Container {
  readonly name?: string;
  readonly image?: string;
  readonly resources?: { readonly limits?: Readonly<Record<string, unknown>> };
  readonly readinessProbe?: object;
  readonly livenessProbe?: object;
  readonly securityContext?: Rights;
}

interface Rights {
  readonly runAsNonRoot?: boolean;
  readonly runAsUser?: number;
  readonly privileged?: boolean;
  readonly allowPrivilegeEscalation?: boolean;
}

/** What a workload's pods are made of. */
export interface Pod {
  readonly labels: Readonly<Record<string, string>>;
  readonly containers: readonly Container[];
  readonly initContainers: readonly Container[];
  readonly securityContext: Rights;
  /** Whether its programs run until they are stopped. */
  readonly lasts: boolean;
  /** Whether they are on the network of their host itself. */
  readonly onHost: boolean;
}

interface Template {
  readonly metadata?: { readonly labels?: Readonly<Record<string, string>> };
  readonly spec?: {
    readonly containers?: readonly Container[];
    readonly initContainers?: readonly Container[];
    readonly securityContext?: Rights;
    readonly hostNetwork?: boolean;
  };
}

/** The pods of a workload; nothing of any other resource. */
export function podOf(type: string, props: Readonly<Record<string, unknown>>): Pod | undefined {
  const kind =
    /^kubernetes:(?:core|apps|batch)\/v1:(Pod|Deployment|StatefulSet|DaemonSet|ReplicaSet|Job|CronJob)$/.exec(
      type,
    )?.[1];
  if (!kind) return undefined;
  const spec = (props.spec ?? {}) as {
    readonly template?: Template;
    readonly jobTemplate?: { readonly spec?: { readonly template?: Template } };
  };
  const template =
    kind === "Pod" ? (props as Template) : kind === "CronJob" ? spec.jobTemplate?.spec?.template : spec.template;
  const {
    containers = [],
    initContainers = [],
    securityContext = {},
    hostNetwork: onHost = false,
  } = template?.spec ?? {};
  const labels = template?.metadata?.labels ?? {};
  return { labels, containers, initContainers, securityContext, lasts: !/Job$/.test(kind), onHost };
}

/** Limits that containers do not have: `web: memory`. */
export function unlimited({ containers, initContainers }: Pod): string[] {
  return [...containers, ...initContainers].flatMap(({ name = "?", resources }) =>
    ["cpu", "memory"].filter((unit) => resources?.limits?.[unit] === undefined).map((unit) => `${name}: ${unit}`),
  );
}

/** Probes that containers do not have. What ends by itself needs none. */
export function unprobed({ containers, lasts }: Pod): string[] {
  if (!lasts) return [];
  return containers.flatMap(({ name = "?", ...container }) =>
    (["readinessProbe", "livenessProbe"] as const)
      .filter((probe) => container[probe] === undefined)
      .map((probe) => `${name}: ${probe}`),
  );
}

/** Containers that may be root, or become more than they are, each with why. */
export function rooted({ containers, initContainers, securityContext: pod }: Pod): string[] {
  return [...containers, ...initContainers].flatMap(({ name = "?", securityContext: own = {} }) => {
    const { runAsNonRoot, runAsUser } = { ...pod, ...own };
    const reasons = [
      ...(runAsNonRoot === true && runAsUser !== 0 ? [] : ["may be root (runAsNonRoot: true)"]),
      ...(own.privileged ? ["is privileged (privileged: false)"] : []),
      ...(own.allowPrivilegeEscalation === false ? [] : ["may gain rights (allowPrivilegeEscalation: false)"]),
    ];
    return reasons.map((reason) => `${name} ${reason}`);
  });
}
