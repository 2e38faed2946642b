/** The page, read strictly as XML: what is on it, that nothing runs or is loaded, and that everything has its place. */
import { beforeAll, describe, expect, it } from "vitest";
import type { EstateMap } from "../../../cli/map/estate-map.ts";
import { renderMap } from "../../../cli/map/page.ts";
import { partyTitle } from "../../../cli/map/reach.ts";
import { readMap } from "../../../cli/map/read.ts";
import { readState } from "../../../cli/map/state.ts";
import { cases } from "./cases.ts";
import { boxes, overlapping, sticksOut } from "./geometry.ts";
import { ciphertext, estates, resource, stateOf } from "./states.ts";
import { all, type Element, hasClass, parsePage, textOf } from "./xml.ts";

const mapOf = (state: unknown) => readMap(readState("test", state));

function table(page: Element, caption: string): string[][] {
  const found = all(page, "table").find((one) => all(one, "caption").some((title) => textOf(title) === caption));
  if (!found) throw new Error(`no table ${caption}`);
  const [body] = all(found, "tbody");
  const rows = body ? all(body, "tr") : [];
  return rows.map((row) => row.children.map((cell) => (typeof cell === "string" ? cell : linesOf(cell).join(" "))));
}

/** A cell with several lines has an element for each. */
function linesOf(cell: Element): string[] {
  const lines = all(cell, "div").map(textOf);
  return lines.length > 0 ? lines : [textOf(cell)];
}

describe.each(cases)("the map of $name", ({ state }) => {
  let map: EstateMap;
  let text: string;
  let page: Element;
  let drawings: readonly Element[];

  beforeAll(async () => {
    map = mapOf(state());
    text = renderMap(map);
    page = await parsePage(text);
    drawings = all(page, "svg").filter((svg) => svg.attributes.role === "img");
  });

  it("runs nothing, and loads nothing", () => {
    const elements = all(page);
    expect(elements.map(({ name }) => name)).not.toEqual(expect.arrayContaining(["script"]));
    const names = new Set(elements.flatMap(({ attributes }) => Object.keys(attributes)));
    expect([...names].filter((name) => /^on|^(src|href|style|action|data)$|:href$/.test(name))).toEqual([]);
    expect(all(page, "style").map(textOf).join("")).not.toMatch(/url\(|@import/);
    expect(all(page, "meta").map(({ attributes }) => attributes.content)).toContainEqual(
      expect.stringMatching(/^default-src 'none'; style-src 'unsafe-inline'/),
    );
    expect(text).not.toMatch(/<(script|img)/);
  });

  it("shows no secret, not even encrypted", () => {
    expect(text).not.toContain(ciphertext);
  });

  it("has each host on one card of each drawing of the networks, with its health and its addresses as text", () => {
    for (const svg of drawings.filter(({ attributes }) => attributes["aria-labelledby"]?.startsWith("networks"))) {
      const cards = boxes(svg).filter(({ group }) => hasClass(group, "card"));
      expect(cards).toHaveLength(map.hosts.length);
      for (const { fixed, floating, health } of map.hosts) {
        const [card] = cards.filter(({ group }) => all(group, "text").some((one) => textOf(one) === fixed));
        const said = card && all(card.group, "text").map(textOf).join("\n");
        expect(said).toMatch(new RegExp(`\\n${health}( · .*)?\\n`));
        if (floating) expect(said).toContain(`${floating} public`);
      }
    }
  });

  it("leaves every text and every box within the box it is in, and none over another", () => {
    expect(drawings).toHaveLength(6);
    for (const svg of drawings) {
      expect(sticksOut(svg)).toEqual([]);
      for (const kind of ["site", "role", "card", "cell", "label"]) expect(overlapping(svg, kind), kind).toEqual([]);
    }
  });

  it("has the same facts in its tables", () => {
    const clean = (fact: string) => fact.replaceAll("\u0007", "\uFFFD").replaceAll("\uD800", "\uFFFD");
    if (map.hosts.length === 0) return expect(textOf(page)).toContain("Hosts: none");
    const hosts = map.hosts.map(({ name, role, health, reason, site, fixed, floating = "" }) =>
      [name, role, health, reason, site, fixed, floating].map(clean),
    );
    expect(table(page, "Hosts")).toEqual(hosts);
    const machines = map.hosts.map(({ name, names, flavor, zone, image, volumes }) => {
      const disks = volumes.map((volume) => `${volume.name} ${volume.sizeGiB} GiB`);
      return [name, names.join(" "), flavor, zone, image, disks.join(" ")].map(clean);
    });
    expect(table(page, "Names and machines")).toEqual(machines);
    const reach = map.reach.map(({ from, to, service, protocol, ports }) => [
      ...[from, to].map((party) => [partyTitle(party), party.cidr ?? ""].join(" ").trim()),
      ...[service, protocol, ports],
    ]);
    expect(table(page, "Who may reach whom").map((row) => row.slice(0, 5))).toEqual(reach);
  });

  it("has ids once, and names what each drawing shows", () => {
    const ids = all(page).flatMap(({ attributes }) => attributes.id ?? []);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { attributes } of drawings)
      expect(ids).toEqual(expect.arrayContaining((attributes["aria-labelledby"] ?? "none").split(" ")));
  });
});

it.each(estates)("nothing of %s is cut short", async (name) => {
  const page = await parsePage(renderMap(mapOf(await stateOf(name))));
  expect(
    all(page, "text")
      .map(textOf)
      .filter((text) => text.includes("…")),
  ).toEqual([]);
});

it("every rule is in the drawing with its ports", async () => {
  const map = mapOf(await stateOf("six hosts"));
  const page = await parsePage(renderMap(map));
  for (const kind of ["wide", "narrow"]) {
    const drawn = all(page, "svg").filter((svg) => hasClass(svg, kind));
    const cells = drawn.flatMap((svg) => boxes(svg).filter(({ group }) => hasClass(group, "cell")));
    const said = cells.map(({ group }) => all(group, "text").map(textOf).join(" "));
    for (const { service, protocol, ports } of map.reach)
      expect(
        said.some((text) => text.includes(`${service} ${protocol} ${ports}`)),
        service,
      ).toBe(true);
  }
});

it("equal states give equal bytes, in whatever order they hold their resources", async () => {
  for (const name of estates) {
    const state = await stateOf(name);
    const page = renderMap(mapOf(state));
    state.deployment.resources.reverse();
    expect(renderMap(mapOf(state)) === page, name).toBe(true);
  }
});

it("a secret where a name or an address is expected is left out", async () => {
  const state = await stateOf("six hosts");
  const secret = resource(state, "Stack", "estate-test").outputs.kubeconfig;
  for (const one of state.deployment.resources)
    for (const key of ["flavorName", "address", "records", "description", "pool"])
      if (key in one.outputs) one.outputs[key] = secret;
  const map = mapOf(state);
  expect(`${renderMap(map)}${JSON.stringify(map)}`).not.toContain(ciphertext);
  expect(map.hosts[0]).toMatchObject({ name: "orchestrator-01", flavor: "" });
});
