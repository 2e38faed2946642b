import { expect, test } from "vitest";
import { decide, type Generation, generationOf, inTransition, type ServerFacts } from "../../../local/boot/decide.ts";
import { serverOf } from "../../../local/boot/nova.ts";

const server = (status: string, task?: string): ServerFacts => ({
  ...{ id: "1", name: "a", status, updated: "", addresses: [], volumes: [] },
  ...(task && { task }),
});
const first: Generation = { boot: "b1", image: "i1" };

test.each([
  ["a new server is installed", server("ACTIVE"), first, undefined, false, "install"],
  ["one that runs is left alone", server("ACTIVE"), first, first, true, "nothing"],
  ["after a restart of the daemon it boots", server("ACTIVE"), first, first, false, "boot"],
  ["a reboot that was over at once is seen", server("ACTIVE"), { ...first, boot: "b2" }, first, true, "boot"],
  ["a rebuild is a new disk", server("ACTIVE"), { boot: "b2", image: "i2" }, first, true, "install"],
  ["stopped", server("SHUTOFF"), first, first, true, "stop"],
  ["stopped already", server("SHUTOFF"), first, first, false, "nothing"],
  ["nova gave up", server("ERROR"), first, first, true, "stop"],
  ["nova is busy", server("REBOOT"), { ...first, boot: "b2" }, first, true, "nothing"],
  ["nova is about to act", server("ACTIVE", "powering-off"), { ...first, boot: "b2" }, first, true, "nothing"],
  ["not asked yet", server("ACTIVE"), undefined, undefined, false, "nothing"],
  ["a resize waits to be confirmed", server("VERIFY_RESIZE"), first, first, true, "nothing"],
  ["deleted", undefined, undefined, first, true, "remove"],
] as const)("%s", (_, facts, generation, last, up, decision) => {
  expect(decide(facts, generation, last, up)).toBe(decision);
});

test("an action that does not boot is no new generation; the newest one counts, in any order", () => {
  const at = (action: string, request_id: string, day: number) => ({
    action,
    request_id,
    start_time: `2026-01-0${day}`,
  });
  const create = at("create", "r1", 1);
  expect(generationOf([create])).toEqual({ boot: "r1", image: "r1" });
  expect(generationOf([at("stop", "r2", 2), create])).toEqual({ boot: "r1", image: "r1" });
  expect(generationOf([at("reboot", "r4", 4), at("start", "r3", 3), create])).toEqual({ boot: "r4", image: "r1" });
  expect(generationOf([create, at("rebuild", "r5", 5)])).toEqual({ boot: "r5", image: "r5" });
});

test("a snapshot is no reason to look again soon", () => {
  expect(inTransition(server("ACTIVE", "image_uploading"))).toBe(false);
  expect(inTransition(server("ACTIVE", "rebooting"))).toBe(true);
  expect(inTransition(server("BUILD"))).toBe(true);
});

test("what is read of nova's answer", () => {
  const document = {
    ...{ id: "1", name: "a", status: "ACTIVE", updated: "2026-01-01T00:00:00Z" },
    addresses: { private: [{ addr: "10.0.0.5" }, { addr: "203.0.113.7" }] },
    "OS-EXT-STS:task_state": null,
    "os-extended-volumes:volumes_attached": [{ id: "v2" }, { id: "v1" }],
  };
  expect(serverOf(document)).toEqual({
    ...{ id: "1", name: "a", status: "ACTIVE", updated: "2026-01-01T00:00:00Z" },
    ...{ addresses: ["10.0.0.5", "203.0.113.7"], volumes: ["v1", "v2"] },
  });
});
