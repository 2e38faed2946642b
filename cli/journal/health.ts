import { gateOf, type State, type Step } from "./entry.ts";

/** How a host is, in one word. Unknown is never up. */
export type Health = "up" | "degraded" | "draining" | "down" | "unknown";

/** While a step is done, and when it failed. What nobody looked at is unknown. */
const words: Readonly<Record<Step, readonly [Health, Health]>> = {
  up: ["unknown", "unknown"],
  drain: ["unknown", "unknown"],
  hold: ["unknown", "unknown"],
  meetings: ["draining", "degraded"],
  "leave-etcd": ["draining", "degraded"],
  cordon: ["draining", "degraded"],
  evict: ["draining", "degraded"],
  remove: ["draining", "down"],
  stop: ["draining", "down"],
  ready: ["down", "unknown"],
  join: ["down", "down"],
  // it has joined, and is not proven yet
  soak: ["degraded", "degraded"],
  probe: ["degraded", "degraded"],
  admit: ["degraded", "degraded"],
};

/** How a host is by the last that its gates wrote of it. */
export function healthOf(step: Step, state: State): Health {
  const ready = gateOf(step) === "ready";
  if (state === "done") return ready ? "up" : "down";
  return words[step][state === "failed" ? 1 : 0];
}
