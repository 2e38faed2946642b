/**
 * Database and Redis answer, and no migration is missing: people are not sent to a pod that lacks them. Mail server and meetings are
 * left out by the environment. /health_check asks for neither TLS nor the portal's name.
 */
export const ready = {
  ...{ httpGet: { path: "/health_check", port: "http" }, timeoutSeconds: 10, periodSeconds: 10, failureThreshold: 3 },
};

/** It listens. That something else is away is no reason to start it anew: no probe that does so asks for it. */
const listens = { tcpSocket: { port: "http" }, timeoutSeconds: 5 };
export const alive = { ...listens, periodSeconds: 20, failureThreshold: 6 };
/** Rails loads all of the program before it listens: three minutes, where processors are busy. */
export const started = { ...listens, periodSeconds: 5, failureThreshold: 36 };
