/** What a token may do, by the rules of its policies. */
export interface Allowed {
  /** Whether it has a right, `read` or `write`, on a node, a service, a key, ACLs. */
  may(resource: "node" | "service" | "key" | "acl", name: string, right: "read" | "write"): boolean;
}

/**
 * Consul's rules, as far as the estate writes them: an exact rule counts before one for a prefix, of which the longest counts; what
 * none names is refused.
 *
 * @source Consul's documentation, "ACL rules reference"
 */
export function allowedBy(rules: string): Allowed {
  const parsed = [...rules.matchAll(/^(\w+?)(_prefix)? "([^"]*)" \{ policy = "(read|write)" \}$/gm)].map(
    ([, resource, prefix, name = "", policy]) => ({ resource, exact: prefix === undefined, name, policy }),
  );
  if (parsed.length !== rules.trim().split("\n").length) throw new Error(`rules that are none: ${rules}`);
  return {
    may: (resource, name, right) => {
      const own = parsed.filter((rule) => rule.resource === resource);
      const exact = own.find((rule) => rule.exact && rule.name === name);
      const prefixes = own.filter((rule) => !rule.exact && name.startsWith(rule.name));
      const rule = exact ?? prefixes.sort((a, b) => b.name.length - a.name.length)[0];
      return rule !== undefined && (rule.policy === "write" || right === "read");
    },
  };
}

export const everything: Allowed = { may: () => true };
export const nothing: Allowed = { may: () => false };
