import { expect, it } from "vitest";
import { readOptions } from "../../bench/options.ts";

it("without any, estates of 10 and 100 hosts are measured, for people", () => {
  expect(readOptions([])).toEqual({ hosts: [10, 100], json: false, cold: false, skip: [] });
});

it("sizes, the form and cold caches are what was asked for", () => {
  expect(readOptions(["--hosts", "20", "--json", "--cold"])).toEqual({ hosts: [20], json: true, cold: true, skip: [] });
  expect(readOptions(["--hosts=10,50,200"]).hosts).toEqual([10, 50, 200]);
});

it.each([
  ["9", "9 is no size"],
  ["10,", "nothing is no size"],
  ["201", "201 is no size"],
  ["1e2", "1e2 is no size"],
  ["10,ten", "ten is no size"],
])("%s hosts are refused, and what is right is said", (hosts, message) => {
  expect(() => readOptions(["--hosts", hosts])).toThrow(
    `--hosts: ${message}: write numbers from 10 to 200, such as 10,100`,
  );
});

it("what was measured before is left out", () => {
  expect(readOptions(["--skip", "program,local", "--hosts", "100"])).toMatchObject({
    ...{ hosts: [100], skip: ["program", "local"] },
  });
  expect(() => readOptions(["--skip", "up"])).toThrow("--skip: there is no up: write program, local or both");
  expect(() => readOptions(["--skip", "local", "--cold"])).toThrow(/leave out --cold, or local in --skip$/);
});

it.each([["--host", "10"], ["--hosts"], ["100"]])("%s is refused", (...args) => {
  expect(() => readOptions(args)).toThrow(/write --hosts 10,100, --skip program,local, --json or --cold$/);
});
