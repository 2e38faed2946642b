import { expect, it } from "vitest";
import { revisionOf } from "../../../../apps/greenlight/revision.ts";

it("is another when a key, a secret or a store's password is another, and tells nothing of them", () => {
  const read = { secrets: { a: "one", b: "two" }, stores: ["0"] };
  const all = [
    revisionOf("key", read),
    revisionOf("another", read),
    revisionOf("key", { ...read, secrets: { ...read.secrets, a: "three" } }),
    revisionOf("key", { ...read, stores: ["1"] }),
  ];
  expect(new Set(all).size).toBe(all.length);
  for (const one of all) expect(one).toMatch(/^[0-9a-f]{12}$/);
  expect(revisionOf("key", { ...read, secrets: { b: "two", a: "one" } })).toBe(all[0]);
});
