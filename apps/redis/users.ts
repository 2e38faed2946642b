import { createHash } from "node:crypto";
import { type Generations, passwordOf } from "../../stacks/passwords.ts";

/** The Redis of an application, and which of its passwords are taken. */
export interface InstanceFacts extends Generations {
  /** The application it belongs to. */
  readonly application: string;
}

/** Whose password: the application's, that of the estate's own jobs, or that of the exporter. */
export type RedisUser = "default" | "admin" | "monitor";

/** Those that are taken, the one in use first. */
export function passwordsOf(
  seed: string,
  user: RedisUser,
  { application, generation, revoked }: InstanceFacts,
): string[] {
  return [generation, generation - 1]
    .filter((one) => one > revoked)
    .map((one) => passwordOf(seed, `redis/${application}/${user}`, one));
}

/**
 * The file of Redis' users. It holds hashes, no password: but of long random ones, so that a hash is as good as none. The application is
 * `default`, whom clients mean that know of no user names; it may do anything but administer. `probe` may ask whether it answers, and
 * anyone may be `probe`. `monitor` reads counts and no key; nobody has its password where nothing watches.
 */
export function usersAcl(seed: string, instance: InstanceFacts): string {
  const hashes = (user: RedisUser) =>
    passwordsOf(seed, user, instance)
      .map((password) => `#${createHash("sha256").update(password).digest("hex")}`)
      .join(" ");
  return [
    `user default on ${hashes("default")} ~* &* +@all -@admin`,
    `user admin on ${hashes("admin")} ~* &* +@all`,
    "user probe on nopass -@all +ping",
    `user monitor on ${hashes("monitor")} -@all +ping +info +slowlog|len +command|info`,
    "",
  ].join("\n");
}
