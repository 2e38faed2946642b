/**
 * Hosts that are out of service, as `estate up` found them: those are the first of their pool to be replaced, since no gate begins another
 * beside them. A plain `pulumi up` has not asked, and keeps to the order of the document. It changes the order, and nothing in the state.
 */
export function downHosts({ ESTATE_DOWN = "" }: NodeJS.ProcessEnv): ReadonlySet<string> {
  return new Set(ESTATE_DOWN.split(",").filter(Boolean));
}

/** What tells the program of them. */
export function downEnvironment(hosts: readonly string[]): Readonly<Record<string, string>> {
  return hosts.length > 0 ? { ESTATE_DOWN: hosts.join(",") } : {};
}
