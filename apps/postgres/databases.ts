import { type Generations, passwordOf } from "../../stacks/passwords.ts";

/** The database of an application, and which of its passwords are taken. */
export interface DatabaseFacts extends Generations {
  /** The application it belongs to. */
  readonly application: string;
}

/** A role that an application logs in by. */
export interface LoginRole {
  readonly name: string;
  /** Nobody may log in by a role that has none. */
  readonly password?: string;
}

/** What an application connects with. */
export interface Login {
  readonly database: string;
  readonly role: string;
  readonly password: string;
}

/** A name of PostgreSQL that needs no quotes: the application's, with `_` for `-`. Database and owner have it. */
export function databaseName(application: string): string {
  return application.replaceAll("-", "_");
}

/**
 * Two roles take turns: the passwords of generations 0, 2, 4 are those of `<database>_a`, the others of `<database>_b`. So there
 * are two that are taken while applications go from one to the next, and none of them knows what a role of the other may do: both act
 * as the owner.
 */
export function loginRoles(seed: string, { application, generation, revoked }: DatabaseFacts): readonly LoginRole[] {
  const roleOf = (one: number) => `${databaseName(application)}_${one % 2 === 0 ? "a" : "b"}`;
  const before = generation - 1;
  const taken = (one: number) => ({ name: roleOf(one), password: passwordOf(seed, `database/${application}`, one) });
  return [taken(generation), before > revoked ? taken(before) : { name: roleOf(generation + 1) }];
}

/** What the application is to use now. */
export function loginOf(seed: string, database: DatabaseFacts): Login {
  const [role] = loginRoles(seed, database);
  if (role?.password === undefined) throw new Error(`no password for ${database.application}`);
  return { database: databaseName(database.application), role: role.name, password: role.password };
}
