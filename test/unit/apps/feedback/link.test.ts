import { describe, expect, it } from "vitest";
import { hostLink } from "../../../../apps/feedback/link.ts";
import { checksumOf, judgeLink, type LinkRules } from "../../../../apps/feedback/service/link.ts";

const now = Date.UTC(2026, 10, 22, 12);
const rules: LinkRules = { secrets: ["new", "old"], algorithms: ["sha256", "sha512"], hosts: ["bbb-01"] };
const soon = String(now / 1000 + 600);
const signed = (query: string, secret = "new", algorithm: Parameters<typeof checksumOf>[2] = "sha256") =>
  `${query}&checksum=${checksumOf(query, secret, algorithm)}`;
const judge = (query: string) => judgeLink(query, rules, now);

describe("a link", () => {
  it("is signed as BigBlueButton signs: the hash of call, query and secret", () => {
    // printf 'feedbackhost=bbb-01abc123' | sha256sum; the same with sha1sum
    expect(checksumOf("host=bbb-01", "abc123")).toBe(
      "9b4882f07dfc142b9b3bccc410fe3df3704c0521203d304bb06f9c3b7baf7370",
    );
    expect(checksumOf("host=bbb-01", "abc123", "sha1")).toBe("d51c4eea5844ae6382464e7091b9c363dc55ab71");
  });

  it("says its host and its meeting", () => {
    expect(judge(signed(`host=bbb-02&meetingId=abc-123&expires=${soon}`))).toEqual({
      link: { host: "bbb-02", meeting: "abc-123" },
    });
    expect(judge(signed(`meetingId=a%40b&expires=${soon}`, "old", "sha512"))).toEqual({ link: { meeting: "a@b" } });
  });

  it("may be without end only if it names a bbb host of the estate and no meeting", () => {
    const link = hostLink("bbb-01", { url: "https://feedback.example.org", secret: "new" });
    expect(link).toMatch(/^https:\/\/feedback\.example\.org\/feedback\?host=bbb-01&checksum=[0-9a-f]{64}$/);
    expect(judge(link.split("?")[1] ?? "")).toEqual({ link: { host: "bbb-01" } });
    expect(judge(signed("host=bbb-09"))).toEqual({ refused: "expired" });
    expect(judge(signed("host=bbb-01&meetingId=a"))).toEqual({ refused: "expired" });
    expect(judge(signed(""))).toEqual({ refused: "expired" });
  });

  it("stays good with what is added after it was signed, and believes none of it", () => {
    const query = signed("host=bbb-01");
    expect(judge(`errors=%5B%5D&${query}&reason=x&lang=de`)).toEqual({ link: { host: "bbb-01" } });
  });

  it.each([
    ["of another secret", signed("host=bbb-01", "guess")],
    ["with another word", signed("host=bbb-01").replace("bbb-01", "bbb-02")],
    ["in another order", `expires=${soon}&${signed(`host=bbb-01&expires=${soon}`).replace(`&expires=${soon}`, "")}`],
    ["with a word more", `${signed("host=bbb-01")}&meetingId=x`],
    ["encoded otherwise", signed(`meetingId=a%40b&expires=${soon}`).replace("%40", "@")],
    ["by an algorithm that is not allowed", signed("host=bbb-01", "new", "sha1")],
    ["without a checksum", "host=bbb-01"],
    ["with an empty one", "host=bbb-01&checksum="],
    ["with two", `${signed("host=bbb-01")}&checksum=${"0".repeat(64)}`],
    ["with one that is no number", `host=bbb-01&checksum=${"é".repeat(32)}${"z".repeat(32)}`],
  ])("is refused %s", (_, query) => {
    expect(judge(query)).toEqual({ refused: "forged" });
  });

  it.each([
    ["over", `host=bbb-01&expires=${now / 1000 - 1}`, "expired"],
    ["just over", `host=bbb-01&expires=${now / 1000}`, "expired"],
    ["said twice", `host=bbb-01&host=bbb-02&expires=${soon}`, "malformed"],
    ["no host", "host=%3Cscript%3E", "malformed"],
    ["no time", "host=bbb-01&expires=never", "malformed"],
    ["no meeting", `meetingId=${"a".repeat(257)}&expires=${soon}`, "malformed"],
  ])("is refused although it is signed: %s", (_, query, refused) => {
    expect(judge(signed(query))).toEqual({ refused });
  });

  it("is refused when there is no secret", () => {
    expect(judgeLink(signed("host=bbb-01", ""), { ...rules, secrets: [] }, now)).toEqual({ refused: "forged" });
  });
});
