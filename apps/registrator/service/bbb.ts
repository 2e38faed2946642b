import { ask } from "./ask.ts";
import { type Algorithm, signedQuery } from "./checksum.ts";
import { below, type Element, readXml, textOf } from "./xml.ts";

/** A meeting that a BigBlueButton server has. */
export interface Meeting {
  readonly id: string;
  readonly participants: number;
  /** Only older releases want it to end the meeting. */
  readonly moderatorPassword: string;
}

/** How a server is called. */
export interface BbbAddress {
  /** Of its API, such as `https://bbb-01.example.org/bigbluebutton/api`. */
  readonly url: string;
  readonly secret: string;
  readonly algorithm: Algorithm;
}

/** The API said no, and that is its answer: the key is BigBlueButton's. */
export class Refused extends Error {
  readonly key: string;

  constructor(key: string, message: string) {
    super(`refused: ${message || "no message"} (${key || "no key"})`);
    this.key = key;
  }
}

/** BigBlueButton's API, as far as it is needed here. Every call throws when the server does not answer it. */
export interface Bbb {
  /** The server's release, such as `3.0.35`; nothing where it does not reveal it. Proves nothing of the secret. */
  version(): Promise<string | undefined>;
  meetings(): Promise<readonly Meeting[]>;
  /** Ends it; one that has ended already is fine. */
  end(meeting: Meeting): Promise<void>;
  /** A message in the public chat. Gives false where the release has no such call: only 3.0 and later have. */
  say(meeting: Meeting, text: string): Promise<boolean>;
  /** Recordings that are not published yet: the server still works on them. */
  unfinishedRecordings(): Promise<number>;
}

/** Milliseconds for a call. */
const timeout = 8000;
/** Characters that `sendChatMessage` takes. */
export const chatLimit = 500;

export function connectBbb({ url, secret, algorithm }: BbbAddress): Bbb {
  const base = url.endsWith("/") ? url : `${url}/`;
  const call = async (name: string, parameters: Readonly<Record<string, string>> = {}): Promise<Element> => {
    const target = new URL(name, base);
    target.search = signedQuery(name, parameters, secret, algorithm);
    return answered(target, await ask(target, { timeout }));
  };
  return {
    version: async () => {
      const target = new URL(url);
      const response = answered(target, await ask(target, { timeout }));
      return textOf(response, "bbbVersion") || undefined;
    },
    meetings: async () => {
      const response = await call("getMeetings");
      return below(response, "meetings", "meeting").map((meeting) => ({
        id: textOf(meeting, "meetingID"),
        participants: Number(textOf(meeting, "participantCount")) || 0,
        moderatorPassword: textOf(meeting, "moderatorPW"),
      }));
    },
    end: async ({ id, moderatorPassword }) => {
      const parameters: Record<string, string> = { meetingID: id };
      if (moderatorPassword) parameters.password = moderatorPassword;
      await call("end", parameters).catch(unless("notFound"));
    },
    say: async ({ id }, text) => {
      const message = text.slice(0, chatLimit);
      const sent = await call("sendChatMessage", { meetingID: id, message }).catch(
        unless("unsupportedRequest", "notFound"),
      );
      return sent !== "unsupportedRequest";
    },
    unfinishedRecordings: async () => {
      const response = await call("getRecordings", { state: "processing,processed" }).catch(unless("noRecordings"));
      return typeof response === "string" ? 0 : below(response, "recordings", "recording").length;
    },
  };
}

/** @throws Refused when it says FAILED; Error when that is no answer of BigBlueButton */
function answered(url: URL, { status, body }: { readonly status: number; readonly body: string }): Element {
  const where = `${url.origin}${url.pathname}`;
  let response: Element;
  try {
    response = readXml(body);
  } catch (error) {
    throw new Error(`${where}: HTTP ${status}, ${(error as Error).message}`);
  }
  const code = textOf(response, "returncode");
  if (code === "FAILED") throw new Refused(textOf(response, "messageKey"), textOf(response, "message"));
  if (code !== "SUCCESS") throw new Error(`${where}: HTTP ${status}, no returncode in the answer`);
  return response;
}

/** Gives the key of a refusal that is an answer as well. */
function unless(...keys: readonly string[]): (error: unknown) => string {
  return (error) => {
    if (error instanceof Refused && keys.includes(error.key)) return error.key;
    throw error;
  };
}
