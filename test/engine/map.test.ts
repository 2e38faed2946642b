/** `estate map` of the estate that is built: every host with the addresses that the cloud says, and no secret. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import type { EstateMap } from "../../cli/map/estate-map.ts";
import { addresses } from "../../local/addresses.ts";
import { project } from "../../local/place.ts";
import { cloud, configuration, here } from "./estate.ts";

interface Server {
  readonly name: string;
  readonly metadata: { readonly estate?: string };
  readonly addresses: Readonly<Record<string, readonly { readonly addr: string }[]>>;
}

const estate = (...args: readonly string[]) =>
  execa(join(project, "cli", "estate"), ["map", "--stack", here.stack, ...args], { cwd: project, stdin: "ignore" });

/** Addresses by host, as nova says them. */
async function inTheCloud(): Promise<Record<string, string[]>> {
  const servers = await (await cloud()).list<Server>("compute", "/servers/detail", "servers");
  const own = servers.filter(({ metadata }) => metadata.estate === "estate");
  return Object.fromEntries(
    own.map(({ name, addresses: all }) => [
      name,
      Object.values(all)
        .flatMap((some) => some.map(({ addr }) => addr))
        .sort(),
    ]),
  );
}

test("has every host with the addresses that the cloud says, and its networks", async () => {
  const map = JSON.parse((await estate("--json")).stdout) as EstateMap;
  const drawn = map.hosts.map(({ name, fixed, floating }) => [name, [fixed, ...(floating ? [floating] : [])].sort()]);
  const known = await inTheCloud();
  expect(Object.fromEntries(drawn)).toEqual(known);
  const first = ["orchestrator-01", "orchestrator-02", "orchestrator-03", "bbb-01", "bbb-02", "worker-01"];
  expect(Object.keys(known)).toEqual(expect.arrayContaining(first));
  for (const { name, health, reason } of map.hosts) expect(`${name} ${health}`, reason).toBe(`${name} up`);
  expect(map.sites).toEqual([{ name: "local", network: "estate-local", cidr: "10.20.0.0/24", own: true }]);
  expect(map.router).toMatchObject({
    external: addresses.external.name,
    addresses: [expect.stringMatching(/^203\.0\.113\./)],
  });
  expect(map.reach.filter(({ ruled, service }) => ruled !== "as needed" || service === "")).toEqual([]);
});

test("writes a page with all of it, and with no secret", async () => {
  const folder = await mkdtemp(join(tmpdir(), "estate-map-"));
  const file = join(folder, "map.html");
  await estate("--output", file);
  const page = await readFile(file, "utf8");
  await rm(folder, { recursive: true, force: true });
  for (const [name, known] of Object.entries(await inTheCloud()))
    for (const fact of [name, ...known])
      expect(page.includes(`>${fact}<`) || page.includes(`>${fact} public<`), fact).toBe(true);
  const config = await configuration();
  const shown = Object.entries(config).filter(
    ([, { value, secret }]) => secret && value.split("\n").some((line) => line.length > 20 && page.includes(line)),
  );
  expect(shown.map(([name]) => name)).toEqual([]);
  expect(page).not.toContain("ciphertext");
});
