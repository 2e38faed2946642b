import { open } from "node:fs/promises";
import type { EngineEvent, PolicyEvent } from "@pulumi/pulumi/automation/events.js";
import { urnParts } from "../../stacks/urn.ts";
import { isShown, type Step, server, stepOf } from "./step.ts";

/** Something the engine is at. */
export interface Operation {
  /** `create`, `delete-replaced` and the like. */
  readonly op: string;
  readonly type: string;
  /** Logical name of the resource. */
  readonly name: string;
}

/** An error, and the resource that it is of, if it is of one. */
export interface EngineError {
  readonly name?: string;
  readonly message: string;
}

/** What the engine told of an update, until now. */
export interface EngineView {
  readonly running: readonly Operation[];
  /** Every operation that was begun, but looks. */
  readonly begun: readonly Operation[];
  readonly failed: readonly Operation[];
  readonly errors: readonly EngineError[];
}

/** What a rule of a policy pack found. */
export interface Finding {
  readonly level: "advisory" | "mandatory";
  readonly pack: string;
  readonly policy: string;
  /** Logical name of the resource, if it is of one. */
  readonly name?: string;
  readonly message: string;
}

/** What the engine told that makes a plan. */
export interface PlanView {
  /** Every change, in the order in which it was told. */
  readonly steps: readonly Step[];
  /** How many resources stay as they are; components are not counted. */
  readonly unchanged: number;
  readonly findings: readonly Finding[];
  readonly errors: readonly EngineError[];
  /** Why the orchestrator did not answer the engine: then nobody looked at what is in it. */
  readonly silentOrchestrator?: string | undefined;
}

/** As the provider of Kubernetes says it, as a warning or as an error. */
const unreachable = /Kubernetes cluster is unreachable:?\s*(.*)/;

/** Reads the engine's event log while it is written. */
export class EventLog implements EngineView, PlanView {
  readonly steps: Step[] = [];
  readonly findings: Finding[] = [];
  unchanged = 0;
  silentOrchestrator: string | undefined;
  readonly begun: Operation[] = [];
  readonly failed: Operation[] = [];
  readonly errors: EngineError[] = [];
  readonly #file: string;
  readonly #running = new Map<string, Operation>();
  #offset = 0;
  #rest = "";

  constructor(file: string) {
    this.#file = file;
  }

  get running(): readonly Operation[] {
    return [...this.#running.values()];
  }

  /** Takes in what came since the last time. The engine makes the file when it begins. */
  async read(): Promise<void> {
    const file = await open(this.#file).catch(() => undefined);
    if (!file) return;
    try {
      const { size } = await file.stat();
      const { buffer, bytesRead } = await file.read(
        Buffer.alloc(size - this.#offset),
        0,
        size - this.#offset,
        this.#offset,
      );
      this.#offset += bytesRead;
      const lines = (this.#rest + buffer.toString("latin1", 0, bytesRead)).split("\n");
      this.#rest = lines.pop() ?? "";
      // whole lines only: a character of several bytes is never cut
      for (const line of lines) this.add(JSON.parse(Buffer.from(line, "latin1").toString("utf8")) as EngineEvent);
    } finally {
      await file.close();
    }
  }

  add(event: EngineEvent): void {
    const { resourcePreEvent, resOutputsEvent, resOpFailedEvent, diagnosticEvent, policyEvent } = event;
    this.#plan(event);
    if (policyEvent) this.findings.push(findingOf(policyEvent));
    const { metadata } = resourcePreEvent ?? resOutputsEvent ?? resOpFailedEvent ?? {};
    if (metadata && metadata.op !== "same") {
      const { op, type, urn } = metadata;
      const operation = { op, type, name: urnParts(urn).name };
      if (resourcePreEvent) this.#begin(urn, operation);
      else this.#running.delete(urn);
      if (resOpFailedEvent) this.failed.push(operation);
    }
    this.silentOrchestrator ??= unreachable.exec(diagnosticEvent?.message ?? "")?.[1];
    if (diagnosticEvent?.severity !== "error") return;
    const { urn, message } = diagnosticEvent;
    this.errors.push({ ...(urn ? { name: urnParts(urn).name } : {}), message: message.trim() });
  }

  #plan({ resourcePreEvent, resOutputsEvent, resOpFailedEvent }: EngineEvent): void {
    const { metadata } = resourcePreEvent ?? resOutputsEvent ?? resOpFailedEvent ?? {};
    if (!metadata || !isShown(metadata)) return;
    const step = stepOf(metadata, resourcePreEvent ? "begins" : resOutputsEvent ? "ends" : "fails");
    if (step.op !== "same") this.steps.push(step);
    else if (step.managed && resourcePreEvent) this.unchanged += 1;
  }

  #begin(urn: string, operation: Operation): void {
    this.begun.push(operation);
    // it says that a replacement begins, and does nothing
    if (operation.op !== "replace") this.#running.set(urn, operation);
  }
}

function findingOf({ enforcementLevel, policyPackName: pack, policyName: policy, ...event }: PolicyEvent): Finding {
  const { resourceUrn, message } = event;
  return {
    // the typings say `warning`, the engine `advisory`
    ...{ level: enforcementLevel === "mandatory" ? "mandatory" : "advisory", pack, policy, message: message.trim() },
    ...(resourceUrn ? { name: urnParts(resourceUrn).name } : {}),
  };
}

/** Hosts that an update changes, from the events of its preview. */
export function hostsToChange({ begun }: Pick<EngineView, "begun">): string[] {
  const changes = begun.filter(({ type, op }) => type === server && ["create", "replace", "delete"].includes(op));
  return [...new Set(changes.map(({ name }) => name))].sort();
}
