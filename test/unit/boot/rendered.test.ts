/** What machines of the estate are told, as the local stack reads it: what it does not play would fail the host. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { machineFacts, machineSecrets } from "../../../ignition/machine.ts";
import { renderMachine } from "../../../ignition/render.ts";
import { unitFinder } from "../../../local/boot/units/load.ts";
import { orderUnits, type Step } from "../../../local/boot/units/order.ts";
import { serviceOf } from "../../../local/boot/units/service.ts";
import { timerOf } from "../../../local/boot/units/timer.ts";
import { specifiersOf } from "../../../local/boot/units/words.ts";
import { deriveFacts } from "../../../stacks/facts.ts";
import { withBbb } from "../apps/documents.ts";
import { estate, uniqueSecrets } from "../stacks/fixtures.ts";

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

interface Unit {
  readonly name: string;
  readonly contents?: string;
  readonly dropins?: readonly { readonly name: string; readonly contents: string }[];
}

/** The targets of the played image that units of the estate are wanted by, as systemd has them. */
const targets = {
  "multi-user.target": "Requires=basic.target\nAfter=basic.target",
  "basic.target": "Wants=timers.target",
  "timers.target": "Description=Timer Units",
};

/** Puts the units of a host where Ignition does, and the links where presets do. */
function rootOf(host: string, document = estate()): string {
  const root = mkdtempSync(join(tmpdir(), "estate-rendered-"));
  folders.push(root);
  const own = join(root, "etc/systemd/system");
  const image = join(root, "usr/lib/systemd/system");
  mkdirSync(image, { recursive: true });
  for (const [name, lines] of Object.entries(targets)) {
    mkdirSync(join(own, `${name}.wants`), { recursive: true });
    writeFileSync(join(image, name), `[Unit]\n${lines}\n`);
  }
  for (const { name, contents, dropins = [] } of unitsOf(host, document)) {
    if (contents === undefined) continue;
    writeFileSync(join(own, name), contents);
    const [, target] = /^WantedBy=(.*)$/m.exec(contents) ?? [];
    if (target) symlinkSync(join("..", name), join(own, `${target}.wants`, name));
    if (dropins.length > 0) mkdirSync(join(own, `${name}.d`));
    for (const dropin of dropins) writeFileSync(join(own, `${name}.d`, dropin.name), dropin.contents);
  }
  return root;
}

/** In what order they would be started. */
function started(host: string, document?: ReturnType<typeof estate>): Step[] {
  return orderUnits("multi-user.target", unitFinder(rootOf(host, document)));
}

function unitsOf(host: string, document: ReturnType<typeof estate>): Unit[] {
  const facts = deriveFacts(document);
  const found = facts.pools.flatMap((pool) => pool.hosts).find(({ name }) => name === host);
  if (!found) throw new Error(`no host ${host}`);
  const ids = Object.fromEntries(found.volumes.map(({ name }) => [name, "cafe0000-1111-4222-8333-444444444444"]));
  const machine = machineFacts(facts, found, ids);
  return JSON.parse(renderMachine(machine, machineSecrets(uniqueSecrets(), machine))).systemd.units;
}

const small = estate((document) => {
  document.roles.orchestrator.hosts = { "orchestrator-01": {} };
  document.roles.orchestrator.volumes = { rancher: { sizeGiB: 10, path: "/var/lib/rancher" } };
  document.orchestrator.k3s.images = { url: "http://192.0.2.80/images.tar.zst", sha512: "cd".repeat(64) };
});

const find = (steps: readonly Step[], name: string) => steps.find(({ unit }) => unit.name === name);

describe("the local stack", () => {
  it.each(["orchestrator-01", "bbb-01"])("plays every unit of %s, and every value in them", (host) => {
    const steps = started(host);
    const facts = { hostname: host, machineId: "m", bootId: "b" };
    for (const { unit } of steps.filter(({ unit }) => unit.kind === "service"))
      expect(serviceOf(unit.name, unit.assignments, specifiersOf(unit.name, facts)).main).not.toEqual([]);
    const k3s = find(steps, host === "bbb-01" ? "k3s-agent.service" : "k3s.service");
    expect(k3s?.requires).toContain("estate-metadata.service");
    expect(k3s?.after).toContain("estate-metadata.service");
  });

  it("plays the timer that settles BigBlueButton, and what it starts", () => {
    const find = unitFinder(rootOf("bbb-01", estate(withBbb)));
    const names = orderUnits("multi-user.target", find).map(({ unit }) => unit.name);
    expect(names).toContain("estate-bbb.timer");
    expect(names).not.toContain("estate-bbb.service");
    const read = (name: string) => {
      const unit = find(name);
      if (unit === undefined || unit === "masked") throw new Error(`no unit ${name}`);
      return [name, unit.assignments, specifiersOf(name, { hostname: "bbb-01", machineId: "m", bootId: "b" })] as const;
    };
    expect(timerOf(...read("estate-bbb.timer"))).toMatchObject({
      ...{ unit: "estate-bbb.service", elapses: [{ base: "boot" }, { base: "ended" }] },
    });
    expect(serviceOf(...read("estate-bbb.service"))).toMatchObject({ type: "oneshot", restart: "no", remains: false });
    const needed = orderUnits("estate-bbb.service", find).map(({ unit }) => unit.name);
    expect(needed.indexOf("estate-metadata.service")).toBeLessThan(needed.indexOf("estate-bbb.service"));
  });

  it("mounts the archive of images on the data volume, and starts k3s after it", () => {
    const steps = started("orchestrator-01", small);
    const names = steps.map(({ unit }) => unit.name);
    const inOrder = [
      "estate-format-rancher.service",
      "var-lib-rancher.mount",
      "var-lib-rancher-k3s-agent-images.mount",
    ];
    expect(names.filter((name) => [...inOrder, "k3s.service"].includes(name))).toEqual([...inOrder, "k3s.service"]);
    expect(find(steps, "var-lib-rancher-k3s-agent-images.mount")?.requires).toEqual(["var-lib-rancher.mount"]);
    expect(find(steps, "k3s.service")?.requires).toContain("var-lib-rancher-k3s-agent-images.mount");
  });

  it("mounts it where there is no volume too", () => {
    const steps = started("worker-01", small);
    expect(find(steps, "k3s-agent.service")?.requires).toContain("var-lib-rancher-k3s-agent-images.mount");
    expect(find(steps, "var-lib-rancher-k3s-agent-images.mount")?.requires).toEqual([]);
  });
});
