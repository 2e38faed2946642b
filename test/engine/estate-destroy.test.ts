import { expect, test } from "vitest";
import { imageName } from "../../local/openstack/image.ts";
import { editDocument, pulumi } from "./estate.ts";
import { left } from "./left.ts";
import { added } from "./roll/pools.ts";

test("destroy leaves nothing in the cloud", async () => {
  expect(await left()).toContain("servers bbb-01");
  const destroy = await pulumi(["destroy", "--yes", "--skip-preview"]);
  expect(destroy.exitCode, destroy.text).toBe(0);
  expect(await left()).toEqual([]);
  // the document is again what a first up is given: other tests go on from here
  await editDocument(({ image, roles }) => {
    image.name = imageName;
    for (const name of ["worker-02", "worker-03"]) delete roles.worker?.hosts[name];
    for (const name of added) delete roles[name];
  });
});
