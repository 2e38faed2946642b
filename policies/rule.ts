import type {
  PolicyConfigSchema,
  PolicyResource,
  ResourceValidationArgs,
  ResourceValidationPolicy,
  StackValidationPolicy,
} from "@pulumi/policy";

/** What a rule found: the word by which an allow-list names it, and a message with the cure. */
export interface Violation {
  readonly what: string;
  readonly message: string;
  /** Of a rule of the stack: the resource that it is about, if it is one. */
  readonly urn?: string;
}

/** A resource as a rule of one resource sees it. */
export type Judged = Pick<ResourceValidationArgs, "type" | "name" | "props" | "opts">;

interface Described {
  readonly name: string;
  readonly description: string;
  /** @default mandatory */
  readonly level?: "advisory" | "mandatory";
  /** What the entries of its allow-list are. */
  readonly allows: string;
  /** What is allowed where no configuration says otherwise. @default nothing */
  readonly excepted?: readonly string[];
}

interface ResourceRule extends Described {
  readonly find: (resource: Judged) => readonly Violation[];
}

interface StackRule extends Described {
  readonly find: (resources: readonly PolicyResource[]) => readonly Violation[];
}

/** A rule that looks at each resource by itself. */
export function resourceRule({ find, ...described }: ResourceRule): ResourceValidationPolicy {
  return {
    ...head(described),
    validateResource: (resource, report) => {
      for (const { what, message } of find(resource)) if (!isAllowed(what, resource, described)) report(message);
    },
  };
}

/** A rule that looks at how resources depend on each other. */
export function stackRule({ find, ...described }: StackRule): StackValidationPolicy {
  return {
    ...head(described),
    validateStack: (stack, report) => {
      for (const { what, message, urn } of find(stack.resources))
        if (!isAllowed(what, stack, described)) report(message, urn);
    },
  };
}

/** Levels and exceptions of every rule can be set with `--policy-pack-config`, as policies/README.md says. */
function head({ name, description, level = "mandatory", allows, excepted = [] }: Described) {
  const allow = {
    type: "array" as const,
    items: { type: "string" as const },
    default: [...excepted],
    description: allows,
  };
  const configSchema: PolicyConfigSchema = { properties: { allow } };
  return { name, description, enforcementLevel: level, configSchema };
}

/** An entry that ends with `*` allows whatever begins so. */
function isAllowed(
  what: string,
  { getConfig }: Pick<ResourceValidationArgs, "getConfig">,
  { excepted = [] }: Described,
): boolean {
  const { allow = excepted } = getConfig<{ allow?: readonly string[] }>();
  return allow.some((entry) => (entry.endsWith("*") ? what.startsWith(entry.slice(0, -1)) : what === entry));
}

/** In a preview the values of what is yet to be made are unknown, and reading one throws: what nobody knows is not judged. */
export function known<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
