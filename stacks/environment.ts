/** Where applications of the estate run in the orchestrator. */
export const environment = { namespace: "estate" } as const;
