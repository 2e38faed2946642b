import { failed, isSigned, type Listening, listen } from "./fakes.ts";

export interface FakeMeeting {
  readonly id: string;
  people: number;
  readonly password: string;
}

/** A server with BigBlueButton's API as it is documented; what it is asked is written down. */
export interface FakeBbb extends Listening {
  readonly secret: string;
  readonly api: string;
  readonly meetings: FakeMeeting[];
  /** `MEETING: text` of each chat message. */
  readonly chat: string[];
  readonly ended: string[];
  recordings: number;
  version: string;
  /** Milliseconds before it answers. */
  delay: number;
}

export async function fakeBbb(secret = "the-secret-of-bbb"): Promise<FakeBbb> {
  const state = {
    ...{ secret, meetings: [] as FakeMeeting[], chat: [] as string[], ended: [] as string[] },
    ...{ recordings: 0, version: "3.0.35", delay: 0 },
  };
  const server = await listen(async (request, response) => {
    const { pathname, search, searchParams } = new URL(request.url ?? "", "http://bbb");
    await new Promise((resolve) => setTimeout(resolve, fake.delay));
    const [, call] = /^\/bigbluebutton\/api\/?(\w*)$/.exec(pathname) ?? [];
    response.setHeader("content-type", "text/xml;charset=utf-8");
    // errors are answers, too: HTTP 200
    response.end(call === undefined ? failed("notFound", "no such page") : answer(call, search, searchParams));
  });
  const answer = (call: string, search: string, parameters: URLSearchParams): string => {
    if (call === "") return success(`<version>2.0</version><bbbVersion>${fake.version}</bbbVersion>`);
    if (!isSigned(call, search, secret)) return failed("checksumError", "Checksums do not match");
    const meeting = fake.meetings.find(({ id }) => id === parameters.get("meetingID"));
    if (call === "getMeetings") {
      const none = "<messageKey>noMeetings</messageKey><message>no meetings were found on this server</message>";
      return success(
        `<meetings>${fake.meetings.map(described).join("")}</meetings>${fake.meetings.length ? "" : none}`,
      );
    }
    if (call === "getRecordings") {
      const found = "<recording><state>processing</state></recording>".repeat(fake.recordings);
      if (fake.recordings > 0) return success(`<recordings>${found}</recordings>`);
      return success("<recordings/><messageKey>noRecordings</messageKey><message>There are no recordings</message>");
    }
    if (call === "sendChatMessage" && Number.parseInt(fake.version, 10) < 3)
      return failed("unsupportedRequest", "This request is not supported.");
    if (!meeting) return failed("notFound", "A meeting with that ID does not exist");
    if (call === "sendChatMessage") {
      fake.chat.push(`${meeting.id}: ${parameters.get("message")}`);
      return success("");
    }
    if (call === "end" && parameters.get("password") === meeting.password) {
      fake.ended.push(meeting.id);
      fake.meetings.splice(fake.meetings.indexOf(meeting), 1);
      return success("<messageKey>sentEndMeetingRequest</messageKey>");
    }
    return failed("unsupportedRequest", "This request is not supported.");
  };
  const fake: FakeBbb = Object.assign(state, server, { api: `${server.url}/bigbluebutton/api` });
  return fake;
}

function success(inner: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<response><returncode>SUCCESS</returncode>${inner}</response>`;
}

function described({ id, people, password }: FakeMeeting): string {
  return [
    `<meeting><meetingName><![CDATA[Maths & <more>]]></meetingName><meetingID>${id}</meetingID>`,
    `<participantCount>${people}</participantCount><moderatorPW>${password}</moderatorPW><isBreakout>false</isBreakout>`,
    `<attendees><attendee><userID>w_1</userID></attendee></attendees><metadata/></meeting>`,
  ].join("");
}
