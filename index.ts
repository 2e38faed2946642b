import { buildBaseOf, buildEstate } from "./stacks/layers.ts";
import { loadBase } from "./stacks/load.ts";
import { withoutSourceMaps } from "./stacks/stackTraces.ts";

withoutSourceMaps();
const base = loadBase();
/** One of the two kinds of stack: its outputs; its name and its providers are for what is added below. */
const stack = await (base ? buildBaseOf(base) : buildEstate());

export default stack.outputs;
