/** Which two stacks may be one estate: keys that stand somewhere are never made anew. */
import { expect, it } from "vitest";
import { wrongPair } from "../../../cli/init/base.ts";
import { authorityKeyNames } from "../../../stacks/secrets.ts";

const secure = { secure: "v1:x" };
const keys = Object.fromEntries(authorityKeyNames.map((name) => [`estate:${name}`, secure]));
const certificates = { "estate:clientCaCert": secure, "estate:serverCaCert": secure };
const wrong = (own: object = {}, ofBase: object = {}, base = "prod-base") =>
  wrongPair({ stack: "prod", base, own: { config: { ...own } }, ofBase: { config: { ...ofBase } } });

it("a new pair, one that is there, and one whose second half a kill has left out", () => {
  expect(wrong()).toBeUndefined();
  const own = { "estate:base": "prod-base", ...certificates };
  expect(wrong(own, { "estate:baseOf": "prod", ...keys })).toBeUndefined();
  expect(wrong({}, { "estate:baseOf": "prod", ...keys })).toBeUndefined();
});

it.each<[string, object, object, string, string]>([
  ["itself", {}, {}, "prod", "--base: name another stack"],
  ["a name that is none", {}, {}, "a base", "--base a base: use letters"],
  ["a stack file that has the keys", keys, {}, "prod-base", "an estate that is one stack stays one"],
  ["another than it names", { "estate:base": "other" }, {}, "prod-base", "names other as its base"],
  ["an estate", {}, { "estate:estate": {} }, "prod-base", "that is the stack of an estate"],
  ["the base of another", {}, { "estate:baseOf": "test" }, "prod-base", "that is the base of test"],
  ["a file that is not here", certificates, {}, "prod-base", "Pulumi.prod-base.yaml is not here, or lacks serverCaKey"],
])("but not %s", (_, own, ofBase, base, said) => {
  expect(wrong(own, ofBase, base)).toContain(said);
});
