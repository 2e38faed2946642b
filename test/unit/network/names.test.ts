import { expect, test } from "vitest";
import { nameInterfaces, names } from "../../../local/network/names.ts";
import { Fixture, id, mac } from "./fixture.ts";

const cloud = new Fixture();
const [one, two, three] = ["one", "two", "three"].map((name) => cloud.port(name, "net", "10.0.0.1"));
const ports = [one, two].filter((port) => port !== undefined);
const server = { id: id("server"), name: "server", macs: [mac("two"), mac("one")] };
const numbered = (name: ReturnType<typeof nameInterfaces>) => Object.fromEntries(name.numbers);

test("names fit in the 15 characters that the kernel allows for a link", () => {
  for (const name of [names.bridge, names.tap, names.routerInterface, names.routerGateway]) {
    expect(name(id("x")).length).toBeLessThanOrEqual(15);
  }
});

test("interfaces follow nova's order once it has built the server, and then keep their names", () => {
  const building = nameInterfaces(undefined, ports, { id: server.id, name: "server" });
  expect(building.stable).toBe(false);
  expect(numbered(building)).toEqual({ [id("one")]: 0, [id("two")]: 1 });
  const running = nameInterfaces(building, ports, server);
  expect(running.stable).toBe(true);
  expect(numbered(running)).toEqual({ [id("two")]: 0, [id("one")]: 1 });
  expect(numbered(nameInterfaces(running, ports, { ...server, macs: [] }))).toEqual(numbered(running));
});

test("an interface that goes leaves its number to the next one that comes", () => {
  const running = nameInterfaces(undefined, ports, server);
  const later = [one, three].filter((port) => port !== undefined);
  expect(numbered(nameInterfaces(running, later, server))).toEqual({ [id("one")]: 1, [id("three")]: 0 });
});

test("a server that nova has not told of yet is not settled", () => {
  expect(nameInterfaces(undefined, ports, undefined).stable).toBe(false);
});
