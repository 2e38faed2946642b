/** One comment, against servers that behave like the APIs of GitHub and GitLab: their pages, their limits, their failures. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Api } from "../../../cli/comment/api.ts";
import { markOf } from "../../../cli/comment/body.ts";
import { Later, withCure } from "../../../cli/comment/error.ts";
import { github } from "../../../cli/comment/github.ts";
import { gitlab } from "../../../cli/comment/gitlab.ts";
import { putComment } from "../../../cli/comment/put.ts";
import { targetOf } from "../../../cli/comment/target.ts";
import { bot, type FakeForge, fakeForge, token } from "./fake-forge.ts";

const secondary = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.";

describe.each(["github", "gitlab"] as const)("a comment on %s", (kind) => {
  let forge: FakeForge;
  /** Seconds that were waited. */
  let waits: number[];
  let said: string[];
  const now = 1_800_000_000;
  beforeEach(async () => {
    forge = await fakeForge(kind);
    [waits, said] = [[], []];
  });
  afterEach(() => forge.close());

  const client = (patience = 600, url = forge.url) => {
    const environment = { GITHUB_TOKEN: token, GITLAB_TOKEN: token, GITHUB_API_URL: url, CI_API_V4_URL: url };
    const target = targetOf({ forge: kind, project: "acme/estate", request: 7 }, environment);
    const clock = {
      now: () => now * 1000,
      sleep: async (seconds: number) => void waits.push(Math.round(seconds)),
    };
    return new Api({ ...target, patience, clock, say: (line) => void said.push(line) });
  };
  const put = async (text = "the plan", stack = "prod", api = client()) =>
    putComment({ github, gitlab }[kind](api, "acme/estate", 7), api, stack, text);
  const writes = () => forge.seen.filter((line) => !line.startsWith("GET"));

  it("is made once, then edited in place, and left alone where it says the same", async () => {
    const made = await put("one\ntwo");
    expect(await put("one\ntwo")).toMatchObject({ result: "unchanged", id: made.id });
    expect(await put("three")).toMatchObject({ result: "edited", id: made.id });
    expect(forge.notes.map(({ body }) => body)).toEqual([`${markOf("prod")}\nthree\n`]);
    expect([made.result, writes().length]).toEqual(["created", 2]);
  });

  it("is one for each stack, and none of other people's", async () => {
    const quoted = forge.add("mallory", `${markOf("prod")}\nnothing is deleted`);
    const reply = forge.add(bot, `> ${markOf("prod")}\nsee above`);
    await put("of prod", "prod");
    await put("of a", "prod-a");
    await put("again", "prod");
    expect(forge.notes.map(({ body }) => body)).toEqual([
      quoted.body,
      reply.body,
      `${markOf("prod")}\nagain\n`,
      `${markOf("prod-a")}\nof a\n`,
    ]);
  });

  it("is found on the third page", async () => {
    for (let number = 0; number < 230; number += 1) forge.add("ada", `remark ${number}`);
    const { id } = forge.add(bot, `${markOf("prod")}\nold`);
    expect(await put()).toMatchObject({ result: "edited", id });
    const pages = forge.seen.filter((line) => line.includes("per_page=100"));
    expect(pages.map((line) => /[?&]page=(\d+)/.exec(line)?.[1])).toEqual([undefined, "2", "3"]);
  });

  it("is one again after two runs made two", async () => {
    const first = forge.add(bot, `${markOf("prod")}\none`);
    forge.add(bot, `${markOf("prod")}\ntwo`);
    expect(await put()).toMatchObject({ result: "edited", id: first.id, removed: 1 });
    expect(forge.notes).toHaveLength(1);
  });

  it("is made anew where somebody deletes it between the look and the edit", async () => {
    forge.add(bot, `${markOf("prod")}\nold`);
    forge.refuse(/^(PUT|PATCH)/, { status: 404, body: { message: "Not Found" }, before: () => void forge.notes.pop() });
    expect((await put()).result).toBe("created");
    expect(forge.notes.map(({ body }) => body)).toEqual([`${markOf("prod")}\nthe plan\n`]);
  });

  it("is not made twice when the answer to its creation was lost", async () => {
    forge.refuse(/^POST/, { status: 0, drop: true });
    expect(await put()).toMatchObject({ result: "unchanged" });
    expect(forge.notes).toHaveLength(1);
    expect(waits).toEqual([2]);
  });

  it.each([
    ["429 with Retry-After", { status: 429, headers: { "retry-after": "17" } }, [17]],
    ["503 with Retry-After", { status: 503, headers: { "retry-after": "5" } }, [5]],
    ["502 without a word", { status: 502 }, [2]],
    ["429 without a word", { status: 429 }, [60]],
    ["429 with a date", { status: 429, headers: { "retry-after": new Date((now + 30) * 1000).toUTCString() } }, [30]],
    [
      "an hourly limit",
      { status: 403, headers: { "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(now + 89) } },
      [90],
    ],
    [
      "the limit of GitLab",
      { status: 429, headers: { "ratelimit-remaining": "0", "ratelimit-reset": String(now + 9) } },
      [10],
    ],
    ["a secondary limit", { status: 403, body: { message: secondary } }, [60]],
  ])("waits as long as it is asked to: %s", async (_, refusal, expected) => {
    forge.refuse(/^GET .*(notes|comments)/, refusal);
    expect(await put()).toMatchObject({ result: "created" });
    expect(waits).toEqual(expected);
    expect(said.join()).toContain(`again in ${expected[0]} s`);
  });

  it("waits for a limit on writing too, longer each time where it is not told how long", async () => {
    const limit = { status: 403, body: { message: secondary } };
    forge.refuse(/^POST/, limit, limit);
    expect(await put()).toMatchObject({ result: "created" });
    expect([waits, forge.notes.length]).toEqual([[60, 120], 1]);
  });

  it("gives up at once where the wait is longer than it may take, and says how long", async () => {
    forge.refuse(/./, { status: 429, headers: { "retry-after": "3600" } });
    const failed = put("the plan", "prod", client(600));
    await expect(failed).rejects.toBeInstanceOf(Later);
    await expect(failed).rejects.toThrow(/again in 3600 s/);
    expect(waits).toEqual([]);
  });

  it.each([
    [401, /new one into the environment/],
    [403, /pull-requests: write/],
    [404, /does not see it/],
    [301, /has moved/],
    [422, /said no/],
  ])("does not repeat what is refused for good: %s", async (status, cure) => {
    const to = { location: "http://127.0.0.1:1/elsewhere" };
    forge.refuse(/^GET .*(notes|comments)/, { status, headers: to, body: { message: `said no to ${token}` } });
    const error = withCure(await put().catch((reason: unknown) => reason)) as Error;
    expect(error.message).toMatch(cure);
    expect(error.message).not.toContain(token);
    expect([waits, writes()]).toEqual([[], []]);
  });

  it("says what to look at where nothing answers, after some time", async () => {
    const error = withCure(
      await put("x", "prod", client(600, "http://127.0.0.1:1")).catch((reason) => reason),
    ) as Error;
    expect(error.message).toMatch(/ECONNREFUSED|bad port/);
    expect(error.message).toContain("can be reached from here");
  });

  it("is cut at whole lines where it is too long, and the forge takes it", async () => {
    const lines = Array.from({ length: 3000 }, (_, number) => `- line ${number} ${"é".repeat(40)}`);
    await put(lines.join("\n"));
    const [{ body = "" } = {}] = forge.notes;
    expect(body.length).toBeLessThanOrEqual(64_000);
    expect(body.length).toBeGreaterThan(63_800);
    const shown = body.split("\n").slice(1, -3);
    expect(shown).toEqual(lines.slice(0, shown.length));
    expect(body.trimEnd()).toMatch(/cut at 64,000 characters$/);
  });
});

it("the token of a workflow, which is no user's, edits what a bot wrote, and never what a person wrote", async () => {
  const forge = await fakeForge("github", { actions: true });
  const person = forge.add("mallory", `${markOf("prod")}\nnothing is deleted`);
  const target = targetOf(
    { forge: "github", project: "acme/estate", request: 7 },
    { GITHUB_API_URL: forge.url, GITHUB_TOKEN: token },
  );
  const put = async (text: string) => {
    const api = new Api({ ...target, patience: 1, say: () => undefined });
    return (await putComment(github(api, "acme/estate", 7), api, "prod", text)).result;
  };
  expect([await put("one"), await put("two")]).toEqual(["created", "edited"]);
  expect(person.body).toContain("nothing is deleted");
  forge.close();
});
