import { apiPort } from "./names.ts";

/**
 * Scalelite's /health_check answers with HTTP 200 even when it fails: only its body says which. The image has Ruby, and nothing else
 * that asks by HTTP for certain. It does not look at the name that it is asked by.
 */
export function healthCheck(port = apiPort): string {
  return [
    'require "net/http"',
    `body = Net::HTTP.get(URI("http://127.0.0.1:${port}/health_check"))`,
    "warn body",
    'exit body.strip.downcase == "success"',
  ].join("; ");
}

/** Database and Redis answer, and no migration is missing: people are not sent to a pod that lacks them. */
export const apiReady = {
  ...{ exec: { command: ["ruby", "-e", healthCheck()] }, timeoutSeconds: 10, periodSeconds: 10 },
};

/** It listens. That a database is away is no reason to start it anew. */
export const apiAlive = {
  ...{ tcpSocket: { port: "api" }, initialDelaySeconds: 30, timeoutSeconds: 5, periodSeconds: 20, failureThreshold: 6 },
};

/**
 * Whether a program of the container has done anything since the last time it was asked. Poller and importer have no port, and
 * `rake liveness` takes half a minute of Rails each time. Whoever works or sleeps between two looks gives its processor back and is
 * given it again, which the kernel counts for the first thread of each process; what hangs does neither. `tini`, which wakes every
 * second, and shells, as which this runs, do not count.
 *
 * @param kept the file with what was seen the last time
 * @param proc where processes are
 */
export function progressScript(kept: string, proc = "/proc"): string {
  return [
    "seen=",
    `for one in ${proc}/[0-9]*; do`,
    '  read -r program 2>/dev/null < "$one/comm" || continue',
    '  case "$program" in tini|sh) continue;; esac',
    "  while read -r key value; do",
    '    case "$key" in *_ctxt_switches:) seen="$seen $value";; esac',
    '  done 2>/dev/null < "$one/status"',
    "done",
    `last=$(cat ${kept} 2>/dev/null)`,
    `echo "$seen" > ${kept}`,
    '[ -n "$seen" ] && [ "$seen" != "$last" ]',
  ].join("\n");
}

/**
 * It goes on: at each look it has done something since the one before, and a look is longer than its longest sleep.
 *
 * @param seconds of its longest sleep
 */
export function progressing(seconds: number) {
  const probe = (kept: string) => ({ exec: { command: ["sh", "-c", progressScript(kept)] }, timeoutSeconds: 5 });
  return {
    readinessProbe: { ...probe("/tmp/ready"), periodSeconds: 10, failureThreshold: Math.ceil(seconds / 10) + 1 },
    // each has a file of its own: one would take from the other what it saw
    livenessProbe: { ...probe("/tmp/alive"), initialDelaySeconds: 60, periodSeconds: seconds + 5, failureThreshold: 3 },
  };
}
