import { createHmac } from "node:crypto";

/** What a client of TURN logs in with. */
export interface TurnCredential {
  readonly username: string;
  readonly password: string;
}

/**
 * A credential that is good until a time, in seconds since 1970: whoever shares the secret can check it, and none need be kept. It is
 * what BigBlueButton makes for a browser.
 *
 * @source draft-uberti-behave-turn-rest-00, section 2.2
 */
export function timeLimitedCredential(secret: string, until: number, who = "estate"): TurnCredential {
  const username = `${Math.floor(until)}:${who}`;
  return { username, password: createHmac("sha1", secret).update(username).digest("base64") };
}
