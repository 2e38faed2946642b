import { randomUUID } from "node:crypto";
import { Refused } from "./fake-catalogue.ts";
import { type Allowed, allowedBy, everything, nothing } from "./fake-rules.ts";

interface Policy {
  readonly ID: string;
  readonly Name: string;
  readonly Description: string;
  readonly Rules: string;
}

interface Token {
  readonly AccessorID: string;
  readonly SecretID: string;
  readonly Description: string;
  readonly Policies: readonly { readonly Name: string }[];
}

const anonymous = "00000000-0000-0000-0000-000000000002";
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Policies and tokens. It refuses whatever nobody allows, as `default_policy` says. */
export class FakeAcl {
  readonly policies = new Map<string, Policy>();
  readonly tokens = new Map<string, Token>();
  /** Requests that changed something. */
  writes = 0;

  constructor(management: string) {
    const Policies = [{ Name: "global-management" }];
    const [AccessorID, Description] = [randomUUID(), "Initial Management Token"];
    this.tokens.set(AccessorID, { AccessorID, SecretID: management, Description, Policies });
    this.tokens.set(anonymous, {
      AccessorID: anonymous,
      SecretID: "anonymous",
      Description: "Anonymous Token",
      Policies: [],
    });
  }

  /** What a token may do. @throws Refused where nobody knows it */
  of(secret: string): Allowed {
    if (secret === "") return nothing;
    const token = [...this.tokens.values()].find(({ SecretID }) => SecretID === secret);
    if (!token) throw new Refused(403, "ACL not found");
    const names = token.Policies.map(({ Name }) => Name);
    if (names.includes("global-management")) return everything;
    const rules = [...this.policies.values()]
      .filter(({ Name }) => names.includes(Name))
      .map(({ Rules }) => allowedBy(Rules));
    return { may: (...what) => rules.some((one) => one.may(...what)) };
  }

  read(allowed: Allowed, path: string): unknown {
    need(allowed, "read");
    if (path === "/v1/acl/policies") return [...this.policies.values()].map(({ Rules: _, ...listed }) => listed);
    if (path === "/v1/acl/tokens") return [...this.tokens.values()];
    const [, id = ""] = /^\/v1\/acl\/policy\/([^/]+)$/.exec(path) ?? [];
    const policy = this.policies.get(id);
    if (!policy) throw new Refused(404, "Requested policy does not exist");
    return policy;
  }

  write(allowed: Allowed, method: string, path: string, text: string): unknown {
    need(allowed, "write");
    this.writes += 1;
    const [, kind, id] = /^\/v1\/acl\/(policy|token)(?:\/([^/]+))?$/.exec(path) ?? [];
    if (method === "DELETE") return this.tokens.delete(id ?? "");
    const body = JSON.parse(text);
    return kind === "policy" ? this.#policy(id, body) : this.#token(id, body);
  }

  #policy(id: string | undefined, body: Omit<Policy, "ID">): Policy {
    if (id === undefined && [...this.policies.values()].some(({ Name }) => Name === body.Name))
      throw new Refused(500, `Invalid Policy: A Policy with Name "${body.Name}" already exists`);
    allowedBy(body.Rules);
    const policy = { ...body, ID: id ?? randomUUID() };
    this.policies.set(policy.ID, policy);
    return policy;
  }

  #token(id: string | undefined, body: Token): Token {
    const before = this.tokens.get(id ?? "");
    if (id !== undefined && !before) throw new Refused(404, "Cannot find token to update");
    // both are what they were made with
    const token = { ...body, AccessorID: id ?? body.AccessorID, SecretID: before?.SecretID ?? body.SecretID };
    if (!uuid.test(token.AccessorID) || !uuid.test(token.SecretID))
      throw new Refused(500, "Invalid Token: not a valid UUID");
    for (const { Name } of token.Policies)
      if (![...this.policies.values()].some((policy) => policy.Name === Name))
        throw new Refused(500, `No such ACL policy with name "${Name}"`);
    this.tokens.set(token.AccessorID, token);
    return token;
  }
}

function need(allowed: Allowed, right: "read" | "write"): void {
  if (!allowed.may("acl", "", right))
    throw new Refused(403, `Permission denied: token lacks permission 'acl:${right}'`);
}
