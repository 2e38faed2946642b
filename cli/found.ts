/**
 * Brings the authorities' keys to the server that founds the orchestrator, where only the stack of the base has them: `node cli/found.ts`,
 * with HOST, ADDRESS, STACK and BASE in the environment, and the passphrase of the base. Run by the engine, once in the life of an estate.
 */
import { keepCompiled } from "../local/compile-cache.ts";

keepCompiled();
await import("./found/main.ts");
