import { describe, expect, test } from "vitest";
import { removeLeftBehind } from "../../../components/leftBehind.ts";
import type { OpenStack } from "../../../local/openstack-client/client.ts";
import { OpenstackError } from "../../../local/openstack-client/error.ts";

const recordSets = "/v2/zones/z1/recordsets";
const left = { name: "bbb-01.estate.test.", type: "A", description: "estate estate/production" };

/** A Designate that needs some questions until what is deleted is gone. */
function designate(path: string, items: readonly { readonly id: string }[], slow = 0) {
  const deleted: string[] = [];
  let asked = 0;
  const openstack = {
    list: async (_service: string, listed: string) => (listed === path ? items : []),
    request: async (method: string, _service: string, one: string) => void deleted.push(`${method} ${one}`),
    get: async (_service: string, one: string) => {
      asked += 1;
      if (deleted.includes(`DELETE ${one}`) && asked > slow) throw new OpenstackError(`GET ${one}`, 404, "");
      return {};
    },
  } as unknown as OpenStack;
  return { openstack, deleted };
}

describe("what a failed creation left in Designate", () => {
  test("is deleted, and waited for: its name is taken until it is gone", async () => {
    const { openstack, deleted } = designate(recordSets, [{ id: "r1", ...left }], 3);
    let waits = 0;
    expect(await removeLeftBehind(openstack, "z1", left, async () => (waits += 1))).toBe(true);
    expect(deleted).toEqual([`DELETE ${recordSets}/r1`]);
    expect(waits).toBe(3);
  });

  test.each([
    ["made by hand", { ...left, description: null }],
    ["of another estate", { ...left, description: "estate estate/staging" }],
    ["of another type", { ...left, type: "AAAA" }],
    ["of another name", { ...left, name: "bbb-02.estate.test." }],
  ])("is not what is %s: that stays", async (_, other) => {
    const { openstack, deleted } = designate(recordSets, [{ id: "r1", ...other }]);
    expect(await removeLeftBehind(openstack, "z1", left)).toBe(false);
    expect(deleted).toEqual([]);
  });

  test("may be a zone", async () => {
    const zone = { name: "estate.test.", description: left.description };
    const { openstack, deleted } = designate("/v2/zones", [{ id: "z1", ...zone }]);
    expect(await removeLeftBehind(openstack, undefined, zone)).toBe(true);
    expect(deleted).toEqual(["DELETE /v2/zones/z1"]);
  });

  test("and does not go is told, with what to do", async () => {
    const { openstack } = designate(recordSets, [{ id: "r1", ...left }], Number.POSITIVE_INFINITY);
    const removed = removeLeftBehind(openstack, "z1", left, async () => undefined);
    await expect(removed).rejects.toThrow("openstack recordset delete z1 r1");
  });
});
