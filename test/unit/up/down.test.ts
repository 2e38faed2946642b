import { expect, it } from "vitest";
import { downOf } from "../../../cli/up/down.ts";
import { downEnvironment, downHosts } from "../../../components/downHosts.ts";
import { deriveFacts } from "../../../stacks/facts.ts";
import { node } from "../gate/fakes.ts";
import { estate } from "../stacks/fixtures.ts";

it("hosts that are out of service are told with the reason, but not the orchestrator's servers, nor what an operator has cordoned", () => {
  const { pools } = deriveFacts(estate());
  const nodes = [
    node("orchestrator-01", { ready: false }),
    node("bbb-01", { ready: false }),
    node("bbb-02", { cordoned: true }),
  ];
  expect(downOf(pools, nodes)).toEqual([
    { host: "bbb-01", why: "its node is not Ready" },
    { host: "worker-01", why: "it has no node" },
  ]);
});

it("the program is told of them by their names, and of nothing where all serve", () => {
  expect([...downHosts(downEnvironment(["bbb-01", "worker-01"]))]).toEqual(["bbb-01", "worker-01"]);
  expect(downEnvironment([])).toEqual({});
  expect(downHosts({}).size).toBe(0);
});
