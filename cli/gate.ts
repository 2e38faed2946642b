/**
 * A gate of a host, run by the engine: `node cli/gate.ts ready | check | drain`, with HOST, SERVER_ID and STACK in the
 * environment. It ends with 0, or says what is wrong, why, and what to do, and ends with 1.
 */
import { keepCompiled } from "../local/compile-cache.ts";

keepCompiled();
await import("./gate/main.ts");
