import { expect, test } from "vitest";
import { place } from "../../../local/place.ts";

test("another data folder is another stack, with names of its own", () => {
  const first = place({ HOME: "/home/me" });
  const second = place({ HOME: "/home/me", ESTATE_DATA: ".local-mine" });
  expect(first.stack).toBe("local");
  expect(second.stack).toBe("local-mine");
  expect(second.id).not.toBe(first.id);
  expect(second.cache).toBe(first.cache);
});

test("the cache follows XDG, and ESTATE_CACHE comes first", () => {
  expect(place({ XDG_CACHE_HOME: "/x" }).cache).toBe("/x/estate");
  expect(place({ XDG_CACHE_HOME: "/x", ESTATE_CACHE: "/y" }).cache).toBe("/y");
});
