import { OpenstackError } from "../../local/openstack-client/error.ts";
import { NotInCatalog } from "../../local/openstack-client/token.ts";

/** What the cloud answered, or why it does not say. */
export type Answer<Value> = { readonly value: Value } | { readonly unknown: string };

/** Statuses of a missing right: application credentials with access rules give 401, neutron hides what one may not see. */
const refusals = [401, 403, 404];

/** A refusal, and a service that is not there, are answers too. Throws what else goes wrong: then the cloud cannot be asked. */
export async function ask<Value>(request: Promise<Value>): Promise<Answer<Value>> {
  try {
    return { value: await request };
  } catch (error) {
    const refused = error instanceof OpenstackError && refusals.includes(error.status);
    if (refused || error instanceof NotInCatalog) return { unknown: error.message };
    throw error;
  }
}

/** What follows from several answers; unknown when one of them is. */
export function combine<Values extends Readonly<Record<string, unknown>>, Result>(
  answers: { readonly [Key in keyof Values]: Answer<Values[Key]> },
  make: (values: Values) => Result,
): Answer<Result> {
  const values: Record<string, unknown> = {};
  for (const [key, answer] of Object.entries<Answer<unknown>>(answers)) {
    if ("unknown" in answer) return answer;
    values[key] = answer.value;
  }
  return { value: make(values as Values) };
}
