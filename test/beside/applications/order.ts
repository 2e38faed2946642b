/** When each application was built, as the engine tells it. */
import { readFile } from "node:fs/promises";
import type { EngineEvent } from "@pulumi/pulumi/automation/events.js";

/** Places in the engine's event log. */
interface Built {
  /** Where its first object was begun. */
  readonly began: number;
  /** Where its last one was done. */
  readonly done: number;
}

/** Of the objects of Kubernetes that an update created, by the folder of the application that has them. */
export async function builtIn(log: string): Promise<Record<string, Built>> {
  const lines = (await readFile(log, "utf8")).trim().split("\n");
  const built: Record<string, Built> = {};
  for (const [at, line] of lines.entries()) {
    const { resourcePreEvent, resOutputsEvent } = JSON.parse(line) as EngineEvent;
    const { op, urn = "" } = (resourcePreEvent ?? resOutputsEvent)?.metadata ?? {};
    const [, application] = /estate:apps:(\w+)\$kubernetes:/.exec(urn) ?? [];
    if (op !== "create" || !application) continue;
    const name = application.toLowerCase();
    const { began, done } = built[name] ?? { began: at, done: at };
    built[name] = resourcePreEvent ? { began, done } : { began, done: at };
  }
  return built;
}
