import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { MachineFacts } from "../../../ignition/machine.ts";
import { type InterfaceFacts, network } from "../../../ignition/network.ts";
import { BootFailure } from "../../../local/boot/failure.ts";
import { checkAddresses } from "../../../local/boot/static-network.ts";

const port = { mac: "fa:16:3e:0a:0b:0c", address: "10.20.0.5", gateway: "10.20.0.1", mtu: 1450 };
const interfaces = [{ mac: port.mac, addresses: ["10.20.0.5/24"], mtu: 1450 }];

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "static-network-"));
});
afterEach(() => rmSync(root, { recursive: true }));

/** Writes what a host is told, as Ignition would. */
function write(system: MachineFacts["system"], change: Partial<InterfaceFacts> = {}): void {
  const told = { ...port, ...change, prefix: 24 };
  const facts = {
    system,
    zone: "estate.test",
    nameservers: ["192.0.2.53"],
    interface: told,
  } as unknown as MachineFacts;
  for (const { path, contents } of network(facts).files ?? []) put(path, String(contents));
}

function put(path: string, text: string): void {
  mkdirSync(join(root, path, ".."), { recursive: true });
  writeFileSync(join(root, path), text);
}

describe.each(["flatcar", "fedora-coreos"] as const)("what a host of %s is told of its network", (system) => {
  it("is accepted when it is what neutron says", async () => {
    write(system);
    expect(await checkAddresses(root, interfaces)).toBeUndefined();
  });

  it.each([
    [{ address: "10.20.0.6" }, "gives the host 10.20.0.6/24, but its port has 10.20.0.5/24"],
    [{ mac: "fa:16:3e:00:00:00" }, "is about an interface fa:16:3e:00:00:00, but the host's have fa:16:3e:0a:0b:0c"],
    [{ mtu: 9000 }, "has packets of 9000 bytes, but the network takes 1450"],
  ])("fails the boot when it is something else: %j", async (change, sentence) => {
    write(system, change);
    const failure = await checkAddresses(root, interfaces).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(BootFailure);
    expect(String(failure)).toContain(sentence);
  });
});

it("a host that is told nothing, or to ask DHCP, boots with what neutron says", async () => {
  expect(await checkAddresses(root, interfaces)).toBeUndefined();
  put("/etc/systemd/network/20-any.network", "[Match]\nName=*\n[Network]\nDHCP=yes\n");
  expect(await checkAddresses(root, interfaces)).toBeUndefined();
});
