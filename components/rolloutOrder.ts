/** What decides the order in which the hosts of a pool are replaced. */
export interface RolloutOrderArgs {
  /** Names, in the order of replacement. Nothing that changes here replaces a host: it changes who waits for whom. */
  readonly hosts: readonly string[];
  /** Whether a host's server is in the state already; unknown if nobody could say. */
  readonly exists: ((host: string) => boolean) | undefined;
  /** Hosts that are replaced at the same time. */
  readonly width: number;
  /** Hosts that are out of service; these come first. Not so members: their first one founds the datastore. @default none */
  readonly down?: ((host: string) => boolean) | undefined;
  /** Members of one datastore: once there is one, others come one at a time too. */
  readonly members: boolean;
}

/** A host's place in the rollout. */
export interface Turn {
  readonly host: string;
  /** The host of the same pool that must be ready before. */
  readonly after?: string;
  /** Whether it starts its pool's rollout, and so waits for the pools before. Hosts that are yet to be made wait for nobody. */
  readonly first: boolean;
}

/**
 * Who waits for whom. A host that exists waits for the one `width` before it, which makes a change of all of them a
 * rollout; a new host waits for nobody, so that first creation and scale-out are parallel. What a host waits for stands before it.
 */
export function rolloutOrder({ hosts: given, exists, down, width, members }: RolloutOrderArgs): Turn[] {
  const early = members || !down ? [] : given.filter(down);
  const hosts = [...early, ...given.filter((host) => !early.includes(host))];
  const all = exists === undefined || (members && hosts.some(exists));
  const chain = all ? hosts : hosts.filter((host) => exists?.(host));
  return hosts.map((host) => {
    const place = chain.indexOf(host);
    const after = chain[place - width];
    return { host, ...(place >= width && after ? { after } : {}), first: place >= 0 && place < width };
  });
}
