import { createHmac } from "node:crypto";

/** Which passwords of a kind are taken. Passwords are numbered; each follows from a seed and its number. */
export interface Generations {
  /** The one in use. Counting it up changes the password; the one before stays taken until it is revoked. */
  readonly generation: number;
  /** This one and all before it are refused; less than `generation`. -1 where none ever was. */
  readonly revoked: number;
}

/** 64 hexadecimal digits, which need no quoting in an address or a file. `what` it opens, such as `database/greenlight`. */
export function passwordOf(seed: string, what: string, generation: number): string {
  return createHmac("sha256", seed).update(`${what}/${generation}`).digest("hex");
}
