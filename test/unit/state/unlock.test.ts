/** Who holds a lock, in a folder and in a store that pulumi alone can read, and when it is freed. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { holdersOf, locksIn } from "../../../cli/state/holders.ts";
import { exitCodes, freeDead, unlockText } from "../../../cli/state/unlock.ts";
import { Trouble } from "../../../local/say.ts";

const since = "2026-11-22T12:00:00Z";
/** What pulumi 3.253 says. */
const locked = (locks: readonly string[]) =>
  [
    `'pulumi stack rename' failed: error: the stack is currently locked by ${locks.length} lock(s). Either wait for the other process(es) to end or delete the lock file with \`pulumi cancel\`.`,
    ...locks.map(
      (who, number) =>
        `  s3://state/.pulumi/locks/organization/estate/mine/${number}.json: created by ${who} at ${since}`,
    ),
  ].join("\n");

/** Pulumi with a store: the locks that are there, as it tells them. */
function store(...locks: string[]) {
  const commands: string[] = [];
  let there = locks;
  const pulumi = async (command: readonly string[]) => {
    commands.push(command.join(" "));
    if (command[0] === "cancel") there = [];
    else if (there.length > 0) throw new Trouble(locked(there));
    else throw new Trouble("'pulumi stack rename' failed: error: a stack named mine already exists");
    return "";
  };
  return { commands, terms: { stack: "mine", backend: "s3://state", hostname: "desk", pulumi } };
}

const probe = "stack rename mine --stack mine";

describe("locks in a store", () => {
  it("are none where the stack may be renamed to a name that is taken, its own", async () => {
    const { terms, commands } = store();
    expect(await freeDead(terms, false)).toEqual({ result: "free", holders: [] });
    expect(commands).toEqual([probe]);
  });

  it("of an engine of this machine that is gone are freed, after a second look", async () => {
    const { terms, commands } = store("ada@desk (pid 999999999)");
    const { result, holders } = await freeDead(terms, false);
    expect([result, holders]).toEqual([
      "freed",
      [{ pid: 999_999_999, username: "ada", hostname: "desk", since, life: "gone" }],
    ]);
    expect(commands).toEqual([probe, probe, "cancel --yes --stack mine", probe]);
  });

  it("of another machine are not, unless somebody has looked", async () => {
    const { terms, commands } = store("ada@rack (pid 12)");
    const { result, holders } = await freeDead(terms, false);
    expect([result, exitCodes[result]]).toEqual(["unsure", 4]);
    expect(unlockText("mine", result, holders)).toBe(
      `The state of stack mine is locked by:\n  process 12 of ada on rack, since ${since}: look there with 'ps -p 12', on rack; if it is no pulumi, 'estate state unlock --force' frees the lock`,
    );
    expect(commands).toEqual([probe]);
    expect((await freeDead(terms, true)).result).toBe("freed");
  });

  it("are not freed when another one comes between the two looks", async () => {
    const { terms } = store("ada@desk (pid 999999999)");
    let looks = 0;
    const pulumi = async (command: readonly string[]) => {
      looks += 1;
      if (command[0] === "cancel") throw new Error("freed");
      throw new Trouble(locked(looks === 1 ? ["ada@desk (pid 999999999)"] : ["bob@rack (pid 7)"]));
    };
    await expect(freeDead({ ...terms, pulumi }, true)).rejects.toThrow(/somebody works on it/);
  });

  it("are said to be unknown where the backend is none that has them, and errors stay errors", async () => {
    const { terms } = store();
    const cloud = { ...terms, backend: "https://api.pulumi.com" };
    await expect(holdersOf(cloud)).rejects.toThrow(/'pulumi cancel --stack mine'/);
    const broken = async () => {
      throw new Trouble("access denied");
    };
    await expect(holdersOf({ ...terms, pulumi: broken })).rejects.toThrow("access denied");
    await expect(holdersOf({ ...terms, pulumi: async () => "" })).rejects.toThrow(/does not say who holds/);
  });

  it("are all read, however many", () => {
    const text = locked(["ada@desk (pid 1)", "bob@rack.example.org (pid 22)"]);
    expect(locksIn(text).map(({ username, hostname, pid }) => [username, hostname, pid])).toEqual([
      ["ada", "desk", 1],
      ["bob", "rack.example.org", 22],
    ]);
  });
});

describe("locks in a folder", () => {
  let folder: string;
  let locks: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "estate-unlock-"));
    locks = join(folder, ".pulumi", "locks", "organization", "estate", "mine");
    await mkdir(locks, { recursive: true });
  });
  afterEach(async () => rm(folder, { recursive: true, force: true }));

  const write = async (name: string, pid: number) =>
    writeFile(join(locks, name), JSON.stringify({ pid, username: "ada", hostname: "desk", timestamp: since }));
  const never = async () => {
    throw new Error("pulumi was asked");
  };
  const free = async (force = false) =>
    freeDead({ stack: "mine", backend: `file://${folder}`, hostname: "desk", pulumi: never }, force);

  it("are read and freed without pulumi, their attributes too", async () => {
    await write("a.json", 999_999_999);
    await writeFile(join(locks, "a.json.attrs"), "{}");
    expect((await free()).result).toBe("freed");
    expect([existsSync(join(locks, "a.json")), existsSync(join(locks, "a.json.attrs"))]).toEqual([false, false]);
    expect((await free()).result).toBe("free");
  });

  it("stay, all of them, as long as one engine runs, even with --force", async () => {
    const program = join(folder, "pulumi");
    await copyFile("/bin/sleep", program);
    const child = spawn(program, ["60"], { stdio: "ignore" });
    await once(child, "spawn");
    await write("a.json", child.pid ?? 0);
    await write("b.json", 999_999_999);
    const { result, holders } = await free(true);
    child.kill();
    await once(child, "exit");
    expect([result, exitCodes[result], holders.map(({ life }) => life)]).toEqual(["held", 3, ["runs", "gone"]]);
    expect(unlockText("mine", result, holders)).toContain(`'kill -INT ${child.pid}' ends it in good order`);
    expect(existsSync(join(locks, "b.json"))).toBe(true);
  });
});
