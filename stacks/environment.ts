/**
 * Where applications of the estate run in the orchestrator, and what holds their credentials there: names alone. The secret of the
 * registry is of type kubernetes.io/dockerconfigjson, and made by whoever has credentials; pods that pull with them name it.
 */
export const environment = { namespace: "estate", registrySecret: "registry" } as const;
