/** The command `estate`, as the script beside it starts it. */
import { keepCompiled } from "../local/compile-cache.ts";

keepCompiled();
await import("./main.ts");
