import { type CloudFacts, configuration } from "./facts.ts";

/** A program with arguments, and what it needs in its environment. */
export interface SchemaCommand {
  readonly program: string;
  readonly args: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** It makes something that must not be made twice: left out when databases are only brought up to date. */
  readonly first?: boolean;
}

/**
 * What makes the tables, in two lanes that may run side by side; each lane in its order.
 *
 * None of it writes a password: the cells of nova are templates, filled in from each reader's own configuration.
 */
export function schemaLanes(facts: CloudFacts): readonly (readonly SchemaCommand[])[] {
  const file = (service: string, name = service) => ["--config-file", `${configuration(facts, service)}/${name}.conf`];
  const command = (program: string, ...args: readonly string[]): SchemaCommand => ({ program, args });
  const nova = (...args: readonly string[]) => command("nova-manage", ...file("nova"), ...args);
  const octavia = (...args: readonly string[]) => command("octavia-db-manage", ...file("octavia"), ...args);
  const ml2 = ["--config-file", `${configuration(facts, "neutron")}/ml2_conf.ini`];
  const cell = "{scheme}://{username}@{hostname}/{path}?{query}";
  return [
    [
      command("neutron-db-manage", ...file("neutron"), ...ml2, "upgrade", "heads"),
      octavia("upgrade", "head"),
      octavia("upgrade_persistence"),
      command("keystone-manage", ...file("keystone"), "db_sync"),
    ],
    [
      nova("api_db", "sync"),
      { ...nova("cell_v2", "map_cell0", "--database_connection", cell.replace("{path}", "nova_cell0")), first: true },
      nova("db", "sync"),
      {
        ...nova(
          ...["cell_v2", "create_cell", "--name", "cell1"],
          ...["--transport-url", "{scheme}://{username}:{password}@{hostname}:{port}/{path}"],
          ...["--database_connection", cell],
        ),
        first: true,
      },
      command("placement-manage", ...file("placement"), "db", "sync"),
      command("glance-manage", ...file("glance", "glance-api"), "db_sync"),
      command("cinder-manage", ...file("cinder"), "db", "sync"),
      command("designate-manage", ...file("designate"), "database", "sync"),
    ],
  ];
}
