import { expect, test } from "vitest";
import { addresses } from "../../../local/addresses.ts";
import { catalog } from "../../../local/openstack/catalog.ts";
import { type CloudFacts, cloudFacts, internalPorts, ports } from "../../../local/openstack/facts.ts";
import { configurationFiles, stateFolders } from "../../../local/openstack/files.ts";
import { ini } from "../../../local/openstack/ini.ts";
import { schemaLanes } from "../../../local/openstack/schema.ts";
import { makeSecrets } from "../../../local/openstack/secrets.ts";
import { databaseServer, foundation, identity, services } from "../../../local/openstack/services.ts";
import { hypervisors, zones } from "../../../local/openstack/zones.ts";

let count = 0;
const secrets = makeSecrets((bytes) => Buffer.alloc(bytes, ++count));
const facts: CloudFacts = cloudFacts("/data", "/cache/openstack/bin", secrets);
const files = configurationFiles(facts);
const file = (name: string): string => files[`/data/openstack/etc/${name}`] ?? `no file ${name}`;
const passwords = [secrets.admin, secrets.rabbit, secrets.metadata, secrets.rndc, ...Object.values(secrets.services)];

test("ini: sections and options as oslo.config reads them; a line break cannot smuggle in an option", () => {
  expect(ini({ DEFAULT: { debug: false, workers: 1 }, "service:api": { name: "x" } })).toBe(
    "[DEFAULT]\ndebug = false\nworkers = 1\n\n[service:api]\nname = x\n",
  );
  expect(() => ini({ a: { b: "c\nd = e" } })).toThrow("line break");
});

test("every configuration file", async () => {
  const hidden = (text: string) =>
    Object.values({ ...secrets, services: undefined })
      .flat()
      .filter((value) => typeof value === "string")
      .concat(Object.values(secrets.services))
      .reduce((shown, secret) => shown.replaceAll(secret, "<secret>"), text);
  const all = Object.entries(files).map(([path, text]) => `==> ${path}\n${hidden(text)}`);
  await expect(all.join("\n")).toMatchFileSnapshot("__golden__/configuration.txt");
});

test("nothing listens on, or is looked for at, an address outside the stack", () => {
  const allowed = new Set(["127.0.0.1", addresses.api, addresses.dns]);
  for (const [path, text] of Object.entries(files)) {
    const found = text.match(/\b\d{1,3}(\.\d{1,3}){3}\b/g) ?? [];
    expect([path, found.filter((address) => !allowed.has(address))]).toEqual([path, []]);
    expect(text).not.toContain("0.0.0.0");
  }
  const sockets = [...identity(facts), ...services(facts)].flatMap(({ command }) =>
    command.filter((_, index) => command[index - 1] === "--http-socket"),
  );
  expect(sockets.sort()).toEqual(
    [...Object.values(ports).map((port) => `${addresses.api}:${port}`), `127.0.0.1:${internalPorts.metadata}`].sort(),
  );
});

test("databases have no port and no passwords; a killed MariaDB loses no commit", () => {
  expect(file("mariadb/my.cnf")).toMatch(/^skip-networking$/m);
  expect(file("mariadb/my.cnf")).toMatch(/^innodb_flush_log_at_trx_commit=2$/m);
  expect(file("neutron/neutron.conf")).toContain("mysql+pymysql://root@localhost/neutron?unix_socket=/run/estate/");
});

test("bind answers on its address only, for its own zones only", () => {
  const conf = file("bind/named.conf");
  expect(conf).toContain(`listen-on port 53 { ${addresses.dns}; };`);
  expect(conf).toContain("listen-on-v6 { none; };");
  expect(conf).toContain("recursion no;");
  expect(conf).not.toContain("forward");
});

test("nova believes only signed metadata requests, and its hypervisors know themselves", () => {
  expect(file("nova/nova.conf")).toContain("service_metadata_proxy = true");
  expect(file("nova/nova.conf")).toContain(`metadata_proxy_shared_secret = ${secrets.metadata}`);
  for (const name of hypervisors) expect(file(`nova/${name}.conf`)).toContain(`host = ${name}\nstate_path = `);
  expect(new Set(hypervisors.map((name) => file(`nova/${name}.conf`))).size).toBe(hypervisors.length);
  expect(Object.keys(zones)).toEqual(["az1", "az2", "az3"]);
});

test("no command line carries a password, and each service's user has its own", () => {
  const lines = [databaseServer(facts), ...foundation(facts), ...identity(facts), ...services(facts)].map(
    ({ command, environment }) => JSON.stringify([command, environment]),
  );
  for (const password of passwords) expect(lines.filter((line) => line.includes(password))).toEqual([]);
  expect(new Set(passwords).size).toBe(passwords.length);
});

test("what makes the tables writes no secret: the seed is shared between stacks", () => {
  const commands = schemaLanes(facts).flat();
  const text = JSON.stringify(commands);
  for (const password of passwords) expect(text).not.toContain(password);
  const cells = commands.filter(({ first }) => first).map(({ args }) => args.at(-1));
  expect(cells).toEqual([
    "{scheme}://{username}@{hostname}/nova_cell0?{query}",
    "{scheme}://{username}@{hostname}/{path}?{query}",
  ]);
});

test("services wait only for services that exist", () => {
  const all = [databaseServer(facts), ...foundation(facts), ...identity(facts), ...services(facts)];
  const names = all.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const { name, after = [] } of all)
    expect([name, after.filter((one) => !names.includes(one))]).toEqual([name, []]);
  // uWSGI and the families start in a folder of the data
  for (const { directory } of all.filter((one) => one.directory)) {
    expect([...stateFolders(facts), "/data/openstack/state/nova", "/data/openstack/state/glance"]).toContain(directory);
  }
});

test("the catalog names every API of the client, at its port", () => {
  const types = catalog(facts).map(({ type }) => type);
  for (const type of ["compute", "network", "block-storage", "image", "dns", "load-balancer"])
    expect(types).toContain(type);
  expect(catalog(facts).every(({ url }) => url.startsWith(`http://${addresses.api}:`))).toBe(true);
});
