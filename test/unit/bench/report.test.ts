import { describe, expect, it } from "vitest";
import { summary } from "../../bench/estates.ts";
import { growth } from "../../bench/growth.ts";
import { Meter } from "../../bench/processes.ts";
import { judge, type Registered } from "../../bench/program.ts";
import { renderReport } from "../../bench/report.ts";

const meter = new Meter();
meter.see([
  { pid: "1", part: "engine", started: "1", bytes: 300.4 * 2 ** 20, cpuSeconds: 12.34 },
  { pid: "2", part: "program", started: "2", bytes: 210 * 2 ** 20, cpuSeconds: 3 },
  { pid: "3", part: "gates", started: "3", bytes: 90 * 2 ** 20, cpuSeconds: 0.75 },
]);
const up = summary({ hosts: 100, resources: 1000, command: "up", seconds: 1234.5 }, meter, 45.67);

describe("what was measured of an estate", () => {
  it("is in whole MiB and tenths of a second, of each part", () => {
    expect(up).toEqual({
      ...{ hosts: 100, resources: 1000, command: "up", seconds: 1234.5 },
      megabytes: { engine: 300, plugins: 0, program: 210, gates: 90, command: 0 },
      cpuSeconds: { engine: 12.3, plugins: 0, program: 3, gates: 0.8, command: 0 },
      cloudSeconds: 45.7,
    });
  });

  it("is a row of a table", () => {
    const text = renderReport({ cores: 2, machineGiB: 24, estates: [up, { ...up, command: "preview", seconds: 9 }] });
    const lines = text.split("\n");
    expect(lines[0]).toBe("2 cores, 24 GiB of memory");
    expect(lines.at(-3)).toMatch(
      /^hosts +resources +command +seconds +engine MiB +plugins MiB +program MiB +gates MiB +command MiB +engine CPU s +plugins CPU s +program CPU s +gates CPU s +command CPU s +cloud CPU s$/,
    );
    expect(lines.at(-2)).toMatch(/^100 +1000 +up +1234\.5 +300 +0 +210 +90 +0 +12\.3 +0 +3 +0\.8 +0 +45\.7$/);
    expect(lines.at(-1)).toMatch(/^100 +1000 +preview +9 /);
  });

  it("is compared with the smallest estate, a host with a host, where it took a second at least", () => {
    const few = { ...up, hosts: 10, resources: 100, seconds: 246.9, cloudSeconds: 4 };
    const cpuSeconds = { engine: 1, plugins: 0, program: 1, gates: 0.5, command: 0 };
    expect(growth([{ ...few, cpuSeconds }, up])).toEqual([
      {
        ...{ hosts: 100, than: 10, command: "up", seconds: 0.5, engine: 1.23 },
        ...{ plugins: undefined, own: 0.25, cloud: 1.14 },
      },
    ]);
    const text = renderReport({ cores: 2, machineGiB: 24, estates: [{ ...few, cpuSeconds }, up] });
    expect(text.split("\n").at(-1)).toMatch(/^100 +10 +up +0\.5 +1\.23 +- +0\.25 +1\.14$/);
    expect(growth([up])).toEqual([]);
  });

  it("is told as far as it went", () => {
    expect(renderReport({ cores: 2, machineGiB: 24, estates: [] })).toBe("2 cores, 24 GiB of memory");
    const local = { noOpSeconds: 15, memoryGiB: 4, stopSeconds: 2, stoppedSeconds: 74 };
    expect(renderReport({ cores: 2, machineGiB: 24, local, estates: [] })).toMatch(/noOpSeconds +15\n/);
  });
});

describe("the program alone", () => {
  const row = (hosts: number, seconds = hosts / 100): Registered => ({
    ...{ hosts, seconds, resources: 10 * hosts, edges: 20 * hosts, cpuSeconds: hosts / 100, megabytes: hosts },
  });

  it("may grow with the hosts", () => {
    const { rows, faults } = judge([row(10), row(100), row(1000)]);
    expect(faults).toEqual([]);
    expect(rows[2]?.perHost).toEqual({ resources: 1, edges: 1, seconds: 1, cpuSeconds: 1, megabytes: 1 });
  });

  it("may not grow faster, nor take longer than twenty seconds", () => {
    const { faults } = judge([row(10), row(100), { ...row(1000, 20.1), edges: 30_000 }]);
    expect(faults).toEqual([
      "edges grow more than linearly: a host of 1,000 has 1.5 times those of one of 100",
      "seconds grow more than linearly: a host of 1,000 has 2.01 times those of one of 100",
      "1,000 hosts take 20.1 s, more than 20 s",
    ]);
  });
});
