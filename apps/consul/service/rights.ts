import type { Consul } from "./client.ts";

/** A token of ours. */
export interface Token {
  /** Its public name. */
  readonly accessor: string;
  readonly secret: string;
  /** Begins with `estate: `, by which ours are known. */
  readonly description: string;
  /** The name of its policy. */
  readonly policy: string;
}

/** Who may do what: the file of it. */
export interface Rights {
  /** The token that may change all this. */
  readonly management: string;
  /** Rules by the name of the policy. */
  readonly policies: Readonly<Record<string, string>>;
  readonly tokens: readonly Token[];
}

const ours = "estate: ";

/** Reads them from the text of the file. @throws Error if it is not whole; no value is in it */
export function readRights(text: string): Rights {
  let rights: Partial<Rights>;
  try {
    rights = JSON.parse(text) as Partial<Rights>;
  } catch {
    throw new Error("the rights are no JSON");
  }
  const { management, policies, tokens } = rights;
  if (!management || !policies || !Array.isArray(tokens) || tokens.length === 0)
    throw new Error("the rights are not whole: they want management, policies and tokens");
  return { management, policies, tokens };
}

type Listed = { readonly ID: string; readonly Name: string };
type Policy = { readonly Rules: string };
type Known = {
  readonly AccessorID: string;
  readonly Description: string;
  readonly Policies: readonly { readonly Name: string }[] | null;
};

/** Makes Consul know them: policies first, which tokens name. What it did is told, without a secret; where all is so, nothing is written. */
export async function permit(consul: Consul, { policies, tokens }: Rights): Promise<string[]> {
  return [...(await permitPolicies(consul, policies)), ...(await permitTokens(consul, tokens))];
}

async function permitPolicies(consul: Consul, policies: Rights["policies"]): Promise<string[]> {
  const listed = (await consul.get("/v1/acl/policies")) as Listed[];
  const done: string[] = [];
  for (const [name, rules] of Object.entries(policies)) {
    const body = { Name: name, Description: `${ours}what this policy's tokens may do`, Rules: rules };
    const id = listed.find(({ Name }) => Name === name)?.ID;
    if (id !== undefined && ((await consul.get(`/v1/acl/policy/${id}`)) as Policy).Rules === rules) continue;
    await consul.put(id === undefined ? "/v1/acl/policy" : `/v1/acl/policy/${id}`, body);
    done.push(`${id === undefined ? "made" : "changed"} policy ${name}`);
  }
  return done;
}

async function permitTokens(consul: Consul, tokens: readonly Token[]): Promise<string[]> {
  const listed = (await consul.get("/v1/acl/tokens")) as Known[];
  const done: string[] = [];
  for (const { accessor, secret, description, policy } of tokens) {
    const known = listed.find(({ AccessorID }) => AccessorID === accessor);
    const policies = (known?.Policies ?? []).map(({ Name }) => Name);
    if (known && policies.length === 1 && policies[0] === policy) continue;
    const body = { AccessorID: accessor, SecretID: secret, Description: description, Policies: [{ Name: policy }] };
    await consul.put(known ? `/v1/acl/token/${accessor}` : "/v1/acl/token", body);
    done.push(`${known ? "changed" : "made"} token ${accessor} (${description})`);
  }
  const wanted = new Set(tokens.map(({ accessor }) => accessor));
  for (const { AccessorID, Description } of listed) {
    if (!Description.startsWith(ours) || wanted.has(AccessorID)) continue;
    await consul.delete(`/v1/acl/token/${AccessorID}`);
    done.push(`revoked token ${AccessorID} (${Description})`);
  }
  return done;
}
