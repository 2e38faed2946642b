/**
 * handover.sh, really run, with folders in the place of the store and of BigBlueButton's, and programs that stand in for Docker, mount and
 * findmnt. That NFS does what a folder does, and BigBlueButton what its source says, it does not prove.
 */
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const script = join(import.meta.dirname, "../../../../apps/bbb/scripts/handover.sh");
const [one, other] = [1, 2].map((digit) => `${String(digit).repeat(40)}-1700000000000`) as [string, string];
const address = "10.20.0.9:/var/lib/recordings/store";

let root = "";
const at = (...parts: string[]) => join(root, ...parts);
const data = (...parts: string[]) => at("data", ...parts);
const spool = () => readdir(at("store", "spool")).then((names) => names.sort());

async function write(path: string, content: string, mode = 0o644): Promise<void> {
  await mkdir(dirname(at(path)), { recursive: true });
  await writeFile(at(path), content);
  await chmod(at(path), mode);
}

const program = (name: string, body: string) => write(`bin/${name}`, `#!/bin/sh\n${body}\n`, 0o755);

/** A recording in a format, as BigBlueButton has it once it is published. */
async function publish(id: string, { format = "presentation", text = "slides" } = {}): Promise<void> {
  await write(`data/published/${format}/${id}/metadata.xml`, `<recording><id>${id}</id></recording>`);
  await write(`data/published/${format}/${id}/video/webcams.webm`, text.repeat(50_000));
  await write(`data/recording/raw/${id}/events.xml`, "<recording/>");
  await write(`data/recording/status/published/${id}-${format}.done`, "Published");
}

/** What the importer does with all that is in the spool; gives the files of each archive. */
async function importAll(): Promise<Record<string, string[]>> {
  const found: Record<string, string[]> = {};
  for (const name of (await spool()).filter((one) => one.endsWith(".tar") && !one.startsWith("."))) {
    const { stdout } = await execa("tar", ["-tf", at("store/spool", name)]);
    found[name] = stdout.split("\n").filter((path) => !path.endsWith("/"));
    await rm(at("store/spool", name));
  }
  return found;
}

const environment = () => ({
  ...{ BBB_TOLD: at("told"), BBB_RECORDINGS: at("work"), BBB_SAID: at("said"), BBB_STORE: at("store"), BBB_AS: "" },
  ...{ PATH: `${at("bin")}:${process.env.PATH}` },
});

async function run() {
  const { exitCode, stdout, stderr } = await execa("sh", [script], { env: environment(), reject: false });
  return { exitCode, said: `${stdout}\n${stderr}`, ...(await metrics()) };
}

/** The numbers that the drain reads. */
async function metrics(): Promise<{ waiting?: number; failed?: number; looked?: number }> {
  const text = await readFile(at("said/metrics"), "utf8").catch(() => "");
  const of = (name: string) => {
    const [, value] = new RegExp(`^bbb_recordings_${name} (\\d+)$`, "m").exec(text) ?? [];
    return value === undefined ? {} : { [name.split("_")[0] ?? ""]: Number(value) };
  };
  return { ...of("waiting"), ...of("failed"), ...of("looked_timestamp_seconds") };
}

const tell = (keepDays = 4) => write("told/v1/settings/recordings", `STORE=${address}\nKEEP_DAYS=${keepDays}\n`);
const jobs = (count: string) => write("jobs", count);

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "bbb-handover-"));
  for (const folder of [
    "work",
    "said",
    "store/spool",
    "data/recording/status/recorded",
    "data/recording/status/archived",
  ])
    await mkdir(at(folder), { recursive: true });
  await write("told/current", "v1");
  await tell();
  await jobs("0");
  await program("findmnt", `cat ${at("mounted")}`);
  await write("mounted", address);
  await program("mountpoint", "true");
  await program("mount", `echo "$@" >> ${at("calls")}; [ ! -e ${at("away")} ]`);
  await program("umount", `echo "umount $1" >> ${at("calls")}`);
  const docker = [
    'case "$1 $*" in',
    `  ps*) printf '%s\\n' "bbb-web web" "recordings recorder" "redis queue" ;;`,
    `  inspect*) echo ${data()} ;;`,
    `  *redis-cli*) cat ${at("jobs")} ;;`,
    `  *bbb-record*) echo "$*" >> ${at("calls")}; for last; do :; done`,
    `    rm -rf ${data("published")}/*/"$last" ${data("recording/raw")}/"$last" ${data("recording/status/published")}/"$last"-* ;;`,
    "esac",
  ];
  await program("docker", docker.join("\n"));
});
afterEach(() => rm(root, { recursive: true }));

describe("a recording that is published", () => {
  it("is in the spool, whole, and nothing is left to wait for", async () => {
    await publish(one);
    expect(await run()).toMatchObject({ exitCode: 0, waiting: 0, failed: 0 });
    expect(await spool()).toEqual([`${one}-presentation.tar`]);
    expect(await importAll()).toEqual({
      [`${one}-presentation.tar`]: [`presentation/${one}/metadata.xml`, `presentation/${one}/video/webcams.webm`],
    });
  });

  it("is handed over once, and stays here", async () => {
    await publish(one);
    await run();
    await importAll();
    expect(await run()).toMatchObject({ exitCode: 0, waiting: 0 });
    expect(await spool()).toEqual([]);
    expect((await stat(data("published/presentation", one))).isDirectory()).toBe(true);
  });

  it("comes in each of its formats", async () => {
    await publish(one);
    await publish(one, { format: "video" });
    await run();
    expect(await spool()).toEqual([`${one}-presentation.tar`, `${one}-video.tar`]);
  });

  it("comes anew when it was made anew, but never over one that the importer has not taken", async () => {
    await publish(one);
    await run();
    await publish(one, { text: "better" });
    await utimes(data(`recording/status/published/${one}-presentation.done`), 1_900_000_000, 1_900_000_000);
    expect(await run()).toMatchObject({
      exitCode: 1,
      waiting: 1,
      said: expect.stringContaining("waits until the importer"),
    });
    await importAll();
    expect(await run()).toMatchObject({ exitCode: 0, waiting: 0 });
    expect(await spool()).toEqual([`${one}-presentation.tar`]);
  });
});

describe("a run that is killed", () => {
  it("in the middle of writing leaves nothing that the importer would take, and the next one finishes", async () => {
    await publish(one);
    await program("dd", `/usr/bin/dd "$@" count=1 2> /dev/null; kill -9 -- -$$ $PPID; kill -9 $PPID`);
    const { exitCode } = await run();
    expect(exitCode).not.toBe(0);
    expect((await spool()).filter((name) => !name.startsWith("."))).toEqual([]);
    expect((await spool()).length).toBe(1);
    await rm(at("bin/dd"));
    expect(await run()).toMatchObject({ exitCode: 0, waiting: 0 });
    expect(await spool()).toEqual([`${one}-presentation.tar`]);
  });

  it("between the archive and its mark knows the archive again, and writes it no second time", async () => {
    await publish(one);
    await run();
    const { mtimeMs, ino } = await stat(at("store/spool", `${one}-presentation.tar`));
    await rm(at("work/handed", `${one}-presentation`));
    expect(await run()).toMatchObject({ exitCode: 0, waiting: 0 });
    expect(await stat(at("store/spool", `${one}-presentation.tar`))).toMatchObject({ mtimeMs, ino });
  });
});

describe("a store that does not take it", () => {
  it("because it is full gets nothing by its whole name, and is tried again; the others come", async () => {
    await publish(one);
    await publish(other);
    await program(
      "dd",
      `case "$*" in *${one}*) cat > /dev/null; echo "No space left on device" >&2; exit 1 ;; esac; exec /usr/bin/dd "$@"`,
    );
    expect(await run()).toMatchObject({ exitCode: 1, waiting: 1, said: expect.stringContaining("cannot be written") });
    expect(await spool()).toEqual([`${other}-presentation.tar`]);
    await rm(at("bin/dd"));
    expect(await run()).toMatchObject({ exitCode: 0, waiting: 0 });
  });

  it("and says that it did is found out: what it has is compared", async () => {
    await publish(one);
    await program("dd", '/usr/bin/head -c 2048 > "$(echo "$1" | cut -c 4-)"; cat > /dev/null');
    expect(await run()).toMatchObject({
      exitCode: 1,
      waiting: 1,
      said: expect.stringContaining("was not written whole"),
    });
    expect(await spool()).toEqual([]);
  });

  it("because it is away is tried again, and what waits is told all the same", async () => {
    await publish(one);
    await write("mounted", "");
    await write("away", "");
    expect(await run()).toMatchObject({
      exitCode: 1,
      waiting: 1,
      said: expect.stringContaining(`${address} cannot be mounted`),
    });
    await rm(at("away"));
    expect(await run()).toMatchObject({ exitCode: 0, waiting: 0 });
    expect(await readFile(at("calls"), "utf8")).toContain(`-t nfs4 -o vers=4,softerr`);
  });

  it("because it is another one now is replaced by the one that was told", async () => {
    await write("mounted", "10.20.0.8:/old");
    await run();
    expect(await readFile(at("calls"), "utf8")).toMatch(new RegExp(`^umount .*/store\\n.* ${address} `));
  });

  it("because Scalelite has made no spool gets none from here", async () => {
    await rm(at("store/spool"), { recursive: true });
    await publish(one);
    expect(await run()).toMatchObject({ exitCode: 1, waiting: 1, said: expect.stringContaining("no folder spool") });
  });
});

describe("what the drain waits for", () => {
  it.each([
    ["a meeting that has ended, and is not archived", `status/recorded/${one}.done`],
    ["one that is archived, and not published", `raw/${one}/events.xml`],
    ["a format that is worked on beside one that is published", `process/video/${one}/video.webm`],
    ["a step that failed", `status/processed/${one}-video.fail`],
  ])("is %s", async (_what, file) => {
    await publish(one);
    await run();
    expect((await metrics()).waiting).toBe(0);
    await rm(data("recording/status/published"), { recursive: true, force: !file.startsWith("process") });
    await write(`data/recording/${file}`, "");
    expect(await run()).toMatchObject({ waiting: 1 });
  });

  it("is what waits in BigBlueButton's queue, of which nothing else tells", async () => {
    await jobs("2");
    expect(await run()).toMatchObject({ exitCode: 0, waiting: 2 });
  });

  it("is no meeting that nobody recorded", async () => {
    await write(`data/recording/raw/${one}/events.xml`, "");
    await write(`data/recording/status/archived/${one}.norecord`, "");
    expect(await run()).toMatchObject({ exitCode: 0, waiting: 0 });
  });

  it("is not known where the queue does not answer: what was told before stays, with its time", async () => {
    await jobs("0");
    await run();
    const before = await readFile(at("said/metrics"), "utf8");
    await jobs("NOAUTH Authentication required.");
    await publish(one);
    expect(await run()).toMatchObject({ exitCode: 1, said: expect.stringContaining("cannot be read") });
    expect(await readFile(at("said/metrics"), "utf8")).toBe(before);
    expect(await spool()).toEqual([`${one}-presentation.tar`]);
  });

  it("has the time before the look", async () => {
    const before = Math.floor(Date.now() / 1000);
    expect((await run()).looked).toBeGreaterThanOrEqual(before);
  });
});

describe("what is kept here", () => {
  const old = async (name: string) => utimes(at("work/taken", name), 1_600_000_000, 1_600_000_000);

  it("is deleted when all its formats are taken, and the days are over", async () => {
    await publish(one);
    await publish(one, { format: "video" });
    await run();
    await importAll();
    await run();
    await old(`${one}-presentation`);
    await run();
    expect(await readdir(data("published/presentation"))).toEqual([one]);
    await old(`${one}-video`);
    await run();
    expect(await readFile(at("calls"), "utf8")).toBe(`exec recorder bbb-record --delete ${one}\n`);
    expect(await run()).toMatchObject({ exitCode: 0, waiting: 0 });
    expect(await readdir(at("work/handed"))).toEqual([]);
  });

  it("stays while the importer has not taken it, however old", async () => {
    await publish(one);
    await run();
    await write(`work/taken/${one}-presentation`, "");
    await old(`${one}-presentation`);
    await run();
    expect(await readdir(data("published/presentation"))).toEqual([one]);
  });
});

it("says what waits where the estate has no store, and hands nothing over", async () => {
  await rm(at("told/v1/settings/recordings"));
  expect(await run()).toMatchObject({ exitCode: 0, waiting: 0 });
  await publish(one);
  expect(await run()).toMatchObject({ exitCode: 0, waiting: 1 });
  expect(await spool()).toEqual([]);
});

it("says nothing where BigBlueButton does not run: nobody knows then what waits", async () => {
  await program("docker", "true");
  expect(await run()).toEqual({ exitCode: 0, said: "estate-bbb-recordings: waits until BigBlueButton runs\n" });
  await program("docker", "exit 1");
  expect(await run()).toEqual({ exitCode: 0, said: "estate-bbb-recordings: waits for Docker\n" });
});
