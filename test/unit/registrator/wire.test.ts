import { describe, expect, it } from "vitest";
import { type Bbb, connectBbb } from "../../../apps/registrator/service/bbb.ts";
import { checksumOf, signedQuery } from "../../../apps/registrator/service/checksum.ts";
import { sumOf, waitingRecordings } from "../../../apps/registrator/service/handover.ts";
import { isAuthorized } from "../../../apps/registrator/service/token.ts";
import { readXml } from "../../../apps/registrator/service/xml.ts";
import { fakeBbb } from "./fake-bbb.ts";
import { listen } from "./fakes.ts";

describe("a checksum", () => {
  const query = "name=Test+Meeting&meetingID=abc123&attendeePW=111222&moderatorPW=333444";
  const secret = "639259d4-9dd8-4b25-bf01-95f9567eaf4b";

  it.each([
    ["sha1", "1fcbb0c4fc1f039f73aa6d697d2db9ba7f803f17"],
    ["sha256", "da9185f7f333cfdfcd6eeac32dca3777510c4c436020d8b887ba5515bd1d189e"],
  ] as const)("is that of BigBlueButton's documentation, by %s", (algorithm, expected) => {
    expect(checksumOf("create", query, secret, algorithm)).toBe(expected);
  });

  it("is over the query as it is sent", () => {
    const parameters = { name: "Test Meeting", meetingID: "abc123", attendeePW: "111222", moderatorPW: "333444" };
    expect(signedQuery("create", parameters, secret, "sha1")).toBe(
      `${query}&checksum=1fcbb0c4fc1f039f73aa6d697d2db9ba7f803f17`,
    );
  });
});

describe("an answer in XML", () => {
  it("keeps text, data, entities and order", () => {
    const root = readXml(
      '<?xml version="1.0"?><!-- x --><a><b k="v">1 &lt; 2 &#38; &#x33;</b><c/><b><![CDATA[<d>&amp;]]></b></a>',
    );
    expect(root.children.map(({ name, text }) => [name, text])).toEqual([
      ["b", "1 < 2 & 3"],
      ["c", ""],
      ["b", "<d>&amp;"],
    ]);
  });

  it.each([
    "",
    "<a>",
    "<a></b>",
    "<a/><b/>",
    "text",
    "<a/>text",
    '<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>',
    "<a><b</a>",
  ])("that is %j is refused", (source) => {
    expect(() => readXml(source)).toThrow(/XML|closes/);
  });
});

describe("BigBlueButton's API", () => {
  it("tells meetings, takes messages, ends meetings, with what each needs", async () => {
    const fake = await fakeBbb();
    fake.meetings.push({ id: "maths-1 & 2", people: 3, password: "p&w" });
    const bbb = connectBbb({ url: fake.api, secret: fake.secret, algorithm: "sha256" });
    const [meeting] = await bbb.meetings();
    if (!meeting) throw new Error("no meeting");
    expect(meeting).toEqual({ id: "maths-1 & 2", participants: 3, moderatorPassword: "p&w" });
    expect(await bbb.version()).toBe("3.0.35");
    expect(await bbb.say(meeting, "Ende in 5 Minuten")).toBe(true);
    fake.version = "2.7.10";
    expect(await bbb.say(meeting, "never")).toBe(false);
    await bbb.end(meeting);
    await bbb.end(meeting);
    expect([fake.chat, fake.ended]).toEqual([["maths-1 & 2: Ende in 5 Minuten"], ["maths-1 & 2"]]);
    expect(await bbb.meetings()).toEqual([]);
    await fake.stop();
  });

  it("that does not know the secret is an error, though it is HTTP 200; so is what is no answer of it", async () => {
    const fake = await fakeBbb();
    const wrong = connectBbb({ url: fake.api, secret: "wrong", algorithm: "sha256" });
    await expect(wrong.meetings()).rejects.toThrow("Checksums do not match (checksumError)");
    await fake.stop();
    await expect(wrong.meetings()).rejects.toThrow("/bigbluebutton/api/getMeetings: connect ECONNREFUSED");
    const nginx = await listen((_, response) => response.writeHead(502).end("<html><body>Bad Gateway</body></html>"));
    const other = connectBbb({ url: `${nginx.url}/bigbluebutton/api`, secret: "s", algorithm: "sha256" });
    await expect(other.meetings()).rejects.toThrow("HTTP 502, no returncode in the answer");
    await nginx.stop();
  });
});

describe("the token", () => {
  const token = "a-token-of-thirty-two-characters";

  it.each([
    [{ authorization: `Bearer ${token}` }, true],
    [{ "x-estate-authorization": `Bearer ${token}` }, true],
    [{ authorization: `Bearer ${token}x` }, false],
    [{ authorization: token }, false],
    [{ authorization: "Bearer " }, false],
    [{}, false],
    [{ "x-estate-authorization": "Bearer wrong", authorization: `Bearer ${token}` }, false],
  ] as const)("in %j counts: %s", (headers, expected) => {
    expect(isAuthorized(headers, token)).toBe(expected);
  });
});

describe("a metric of a host", () => {
  it("is the sum of its samples, and an error where there is none", () => {
    const text = '# TYPE waiting gauge\nwaiting{state="raw"} 2\nwaiting{state="a b"} 1\nwaiting_more 9\n';
    expect(sumOf(text, "waiting")).toBe(3);
    expect(() => sumOf(text, "wait")).toThrow("there is no metric wait");
  });
});

describe("recordings that a host has not handed over", () => {
  const since = 1_800_000_000_000;
  const bbb = (unfinished: number) => ({ unfinishedRecordings: async () => unfinished }) as unknown as Bbb;

  async function waiting(said: { status?: number; body: string }, unfinished = 0) {
    const host = await listen((_, response) => {
      response.statusCode = said.status ?? 200;
      response.end(said.body);
    });
    try {
      const handover = { url: `${host.url}/metrics`, metric: "waiting", looked: "looked" };
      return await waitingRecordings(bbb(unfinished), handover, since);
    } finally {
      await host.stop();
    }
  }
  const metrics = (count: number, secondsAfter: number) => ({
    body: `waiting ${count}\nlooked ${since / 1000 + secondsAfter}\n`,
  });

  it("are waited for beside those that the server works on", async () => {
    expect(await waiting(metrics(2, 90), 1)).toBe(3);
    expect(await waiting(metrics(0, 90))).toBe(0);
  });

  it("are not known by a look from before the last meeting ended, or just after: the drain waits on", async () => {
    for (const seconds of [-10, 0, 59]) expect(await waiting(metrics(0, seconds))).toMatch(/has not looked again/);
  });

  it("are not known where the host says nothing", async () => {
    expect(await waiting({ body: "bbb_recordings_told 0\n" })).toBe("there is no metric looked");
    expect(await waiting({ status: 503, body: "" })).toMatch(/HTTP 503/);
  });
});
