/** Where applications of the estate run in the orchestrator, and the Secret there that pods pull images with, where registries have users. */
export const environment = { namespace: "estate", pullSecret: "registry-credentials" } as const;
