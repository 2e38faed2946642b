/** Timer units: what is read, when they elapse, and that what they start runs again and again. */
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { unsupported } from "../../../local/boot/units/directives.ts";
import { parseUnit } from "../../../local/boot/units/parse.ts";
import { UnitStates } from "../../../local/boot/units/states.ts";
import { nextElapse, type TimerUnit, timerOf } from "../../../local/boot/units/timer.ts";
import { playTimer } from "../../../local/boot/units/timers.ts";
import { specifiersOf } from "../../../local/boot/units/words.ts";

const parsed = (lines: readonly string[], name = "x.timer") => parseUnit(["[Timer]", ...lines].join("\n"), name);
const read = (lines: readonly string[], name = "x.timer") =>
  timerOf(name, parsed(lines, name), specifiersOf(name, { hostname: "h", machineId: "m", bootId: "b" }));

describe("a timer unit", () => {
  it("starts the service of its name, or the one it names, at times that are summed", () => {
    expect(read(["OnBootSec=20s", "OnUnitInactiveSec=5min 20s", "OnUnitActiveSec=1min", "AccuracySec=5s"])).toEqual({
      ...{ name: "x.timer", unit: "x.service" },
      elapses: [
        { base: "boot", seconds: 20 },
        { base: "ended", seconds: 320 },
        { base: "started", seconds: 60 },
      ],
    });
    expect(read(["OnBootSec=1"], "a@b.timer").unit).toBe("a@b.service");
    expect(read(["OnBootSec=1", "Unit=other@%i.service"], "a@b.timer").unit).toBe("other@b.service");
  });

  it("forgets all times with an empty one, whichever that is", () => {
    expect(read(["OnBootSec=1", "OnUnitActiveSec=2", "OnUnitInactiveSec=", "OnBootSec=3"]).elapses).toEqual([
      { base: "boot", seconds: 3 },
    ]);
  });

  it.each([
    [["OnBootSec=soon"], "x.timer: OnBootSec=soon is not a time span"],
    [["OnBootSec=1", "AccuracySec=5 parsecs"], "x.timer: AccuracySec=5 parsecs is not a time span"],
    [["AccuracySec=5s"], "x.timer: it says no time"],
    [["OnBootSec=1", "Unit=x.target"], "x.timer: Unit=x.target is not played"],
  ])("%j is refused", (lines, message) => {
    expect(() => read(lines)).toThrow(message);
  });

  it("has directives that are not played, each by its name", () => {
    const lines = ["OnBootSec=1", "OnCalendar=daily", "Persistent=yes", "AccuracySec=1", "RandomizedDelaySec=5"];
    expect(unsupported(parsed(lines))).toEqual([
      "OnCalendar= of [Timer]",
      "Persistent= of [Timer]",
      "RandomizedDelaySec= of [Timer]",
    ]);
  });
});

describe("it elapses next", () => {
  const timer = read(["OnBootSec=20", "OnUnitInactiveSec=30"]);

  it.each([
    ["after the boot, while nothing was started", { boot: 100 }, 120],
    ["at a time that is over, if it is started later than that", { boot: 100, started: undefined }, 120],
    ["after the end, once that is there", { boot: 100, started: 121, ended: 125, elapsed: 120 }, 155],
    ["after it elapsed itself, where the unit was left out", { boot: 100, elapsed: 120 }, 150],
    ["after the first of two", { boot: 100, started: 101, ended: 105 }, 120],
  ])("%s", (_when, times, due) => {
    expect(nextElapse(timer, times)).toBe(due);
  });

  it("never again, where nothing says when", () => {
    expect(nextElapse(read(["OnBootSec=20"]), { boot: 100, started: 120, ended: 121, elapsed: 120 })).toBeUndefined();
    expect(nextElapse(read(["OnUnitActiveSec=20"]), { boot: 100 })).toBeUndefined();
    expect(nextElapse(read(["OnBootSec=infinity"]), { boot: 100 })).toBeUndefined();
  });
});

describe("it starts its service", () => {
  const name = "x.service";

  /** A service that takes `taken` seconds, and when it was started and had ended. */
  function service(taken: number) {
    const states = new UnitStates([]);
    const boot = states.now();
    const runs: { started: number; ended: number }[] = [];
    const run = async () => {
      states.set(name, "activating");
      const started = states.now();
      await sleep(taken * 1000);
      runs.push({ started, ended: states.now() });
      states.set(name, "inactive");
    };
    const end = new AbortController();
    const unit = {
      isDown: () => states.isDown(name),
      now: () => states.now(),
      times: () => ({ boot, ...states.history(name) }),
      start: run,
      change: (seconds: number, signal: AbortSignal) => states.change(name, seconds, signal),
    };
    const play = (timer: TimerUnit) => playTimer(timer, unit, end.signal);
    return { boot, runs, run, play, end: () => end.abort() };
  }

  it("again and again, so long after each end, until it is stopped", async () => {
    const { boot, runs, play, end } = service(0.03);
    const played = play(read(["OnBootSec=50ms", "OnUnitInactiveSec=60ms"]));
    await expect.poll(() => runs.length).toBeGreaterThan(2);
    end();
    await played;
    const count = runs.length;
    const [first, second] = runs;
    expect((first?.started ?? 0) - boot).toBeGreaterThanOrEqual(0.05);
    expect((second?.started ?? 0) - (first?.ended ?? 0)).toBeGreaterThanOrEqual(0.059);
    await sleep(200);
    expect(runs.length).toBe(count);
  });

  it("not while it runs because of somebody else, and counts from that end", async () => {
    const { runs, run, play, end } = service(0.1);
    const played = play(read(["OnBootSec=20ms", "OnUnitInactiveSec=50ms"]));
    await run();
    await expect.poll(() => runs.length).toBe(2);
    end();
    await played;
    expect((runs[1]?.started ?? 0) - (runs[0]?.ended ?? 0)).toBeGreaterThanOrEqual(0);
  });

  it("at once, if its time after the boot is over when it is started", async () => {
    const { runs, play, end } = service(0);
    await sleep(50);
    const played = play(read(["OnBootSec=1ms"]));
    await expect.poll(() => runs.length).toBe(1);
    await sleep(50);
    expect(runs.length).toBe(1);
    end();
    await played;
  });
});
