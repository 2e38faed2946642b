/** How a host is, from what the state holds of it: up only when everything says so. */
import { expect, it } from "vitest";
import { readMap } from "../../../cli/map/read.ts";
import { readState } from "../../../cli/map/state.ts";
import { type ExportedState, remove, resource, stateOf } from "./states.ts";

const host = "bbb-01";
const built = await stateOf("six hosts");
const command = (state: ExportedState, gate: string) => resource(state, "Command", `${host}-${gate}`);
const server = (state: ExportedState) => resource(state, "Instance", host);

function healthAfter(change: (state: ExportedState) => void): string {
  const state = structuredClone(built);
  change(state);
  const map = readMap(readState("test", state));
  const found = map.hosts.find(({ name }) => name === host);
  for (const other of map.hosts.filter((one) => one !== found)) expect(other.health, other.name).toBe("up");
  return `${found?.health}: ${found?.reason}`;
}

it.each<[string, string, (state: ExportedState) => void]>([
  ["with all that it needs", "up", () => undefined],
  [
    "whose floating IP does not lead to it",
    "degraded",
    (state) => remove(state, "FloatingIpAssociate", `${host}-floating-ip-association`),
  ],
  ["whose server is not seen to join", "unknown", (state) => remove(state, "Command", `${host}-ready`)],
  [
    "whose gate was opened by another server",
    "unknown",
    (state) => {
      command(state, "ready").inputs.triggers = ["another"];
      command(state, "ready").outputs.triggers = ["another"];
    },
  ],
  [
    "whose gate is gone, with another server since",
    "unknown",
    (state) => {
      Object.assign(command(state, "ready"), { pendingReplacement: true });
      server(state).id = "another";
    },
  ],
  [
    "that is about to be drained",
    "draining",
    (state) => {
      Object.assign(command(state, "ready"), { pendingReplacement: true });
    },
  ],
  [
    "that is being drained",
    "draining",
    (state) => {
      remove(state, "Command", `${host}-ready`);
      state.deployment.pending_operations.push({ type: "deleting", resource: command(state, "drain") });
    },
  ],
  [
    "that is drained",
    "draining",
    (state) => {
      for (const gate of ["ready", "drain"]) Object.assign(command(state, gate), { pendingReplacement: true });
    },
  ],
  ["whose server is to be deleted", "draining", (state) => void Object.assign(server(state), { delete: true })],
  [
    "whose server is being deleted",
    "draining",
    (state) => {
      state.deployment.pending_operations.push({ type: "deleting", resource: server(state) });
    },
  ],
  [
    "whose server is deleted for the next one",
    "down",
    (state) => {
      Object.assign(server(state), { pendingReplacement: true });
    },
  ],
  ["without a server", "down", (state) => remove(state, "Instance", host)],
  [
    "whose server the cloud says is off",
    "down",
    (state) => {
      server(state).outputs.powerState = "shutoff";
    },
  ],
])("a host %s is %s", (_, health, change) => {
  expect(healthAfter(change)).toMatch(new RegExp(`^${health}: its? `));
});

it("an operation that is not a deletion takes nobody down", () => {
  const updating = (state: ExportedState) =>
    state.deployment.pending_operations.push({ type: "updating", resource: server(state) });
  expect(healthAfter(updating)).toMatch(/^up:/);
});

it("a new copy counts, not the old one that is to be deleted", () => {
  const twice = (state: ExportedState) =>
    state.deployment.resources.unshift({ ...server(state), id: "old", delete: true });
  expect(healthAfter(twice)).toMatch(/^up:/);
});
