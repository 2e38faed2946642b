import { expect, it } from "vitest";
import { judge } from "../../../cli/check/judge.ts";
import { behindVip } from "../stacks/fixtures.ts";
import { emptyCloud, needsOf } from "./clouds.ts";

const what = "extension allowed-address-pairs of neutron";
const row = (extensions: object, change = behindVip) =>
  judge(
    needsOf(change),
    emptyCloud((cloud) => {
      cloud.networking.extensions = extensions;
    }),
  ).find((one) => one.what === what);

it("a VIP needs a cloud whose ports may have another's address", () => {
  expect(row({ value: [{ alias: "allowed-address-pairs" }] })).toMatchObject({ verdict: "ok" });
  expect(row({ value: [{ alias: "router" }] })).toMatchObject({
    verdict: "missing",
    cure: expect.stringMatching(
      /^a server sends from the API's VIP.*: write hosts or loadBalancer in orchestrator\.api\.front/,
    ),
  });
  expect(row({ unknown: "403" })).toMatchObject({ verdict: "unknown", detail: "403" });
});

it("an estate without a VIP does not ask for it", () => {
  expect(row({ value: [] }, () => undefined)).toBeUndefined();
  expect(needsOf().extensions).toEqual([]);
});
