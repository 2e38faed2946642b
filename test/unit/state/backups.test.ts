/** Backups of the state: kept whole, for their owner alone, so many, and put back only with what was there kept. */
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Recorded } from "../../../cli/interrupted.ts";
import { backUp, exportState } from "../../../cli/state/backup.ts";
import { keepBackup, listBackups, shelfOf } from "../../../cli/state/backups.ts";
import { differenceOf, differenceText, isNone } from "../../../cli/state/difference.ts";
import { restoreState } from "../../../cli/state/restore.ts";

const server = "openstack:compute/instance:Instance";
const one = (name: string, id: string, more: object = {}) => {
  return {
    urn: `urn:pulumi:mine::estate::estate:compute:Host$${server}::${name}`,
    type: server,
    id,
    custom: true,
    ...more,
  };
};
const stateOf = (...resources: Recorded[]) => ({ version: 3, deployment: { manifest: {}, resources } });
const text = (...resources: Recorded[]) => JSON.stringify(stateOf(...resources));

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "estate-backups-"));
});
afterEach(async () => rm(folder, { recursive: true, force: true }));

const at = (second: number) => new Date(Date.UTC(2026, 10, 22, 12, 0, second));
const keep = async (content: string, second: number, count = 3) =>
  keepBackup({ folder, keep: count }, content, "up", at(second));

describe("backups", () => {
  it("are for their owner alone, newest first, and hold what pulumi said, byte for byte", async () => {
    await keep(text(one("bbb-01", "s1")), 1);
    await keep(text(one("bbb-01", "s2")), 2);
    const [newest, oldest] = await listBackups({ folder });
    expect([newest?.name, oldest?.name]).toEqual(["2026-11-22T120002.000Z-up", "2026-11-22T120001.000Z-up"]);
    expect([newest?.time, newest?.occasion]).toEqual(["2026-11-22T12:00:02.000Z", "up"]);
    expect(await readFile(newest?.file ?? "", "utf8")).toBe(text(one("bbb-01", "s2")));
    expect((await stat(newest?.file ?? "")).mode & 0o777).toBe(0o600);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
  });

  it("are as many as are kept: the oldest go, and files that are no backups stay", async () => {
    await writeFile(join(folder, "notes.txt"), "mine");
    for (let second = 1; second <= 5; second += 1) await keep(text(one("bbb-01", `s${second}`)), second);
    expect((await listBackups({ folder })).map(({ time }) => new Date(time).getUTCSeconds())).toEqual([5, 4, 3]);
    expect(await readdir(folder)).toContain("notes.txt");
  });

  it("are not made again of the same state, nor of one with nothing in it", async () => {
    const first = await keep(text(one("bbb-01", "s1")), 1);
    const again = await keep(text(one("bbb-01", "s1")), 2);
    expect([first.isNew, again.isNew, again.backup?.name]).toEqual([true, false, first.backup?.name]);
    expect(await keep(text(), 3)).toMatchObject({ isNew: false });
    expect(await listBackups({ folder })).toHaveLength(1);
  });

  it("are refused where a secret is in clear", async () => {
    const secret = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", plaintext: '"unique"' };
    const clear = text(one("bbb-01", "s1", { inputs: { networks: [{ password: secret }] } }));
    await expect(keep(clear, 1)).rejects.toThrow(/secrets in clear/);
    expect(await readdir(folder)).toEqual([]);
  });

  it("that cannot be written stop what wanted to change the state, with a cure", async () => {
    await writeFile(join(folder, "file"), "");
    const shelf = { folder: join(folder, "file"), keep: 3 };
    await expect(keepBackup(shelf, text(one("a", "1")), "up")).rejects.toThrow(/ENOTDIR/);
    await mkdir(join(folder, `2026-11-22T120001.000Z-up.json.${process.pid}`));
    const told = keep(text(one("a", "1")), 1);
    await expect(told).rejects.toThrow(/nothing is changed.*ESTATE_BACKUPS/);
  });

  it("are asked of pulumi without --show-secrets", async () => {
    const commands: string[] = [];
    const pulumi = async (command: readonly string[]) => {
      commands.push(command.join(" "));
      return text(one("bbb-01", "s1"));
    };
    expect((await backUp("mine", await exportState("mine", pulumi), "destroy", { folder, keep: 3 }))?.occasion).toBe(
      "destroy",
    );
    expect(commands).toEqual(["stack export --stack mine"]);
  });

  it("are where the environment says, and as many", () => {
    expect(shelfOf("mine", { ESTATE_BACKUPS: "/var/lib/estate" })).toEqual({
      folder: "/var/lib/estate/mine",
      keep: 20,
    });
    expect(shelfOf("mine", { ESTATE_BACKUPS_KEEP: "5" })).toMatchObject({
      folder: expect.stringMatching(/\.estate\/backups\/mine$/),
      keep: 5,
    });
    expect(() => shelfOf("mine", { ESTATE_BACKUPS_KEEP: "none" })).toThrow(/1 or more/);
  });
});

describe("a restoration", () => {
  let state: string;
  let commands: string[];
  const pulumi = async (command: readonly string[], input?: string) => {
    commands.push(command.slice(0, 2).join(" "));
    if (command[1] === "import") state = input ?? "";
    return command[1] === "export" ? state : "";
  };
  const restore = async (which: string, agree: () => Promise<void> = async () => undefined) =>
    restoreState({ stack: "mine", pulumi, shelf: { folder, keep: 3 }, which, agree });
  beforeEach(() => {
    commands = [];
    state = text(one("bbb-02", "s2"), one("bbb-03", "new", { inputs: { name: "a" } }));
  });
  const then = text(one("bbb-01", "s1"), one("bbb-03", "old"));

  it("puts the kept state in place, and keeps the one that was there", async () => {
    await keep(then, 1);
    const was = state;
    const { before, difference } = await restore("latest");
    expect(state).toBe(then);
    expect(await readFile(before?.file ?? "", "utf8")).toBe(was);
    expect(difference).toEqual({
      forgotten: [{ type: server, name: "bbb-02", id: "s2" }],
      returning: [{ type: server, name: "bbb-01", id: "s1" }],
      exchanged: [{ type: server, name: "bbb-03", id: "new", idThen: "old" }],
      changed: [],
    });
    expect((await restore(before?.name ?? "")).backup.name).toBe(before?.name);
    expect(state).toBe(was);
  });

  it("does nothing where nobody agrees, or nothing would change", async () => {
    await keep(then, 1);
    const no = async () => {
      throw new Error("nothing was done");
    };
    await expect(restore("latest", no)).rejects.toThrow("nothing was done");
    state = then;
    expect((await restore("latest", no)).before).toBeUndefined();
    expect(commands).not.toContain("stack import");
    expect(await listBackups({ folder })).toHaveLength(1);
  });

  it.each([
    ["another stack's", text(one("a", "1")).replaceAll(":mine:", ":yours:"), /another stack than mine/],
    ["cut off", text(one("a", "1")).slice(0, -5), /no JSON/],
    ["no state", "{}", /holds no state/],
  ])("refuses a file that is %s", async (_, content, why) => {
    await writeFile(join(folder, "2026-11-22T120001.000Z-up.json"), content);
    await expect(restore("latest")).rejects.toThrow(why);
    expect(commands).not.toContain("stack import");
  });

  it("names the backups there are where the one that is asked for is not", async () => {
    await expect(restore("yesterday")).rejects.toThrow(/no backup 'yesterday'.*'estate state backups'/);
  });

  it("fails where the state is another one afterwards", async () => {
    await keep(then, 1);
    const deaf = async (command: readonly string[]) => (command[1] === "export" ? state : "");
    const failed = restoreState({
      ...{ stack: "mine", pulumi: deaf, shelf: { folder, keep: 3 }, which: "latest", agree: async () => undefined },
    });
    await expect(failed).rejects.toThrow(/look who else changes it/);
  });
});

describe("a difference", () => {
  it("names properties and no values, and takes equal ones for equal whatever their order", () => {
    const now = stateOf(one("bbb-01", "s1", { inputs: { a: { x: 1, y: 2 }, password: "unique-1" } }));
    const then = stateOf(
      one("bbb-01", "s1", { inputs: { a: { y: 2, x: 1 }, password: "unique-2" }, outputs: { b: 1 } }),
    );
    const difference = differenceOf(now, then);
    expect(difference.changed).toEqual([
      { type: server, name: "bbb-01", id: "s1", properties: ["inputs.password", "outputs.b"] },
    ]);
    expect(differenceText(difference)).toBe(`Other properties (1):\n  ${server} bbb-01: inputs.password, outputs.b`);
    expect(isNone(differenceOf(now, now))).toBe(true);
  });

  it("tells what is to be deleted from what took its place", () => {
    const now = stateOf(one("bbb-01", "new"), one("bbb-01", "old", { delete: true }));
    expect(differenceOf(now, stateOf(one("bbb-01", "new"))).forgotten).toEqual([
      { type: server, name: "bbb-01", id: "old" },
    ]);
  });
});
