import { expect, test } from "vitest";
import { onlyFinished } from "../../../local/openstack/image.ts";
import type { OpenStack } from "../../../local/openstack-client/client.ts";

/** A glance that holds images of the name, by their status; what was deleted. */
function glance(statuses: readonly string[]) {
  const deleted: string[] = [];
  const admin = {
    list: async () => statuses.map((status, at) => ({ id: `${status}-${at}`, name: "flatcar-local", status })),
    request: async (_method: string, _service: string, path: string) => void deleted.push(path),
  } as unknown as OpenStack;
  return { admin, deleted };
}

test.each<[readonly string[], boolean, readonly string[]]>([
  [[], false, []],
  [["active"], true, []],
  [["saving"], false, ["/v2/images/saving-0"]],
  [["queued", "saving"], false, ["/v2/images/queued-0", "/v2/images/saving-1"]],
  [["saving", "active"], true, ["/v2/images/saving-0"]],
])("with images that are %j", async (statuses, finished, removed) => {
  const { admin, deleted } = glance(statuses);
  expect(await onlyFinished(admin)).toBe(finished);
  expect(deleted).toEqual(removed);
});
