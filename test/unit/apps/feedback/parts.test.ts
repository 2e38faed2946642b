import { describe, expect, it } from "vitest";
import { answerOf, problemIn, readForm } from "../../../../apps/feedback/service/answer.ts";
import { Limit } from "../../../../apps/feedback/service/limit.ts";
import { Metrics } from "../../../../apps/feedback/service/metrics.ts";
import { LogStore } from "../../../../apps/feedback/service/store.ts";
import { languageOf, languages, texts } from "../../../../apps/feedback/service/texts.ts";
import { Tickets } from "../../../../apps/feedback/service/ticket.ts";

const now = Date.UTC(2026, 10, 22, 12, 34, 56);
const rules = { commentCharacters: 10, keepMeetings: false };

describe("an answer", () => {
  it("has no more than it must: the hour, and no meeting unless the estate keeps it", () => {
    const sent = readForm(new URLSearchParams({ rating: "4", comment: " a\r\nb\u0007\u0000 " }));
    const link = { host: "bbb-01", meeting: "m-1" };
    const answer = { hour: "2026-11-22T12:00:00Z", rating: 4, language: "de", comment: "a\nb", host: "bbb-01" };
    expect(answerOf(sent, link, { language: "de", now, rules })).toEqual(answer);
    const kept = { ...rules, keepMeetings: true };
    expect(answerOf(sent, link, { language: "de", now, rules: kept })).toEqual({ ...answer, meeting: "m-1" });
    expect(answerOf({ rating: "1", comment: "" }, {}, { language: "en", now, rules })).toEqual({
      ...{ hour: "2026-11-22T12:00:00Z", rating: 1, language: "en" },
    });
  });

  it.each([
    ["", "", "rating"],
    ["0", "", "rating"],
    ["6", "", "rating"],
    ["5 ", "", "rating"],
    ["5", "12345678901", "comment"],
    ["5", "1234567890", undefined],
  ])("of rating '%s' and comment '%s' is wrong in: %s", (rating, comment, problem) => {
    expect(problemIn({ rating, comment }, rules)).toBe(problem);
  });
});

describe("the language", () => {
  it.each([
    ["de-AT,de;q=0.9,en;q=0.8", undefined, "de"],
    ["fr, de;q=0.5, en;q=0.4", undefined, "de"],
    ["de;q=0.1, en", undefined, "en"],
    ["de;q=0, en;q=0.1", undefined, "en"],
    ["*", undefined, "en"],
    ["fr", undefined, "en"],
    [undefined, undefined, "en"],
    ["en", "de", "de"],
    ["de", "xx", "de"],
    [";;;q=,=", undefined, "en"],
  ])("of %s, chosen %s, is %s", (accepted, chosen, language) => {
    expect(languageOf(accepted, chosen)).toBe(language);
  });

  it("has every text in all of them, each another", () => {
    const [first, second] = languages.map((language) => texts[language]);
    expect(Object.keys(first ?? {})).toEqual(Object.keys(second ?? {}));
    for (const key of ["title", "intro", "rating", "send", "thanks", "done"] as const)
      expect(first?.[key]).not.toBe(second?.[key]);
  });
});

describe("a ticket", () => {
  const tickets = new Tickets(() => "secret");

  it("is good once, for its link", () => {
    const ticket = tickets.issue("host=bbb-01", now);
    expect(tickets.take(ticket, "host=bbb-02", now)).toBe("wrong");
    expect(tickets.take(ticket, "host=bbb-01", now + 1000)).toBe("good");
    expect(tickets.take(ticket, "host=bbb-01", now + 2000)).toBe("used");
  });

  it("is another replica's as well, and no other estate's", () => {
    const ticket = tickets.issue("q", now);
    expect(new Tickets(() => "other").take(ticket, "q", now)).toBe("wrong");
    expect(new Tickets(() => "secret").take(ticket, "q", now)).toBe("good");
  });

  it.each([
    ["empty", () => ""],
    ["too old", () => tickets.issue("q", now - 5 * 3600 * 1000)],
    ["of the future", () => tickets.issue("q", now + 3600 * 1000)],
    ["without a time", () => `.${tickets.issue("q", now).split(".").slice(1).join(".")}`],
  ])("is wrong when it is %s", (_, ticket) => {
    expect(tickets.take(ticket(), "q", now)).toBe("wrong");
  });
});

describe("the limit", () => {
  it("is one of each caller, and one of all, and begins anew each minute", () => {
    const limit = new Limit({ perCaller: 2, inAll: 3 });
    expect([1, 2, 3].map((second) => limit.wait("a", now + second * 1000))).toEqual([0, 0, 58]);
    expect(limit.wait("b", now + 4000)).toBe(0);
    expect(limit.wait("c", now + 5000)).toBe(56);
    expect(limit.wait("a", now + 61_000)).toBe(0);
  });
});

it("the log has an answer a line, whatever people write; the newest can be had again", async () => {
  const lines: string[] = [];
  const store = new LogStore(async (line) => void lines.push(line), 2);
  for (const comment of ["one", 'a\n{"event":"forged"}', "three", "four", "five"])
    await store.add({ hour: "2026-11-22T12:00:00Z", rating: 1, language: "en", comment });
  expect(lines).toHaveLength(5);
  expect(lines.every((line) => line.endsWith("}\n") && line.split("\n").length === 2)).toBe(true);
  expect(JSON.parse(lines[1] ?? "")).toMatchObject({ event: "feedback", comment: 'a\n{"event":"forged"}' });
  expect((await store.all()).map(({ comment }) => comment)).toEqual(["four", "five"]);
});

it("an answer that cannot be logged is not kept", async () => {
  const store = new LogStore(() => Promise.reject(new Error("no space")));
  await expect(store.add({ hour: "", rating: 1, language: "en" })).rejects.toThrow("no space");
  expect(await store.all()).toEqual([]);
});

it("counters are in the text format of Prometheus, those at zero with their help", () => {
  const metrics = new Metrics({ a_total: "First.", ab_total: "Second." });
  metrics.count("ab_total", { reason: 'x"\n' });
  metrics.count("ab_total", { reason: 'x"\n' });
  expect(metrics.render()).toBe(
    '# HELP a_total First.\n# TYPE a_total counter\n# HELP ab_total Second.\n# TYPE ab_total counter\nab_total{reason="x__"} 2\n',
  );
  expect(() => metrics.count("c_total")).toThrow("no counter c_total");
});
