import { describe, expect, it } from "vitest";
import { parsePolicy } from "../../../cli/gate/policy.ts";
import { recordedOf } from "../../../components/recorded.ts";
import { rolloutOrder } from "../../../components/rolloutOrder.ts";
import { estateSecretNames } from "../../../stacks/secrets.ts";
import { plainDocument, uniqueSecrets } from "../stacks/fixtures.ts";

const secrets = uniqueSecrets();

/** What `pulumi config --show-secrets --json` prints. */
function printed(document: object = plainDocument()): Record<string, object> {
  const entries = Object.entries(secrets).map(([name, value]) => [`estate:${name}`, { value, secret: true }]);
  return {
    ...Object.fromEntries(entries),
    "estate:estate": { value: JSON.stringify(document), objectValue: document },
  };
}

describe("the policy of a gate", () => {
  it("is the stack's document and secrets, without the authorities' keys", () => {
    const policy = parsePolicy(JSON.stringify(printed()), "local");
    expect(policy.secrets).toEqual(Object.fromEntries(estateSecretNames.map((name) => [name, secrets[name]])));
    expect(JSON.stringify(policy)).not.toContain(secrets.clientCaKey);
    expect(policy.facts.pools[1]?.rollout).toMatchObject({ joinMinutes: 4 });
  });

  it("says why the roll is paused, if it is", () => {
    const paused = (more: object) => parsePolicy(JSON.stringify({ ...printed(), ...more }), "local").paused;
    expect(paused({})).toBeUndefined();
    expect(paused({ "estate:paused": { value: "new kernel" } })).toBe("new kernel");
    expect(paused({ "estate:paused": { value: "false" } })).toBeUndefined();
  });

  it("is refused with what is missing or wrong", () => {
    const { "estate:adminKey": _, ...rest } = printed();
    expect(() => parsePolicy(JSON.stringify(rest), "local")).toThrow(
      /^the stack local has no secret estate:adminKey; 'estate init' .* real .*, 'estate local up' .* local one$/,
    );
    expect(() => parsePolicy(JSON.stringify(printed({ ...plainDocument(), zone: "x" })), "local")).toThrow(
      "zone: write a domain",
    );
  });
});

describe("the order of a rollout", () => {
  const hosts = ["a", "b", "c", "d"];
  const order = (existing: string | undefined, width = 1, members = false, down = "") =>
    rolloutOrder({
      hosts,
      down: (host) => down.includes(host),
      width,
      members,
      exists: existing === undefined ? undefined : (host) => existing.includes(host),
    })
      .map(({ host, after, first }) => `${host}${first ? "!" : ""}${after ?? ""}`)
      .join(" ");

  it.each([
    ["nothing exists", order(""), "a b c d"],
    ["all exist", order("abcd"), "a! ba cb dc"],
    ["a new one between", order("abd"), "a! ba c db"],
    ["two at a time", order("abcd", 2), "a! b! ca db"],
    ["the engine does not say", order(undefined), "a! ba cb dc"],
    ["members, none exists", order("", 1, true), "a b c d"],
    ["one is down", order("abcd", 1, false, "c"), "c! ac ba db"],
    ["two are down, two at a time", order("abcd", 2, false, "bd"), "b! d! ab cd"],
    ["a new one that has no node yet", order("abd", 1, false, "c"), "c a! ba db"],
    ["members, one is down", order("abcd", 1, true, "c"), "a! ba cb dc"],
    ["members, one exists", order("b", 1, true), "a! ba cb dc"],
  ])("%s", (_, found, expected) => expect(found).toBe(expected));
});

it("what is recorded is found under any parent", () => {
  const recorded = recordedOf({
    "urn:pulumi:s::p::estate:compute:Host$openstack:compute/instance:Instance::bbb-01": {},
  });
  expect(recorded.has("openstack:compute/instance:Instance", "bbb-01")).toBe(true);
  expect(recorded.has("openstack:compute/instance:Instance", "bbb-0")).toBe(false);
  expect(recorded.has("estate:compute:Host", "bbb-01")).toBe(false);
});
