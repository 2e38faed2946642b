import { expect, test } from "vitest";
import { orderUnits } from "../../../local/boot/units/order.ts";
import { parseUnit } from "../../../local/boot/units/parse.ts";
import { mountUnitName, type Unit, unitOf } from "../../../local/boot/units/unit.ts";

/** Units by name: the lines of `[Unit]`, and what wants them. */
type Files = Readonly<Record<string, { readonly lines?: string; readonly wantedBy?: string } | "masked">>;

function finder(files: Files): (name: string) => Unit | "masked" | undefined {
  const mounts = Object.keys(files).filter((name) => name.endsWith(".mount"));
  return (name) => {
    const file = files[name];
    if (file === undefined || file === "masked") return file;
    const wantedLinks = Object.entries(files).flatMap(([other, one]) =>
      one !== "masked" && one.wantedBy === name ? [other] : [],
    );
    return unitOf({ name, assignments: parseUnit(`[Unit]\n${file.lines ?? ""}`, name), wantedLinks }, mounts);
  };
}

const start = (files: Files) => orderUnits("multi-user.target", finder({ "multi-user.target": {}, ...files }));
const order = (files: Files) => start(files).map(({ unit }) => unit.name);
const by = { wantedBy: "multi-user.target" };

test("only what the target pulls in is started", () => {
  expect(order({ "a.service": by, "b.service": {} })).toEqual(["a.service", "multi-user.target"]);
});

test("After= and Before= order, whatever the names", () => {
  const files = {
    "a.service": { ...by, lines: "After=c.service" },
    "b.service": { ...by, lines: "Before=c.service" },
    "c.service": by,
  };
  expect(order(files).slice(0, 3)).toEqual(["b.service", "c.service", "a.service"]);
});

test("what is wanted comes along; what is missing or masked does not", () => {
  const files: Files = {
    "a.service": { ...by, lines: "Wants=b.service gone.service off.service" },
    "b.service": {},
    "off.service": "masked",
  };
  expect(order(files).toSorted()).toEqual(["a.service", "b.service", "multi-user.target"]);
});

test.each([
  ["gone.service", "which does not exist"],
  ["off.service", "which is masked"],
])("a required unit must be there: %s", (name, why) => {
  const files: Files = { "a.service": { ...by, lines: `Requires=${name}` }, "off.service": "masked" };
  expect(() => order(files)).toThrow(`a.service: it requires ${name}, ${why}`);
});

test("a circle is named", () => {
  const files = { "a.service": { ...by, lines: "After=b.service" }, "b.service": { ...by, lines: "After=a.service" } };
  expect(() => order(files)).toThrow(/a\.service after b\.service after a\.service/);
});

test("a service may come after the target that wants it", () => {
  expect(order({ "a.service": { ...by, lines: "After=multi-user.target" } })).toEqual([
    "multi-user.target",
    "a.service",
  ]);
});

test("services come after mounts, and after those they need by path", () => {
  const files = {
    "local-fs.target": {},
    "sysinit.target": { ...by, lines: "Requires=local-fs.target\nAfter=local-fs.target" },
    "var-lib.mount": { wantedBy: "local-fs.target" },
    "var-lib-data.mount": {},
    "a.service": { ...by, lines: "RequiresMountsFor=/var/lib/data/x" },
  };
  const names = order(files);
  expect(names.indexOf("var-lib.mount")).toBeLessThan(names.indexOf("a.service"));
  expect(names.indexOf("var-lib-data.mount")).toBeLessThan(names.indexOf("a.service"));
  expect(start(files).find(({ unit }) => unit.name === "a.service")?.requires).toEqual([
    "var-lib.mount",
    "var-lib-data.mount",
  ]);
});

test("unit types that are not played are refused", () => {
  expect(() => order({ "a.socket": by })).toThrow("a.socket: units of the type .socket are not played");
});

test("a timer is there before the boot is over, and comes without the service that it starts", () => {
  const files = {
    "sysinit.target": {},
    "basic.target": { ...by, lines: "Requires=sysinit.target\nWants=timers.target\nAfter=sysinit.target" },
    "timers.target": {},
    "a.timer": { wantedBy: "timers.target" },
    "a.service": {},
  };
  const names = order(files);
  expect(names).toEqual(["sysinit.target", "a.timer", "timers.target", "basic.target", "multi-user.target"]);
});

test("what is to be started, and is not there, is named", () => {
  expect(() => orderUnits("gone.service", finder({}))).toThrow(/^gone\.service does not exist on this host$/);
});

test.each([
  ["/var/lib/rancher", "var-lib-rancher.mount"],
  ["/", "-.mount"],
  ["/srv/my-data", String.raw`srv-my\x2ddata.mount`],
  ["/.hidden/x.y", String.raw`\x2ehidden-x.y.mount`],
])("the mount unit of %s is %s", (path, name) => {
  expect(mountUnitName(path)).toBe(name);
});
