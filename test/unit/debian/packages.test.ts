import { expect, test } from "vitest";
import { missingOf, packages } from "../../../local/debian/packages.ts";

test("a package is missing unless dpkg says installed", () => {
  expect(missingOf(["bind9", "haproxy", "sudo"], "bind9 installed\nhaproxy config-files\n")).toEqual([
    "haproxy",
    "sudo",
  ]);
});

test("every package says what it is for, once", () => {
  expect(new Set(packages.map(({ name }) => name)).size).toBe(packages.length);
  expect(packages.filter(({ why }) => why.length < 3)).toEqual([]);
});
