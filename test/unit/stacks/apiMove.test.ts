import { expect, it } from "vitest";
import { recordedOf } from "../../../components/recorded.ts";
import { movesToVip } from "../../../stacks/apiMove.ts";
import { deriveFacts } from "../../../stacks/facts.ts";
import { behindVip, estate } from "./fixtures.ts";

const facts = deriveFacts(estate(behindVip));
const direct = deriveFacts(estate());

const urn = (type: string, name: string) => `urn:pulumi:s::p::x$${type}::${name}`;
const ready = { [urn("command:local:Command", "orchestrator-02-ready")]: { outputs: {} } };
const port = { [urn("openstack:networking/port:Port", "api-port")]: { outputs: { allFixedIps: ["10.20.0.9"] } } };
const record = (...records: readonly string[]) => ({
  [urn("openstack:dns/recordSet:RecordSet", "dns-api.internal")]: { outputs: { records } },
});

it.each([
  ["there is no server yet: nothing else could be led to", {}, false],
  ["the first update was stopped before any server was ready", { ...port, ...record("10.20.0.9") }, false],
  ["the names lead to the servers", { ...ready, ...record("10.20.0.11", "10.20.0.12") }, true],
  ["a move was stopped after the address was made", { ...ready, ...port, ...record("10.20.0.11") }, true],
  ["the names lead to the VIP", { ...ready, ...port, ...record("10.20.0.9") }, false],
])("%s", (_, state, moves) => {
  expect(movesToVip(facts, recordedOf(state))).toBe(moves);
});

it("without a VIP nothing moves to one, nor where nobody says what there is", () => {
  expect(movesToVip(direct, recordedOf({ ...ready, ...record("10.20.0.11") }))).toBe(false);
  expect(movesToVip(facts, undefined)).toBe(false);
});
