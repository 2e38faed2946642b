import { spoolServer } from "./server.ts";

const { SPOOL_STORE: store, SPOOL_PORT: port } = process.env;
if (!store || !port) throw new Error("SPOOL_STORE (the folder of the store) and SPOOL_PORT must be set");

const server = spoolServer(store).listen(Number(port));
for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => server.close());
