/**
 * settle.sh, with programs in the place of Docker, compose, nft and curl that write down how they were called. That compose and upstream's
 * project do what is expected of them, it does not prove.
 */
import { chmod, mkdir, mkdtemp, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const script = join(import.meta.dirname, "../../../../apps/bbb/scripts/settle.sh");
const digest = `registry.example.org/a:1@sha256:${"0".repeat(64)}`;
const none = "<response><returncode>SUCCESS</returncode><messageKey>noMeetings</messageKey></response>";
const some = "<response><returncode>SUCCESS</returncode><meetings><meeting/></meetings></response>";
const refused = "<response><returncode>FAILED</returncode><messageKey>checksumError</messageKey></response>";

let root = "";
const at = (...parts: string[]) => join(root, ...parts);
const text = (...parts: string[]) => readFile(at(...parts), "utf8");

async function write(path: string, content: string, mode = 0o644): Promise<void> {
  await mkdir(dirname(at(path)), { recursive: true });
  await writeFile(at(path), content);
  await chmod(at(path), mode);
}

/** A program that writes down its arguments, and does what follows. */
const program = (path: string, body = "") =>
  write(path, `#!/bin/sh\necho "$(basename "$0") $*" >> ${at("calls")}\n${body}`, 0o755);

/** What the host is told. */
async function tell(version: string, files: Record<string, string> = {}, certificate = "one"): Promise<void> {
  const all = { env: "SHARED_SECRET=unique-api-secret\n", "bbb-web.properties": "a=1\n", "hairpin.nft": "", ...files };
  for (const [name, content] of Object.entries({ "bbb-html5.yml": "", ...all }))
    await write(`told/${version}/settings/${name}`, content);
  await write(`told/${version}/certificate/tls.crt`, `certificate ${certificate}\n`);
  await write(`told/${version}/certificate/tls.key`, `key ${certificate}\n`);
  await write("told/current", version);
}

/** Runs it once; what was called since the last time, and what it said. */
async function settle() {
  await rm(at("calls"), { force: true });
  const env = { BBB_TOLD: at("told"), BBB_WORK: at("work"), BBB_TOOLS: at("tools"), BBB_GENERATOR: digest };
  const options = { env: { ...env, PATH: `${at("bin")}:${process.env.PATH}` }, reject: false } as const;
  const { exitCode, stdout, stderr } = await execa("sh", [script], options);
  const calls = await readFile(at("calls"), "utf8").catch(() => "");
  return { exitCode, said: `${stdout}\n${stderr}`, calls, started: /^docker-compose .* up /m.test(calls) };
}

const meetings = (answer: string) => program("bin/curl", `cat > ${at("asked")}\necho '${answer}'`);

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "bbb-settle-"));
  await mkdir(at("work"));
  await write("upstream/bbb/docker-compose.tmpl.yml", "services: { a: { admin: TODO_CHANGE_ME } }\n");
  await write("upstream/bbb/scripts/generate-compose", "cp docker-compose.tmpl.yml docker-compose.yml\n");
  await write("upstream/bbb/mod/bbb-web/bbb-web.properties", "a=0\nb=2");
  await write("tools/override.yml", "");
  await execa("tar", ["-czf", at("tools/project.tar.gz"), "-C", at("upstream"), "bbb"]);
  await program("tools/docker-compose", `case "$*" in *--images*) cat ${at("images")} ;; esac`);
  await write("images", `${digest}\n`);
  for (const name of ["docker", "nft"]) await program(`bin/${name}`);
  await meetings(none);
});
afterEach(() => rm(root, { recursive: true }));

describe("a host that was told nothing", () => {
  it("waits, and is well", async () => {
    expect(await settle()).toMatchObject({
      exitCode: 0,
      started: false,
      said: expect.stringContaining("waits for what"),
    });
  });
});

describe("a new host", () => {
  it("starts with its settings, asking nobody, and then leaves them alone", async () => {
    await tell("v1");
    const first = await settle();
    expect(first).toMatchObject({ exitCode: 0, started: true });
    expect(first.calls).not.toContain("curl");
    expect(first.calls).toContain(`docker tag ${digest} jwilder/dockerize:latest`);
    expect(first.calls).toMatch(/up --detach --no-build .*--force-recreate --remove-orphans/);
    expect(await text("work/project/.env")).toBe("SHARED_SECRET=unique-api-secret\n");
    // of a key that is there twice, the last one counts
    expect(await text("work/bbb-web.properties")).toBe("a=0\nb=2\na=1\n");
    expect(await text("work/certificate/host.pem")).toBe("certificate one\nkey one\n");
    expect((await settle()).started).toBe(false);
  });

  it("has no secret of upstream's own, and says where one is left", async () => {
    await tell("v1");
    await settle();
    // biome-ignore lint/suspicious/noTemplateCurlyInString: what compose puts a value in
    expect(await text("work/project/docker-compose.yml")).toContain("admin: ${HASURA_SECRET}");
    await rm(at("work"), { recursive: true });
    await mkdir(at("work"));
    await write("upstream/bbb/scripts/generate-compose", "echo TODO_CHANGE_ME > docker-compose.yml\n");
    await execa("tar", ["-czf", at("tools/project.tar.gz"), "-C", at("upstream"), "bbb"]);
    expect(await settle()).toMatchObject({
      ...{
        exitCode: 1,
        started: false,
        said: expect.stringContaining("estate-reason: BigBlueButton: a secret of upstream"),
      },
    });
  });

  it("starts no image that could be another one tomorrow", async () => {
    await tell("v1");
    await write("images", `${digest}\ndocker.io/collabora/code:latest\n`);
    expect(await settle()).toMatchObject({
      ...{
        exitCode: 1,
        started: false,
        said: expect.stringContaining("without a digest: docker.io/collabora/code:latest"),
      },
    });
  });

  it("goes on where it was ended", async () => {
    await tell("v1");
    await program("tools/docker-compose", `case "$*" in *--images*) cat ${at("images")} ;; *" up "*) exit 1 ;; esac`);
    expect((await settle()).exitCode).toBe(1);
    await program("tools/docker-compose", `case "$*" in *--images*) cat ${at("images")} ;; esac`);
    expect(await settle()).toMatchObject({ exitCode: 0, started: true });
  });
});

describe("a running host with other settings", () => {
  beforeEach(async () => {
    await tell("v1");
    await settle();
    await tell("v2", { env: "SHARED_SECRET=another-secret\n" });
  });

  it("takes them when no meeting runs; it asks with the secret that is in use, which no list of processes shows", async () => {
    const run = await settle();
    expect(run.started).toBe(true);
    expect(run.calls).not.toMatch(/secret/);
    // printf getMeetingsunique-api-secret | sha256sum
    const sum = "e0558d0ff74c16ddbc1d7913cc09d26fe473d52a80c52443ffa89e58608be20d";
    expect(await text("asked")).toBe(`url = "http://127.0.0.1:48087/bigbluebutton/api/getMeetings?checksum=${sum}"\n`);
    expect(await text("work/project/.env")).toContain("another-secret");
  });

  it.each([
    ["a meeting runs", some],
    ["it is refused, which BigBlueButton says with status 200", refused],
  ])("waits while %s", async (_why, answer) => {
    await meetings(answer);
    expect(await settle()).toMatchObject({
      exitCode: 0,
      started: false,
      said: expect.stringContaining("wait until no meeting"),
    });
    expect(await text("work/project/.env")).toContain("unique-api-secret");
  });

  it("looks again after the images came: somebody may have come, too", async () => {
    await program("bin/curl", `cat > /dev/null; if [ -e ${at("came")} ]; then echo '${some}'; else echo '${none}'; fi`);
    await program(
      "tools/docker-compose",
      `case "$*" in *--images*) cat ${at("images")} ;; *" pull "*) : > ${at("came")} ;; esac`,
    );
    expect(await settle()).toMatchObject({
      exitCode: 0,
      started: false,
      said: expect.stringContaining("is ready for settings"),
    });
    await rm(at("came"));
    await program("tools/docker-compose", `case "$*" in *--images*) cat ${at("images")} ;; esac`);
    expect((await settle()).started).toBe(true);
  });

  it("that does not answer may have meetings, but is mended after a quarter of an hour", async () => {
    await program("bin/curl", "exit 7");
    expect((await settle()).started).toBe(false);
    expect((await settle()).started).toBe(false);
    const before = new Date(Date.now() - 17 * 60_000);
    await utimes(at("work/silent"), before, before);
    expect((await settle()).started).toBe(true);
  });

  it("that answers again in between is asked for another quarter of an hour", async () => {
    await program("bin/curl", "exit 7");
    await settle();
    const before = new Date(Date.now() - 17 * 60_000);
    await utimes(at("work/silent"), before, before);
    await meetings(some);
    expect((await settle()).started).toBe(false);
    await program("bin/curl", "exit 7");
    expect((await settle()).started).toBe(false);
  });
});

describe("a running host that is told another store of recordings", () => {
  it("is not started anew for it", async () => {
    await tell("v1");
    await settle();
    await tell("v2", { recordings: "STORE=10.20.0.9:/store\n" });
    expect(await settle()).toMatchObject({ exitCode: 0, started: false, said: "\n" });
  });
});

describe("a running host with another certificate", () => {
  it("takes it at once, whoever is there, and no service ends for it", async () => {
    await tell("v1");
    await settle();
    await meetings(some);
    await tell("v2", {}, "two");
    const run = await settle();
    expect(run).toMatchObject({ exitCode: 0, started: false });
    expect(run.calls).toMatch(/^docker-compose .* kill --signal USR2 haproxy$/m);
    expect(await text("work/certificate/host.pem")).toBe("certificate two\nkey two\n");
    expect((await settle()).calls).not.toContain("docker");
  });
});

describe("a host after a reboot", () => {
  it("leads its own traffic back to itself before anything is told", async () => {
    await tell("v1");
    await settle();
    await rm(at("told"), { recursive: true });
    await program("bin/nft", '[ "$1" != list ]');
    expect((await settle()).calls).toContain(`nft -f ${at("work/settings/hairpin.nft")}`);
  });
});
