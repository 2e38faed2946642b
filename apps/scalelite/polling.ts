/** How the poller looks at the servers: seconds, but for counts. */
export interface Polling {
  /** POLL_INTERVAL: from the end of a look to the next one. */
  readonly interval: number;
  /** CONNECT_TIMEOUT and RESPONSE_TIMEOUT of one request; the API has them, too. */
  readonly connectTimeout: number;
  readonly responseTimeout: number;
  /** POLLER_THREADS: one less ask servers, and as many ask for meetings at the same time. */
  readonly threads: number;
  /** POLLER_WAIT_TIMEOUT: for all servers together; who has no answer by then counts for nothing in this look. */
  readonly waitTimeout: number;
  /** SERVER_UNHEALTHY_THRESHOLD: looks that must fail in a row before the poller ends all meetings of a server. */
  readonly unhealthyThreshold: number;
  /** SERVER_HEALTHY_THRESHOLD: looks that must succeed in a row before a lost server gets meetings again. */
  readonly healthyThreshold: number;
}

/** Threads that a poller of some hundred MiB can have. */
const mostThreads = 41;

/**
 * The poller's settings for so many servers. Its defaults suit four: with more, slow ones hold up the others, and the common wait ends
 * before all had a turn; and two looks a minute apart without an answer end the meetings of a server. So all servers may be slow at
 * once and each still has its turn, and a silent one has the whole grace before its meetings are ended.
 *
 * @param servers how many there are
 * @param graceSeconds seconds without an answer after which the meetings of a server are given up
 */
export function pollingFor(servers: number, graceSeconds: number): Polling {
  const [interval, connectTimeout, responseTimeout] = [10, 3, 7];
  const threads = Math.min(mostThreads, Math.max(5, servers + 1));
  const rounds = Math.max(1, Math.ceil(servers / (threads - 1)));
  return {
    ...{ interval, connectTimeout, responseTimeout, threads, healthyThreshold: 1 },
    waitTimeout: rounds * (connectTimeout + responseTimeout) + 2,
    // a look that fails at once is followed by the next one after the interval alone: that is the shortest time that looks can take
    unhealthyThreshold: Math.max(2, Math.ceil(graceSeconds / interval) + 1),
  };
}

/** Seconds from one look to the next at the longest: the poller waits five more for threads that it then ends. */
export function longestRound({ interval, waitTimeout }: Pick<Polling, "interval" | "waitTimeout">): number {
  return interval + waitTimeout + 5;
}
