import { type DatabaseFacts, databaseName, type LoginRole, loginRoles } from "./databases.ts";
import { scramVerifier } from "./scram.ts";

/** Who dumps: reads everything, changes nothing. */
export const backupRole = "estate_backup";

/** Who counts: sees what runs and how large it is, and reads no row. */
export const monitorRole = "estate_monitor";

interface Plan {
  readonly seed: string;
  readonly databases: readonly DatabaseFacts[];
  readonly superuserPassword: string;
  readonly backupPassword: string;
  /** @default nobody watches, and the role may not log in */
  readonly monitorPassword?: string;
}

/**
 * SQL for psql that makes roles and databases what the estate says. It can be run again at any time, and goes on where it was stopped. A
 * database is never dropped: who is no longer declared cannot log in any more, and the data waits.
 */
export function rolesPlan({ seed, databases, superuserPassword, backupPassword, monitorPassword }: Plan): string {
  const declared = databases.map((database) => ({
    name: databaseName(database.application),
    roles: loginRoles(seed, database),
  }));
  const kept = [
    ...declared.flatMap(({ name, roles }) => [name, ...roles.map((role) => role.name)]),
    ...[backupRole, ...(monitorPassword === undefined ? [] : [monitorRole])],
  ];
  return [
    "-- Made by the estate. The superuser's password comes last: until then the one that opened this session stays good.",
    "SET password_encryption = 'scram-sha-256';",
    // what is as it should be already is no news
    "SET client_min_messages = warning;",
    "REVOKE ALL ON DATABASE postgres, template1 FROM PUBLIC;",
    ...role(backupRole),
    ...login({ name: backupRole, password: backupPassword }),
    `GRANT pg_read_all_data TO ${identifier(backupRole)};`,
    `GRANT CONNECT ON DATABASE postgres TO ${identifier(backupRole)};`,
    ...(monitorPassword === undefined ? [] : monitor(monitorPassword)),
    ...declared.flatMap(({ name, roles }) => [
      ...role(name),
      ...database(name),
      ...roles.flatMap((one) => turn(name, one)),
    ]),
    ...lockOthers(kept),
    `ALTER ROLE postgres PASSWORD ${literal(scramVerifier("postgres", superuserPassword))};`,
    "",
  ].join("\n");
}

/** The comment says that the role is the estate's, which may take it away. */
function role(name: string): string[] {
  return [
    `SELECT format('CREATE ROLE %I', ${literal(name)}) WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = ${literal(name)}) \\gexec`,
    `ALTER ROLE ${identifier(name)} NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS INHERIT;`,
    `COMMENT ON ROLE ${identifier(name)} IS 'estate';`,
  ];
}

/** `pg_monitor` shows statistics and sizes of all databases. */
function monitor(password: string): string[] {
  return [
    ...role(monitorRole),
    ...login({ name: monitorRole, password }),
    `GRANT pg_monitor TO ${identifier(monitorRole)};`,
    `GRANT CONNECT ON DATABASE postgres TO ${identifier(monitorRole)};`,
  ];
}

function database(name: string): string[] {
  return [
    `SELECT format('CREATE DATABASE %I OWNER %I TEMPLATE template0', ${literal(name)}, ${literal(name)}) WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = ${literal(name)}) \\gexec`,
    `ALTER DATABASE ${identifier(name)} OWNER TO ${identifier(name)};`,
    `REVOKE ALL ON DATABASE ${identifier(name)} FROM PUBLIC;`,
    `GRANT CONNECT ON DATABASE ${identifier(name)} TO ${identifier(backupRole)};`,
    `COMMENT ON DATABASE ${identifier(name)} IS 'estate';`,
  ];
}

/** What either role makes belongs to the owner, whose part it takes at login. */
function turn(owner: string, one: LoginRole): string[] {
  return [
    ...role(one.name),
    `GRANT ${identifier(owner)} TO ${identifier(one.name)};`,
    `ALTER ROLE ${identifier(one.name)} SET role TO ${literal(owner)};`,
    ...login(one),
  ];
}

function login({ name, password }: LoginRole): string[] {
  if (password !== undefined)
    return [`ALTER ROLE ${identifier(name)} LOGIN PASSWORD ${literal(scramVerifier(name, password))};`];
  return [`ALTER ROLE ${identifier(name)} NOLOGIN PASSWORD NULL;`, terminate(`usename = ${literal(name)}`)];
}

function lockOthers(kept: readonly string[]): string[] {
  const others = `shobj_description(oid, 'pg_authid') = 'estate' AND rolname NOT IN (${kept.map(literal).join(", ")})`;
  return [
    `SELECT format('ALTER ROLE %I NOLOGIN PASSWORD NULL', rolname) FROM pg_roles WHERE ${others} \\gexec`,
    terminate(`usename IN (SELECT rolname FROM pg_roles WHERE ${others})`),
  ];
}

/** A role that may not log in keeps the sessions it has. */
function terminate(who: string): string {
  return `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE ${who} AND pid <> pg_backend_pid();`;
}

function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
