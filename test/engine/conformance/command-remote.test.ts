/**
 * What this project relies on in the command plugin over SSH, one promise a test, with an sshd of the tests' own on
 * loopback. Not proved here: passwords and keyboard-interactive logins.
 */
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { remote } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freePort, type Sshd, startSshd } from "./sshd.ts";
import { exists, failure, trial } from "./trial.ts";

describe.concurrent("command:remote", () => {
  let sshd: Sshd;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "estate-sshd-"));
    sshd = await startSshd(folder);
  });
  afterAll(async () => {
    sshd?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  test("Command runs on the host with stdin and the variables its sshd accepts, and keeps both streams", () =>
    trial("ssh", async (t) => {
      await t.up(async () => {
        const { connection, hostKey } = sshd;
        new remote.Command("say", {
          connection: { ...connection, hostKey },
          create: 'echo "$ESTATE_WORD $(cat)"; echo err >&2',
          environment: { ESTATE_WORD: "hello" },
          stdin: "you",
          logging: "none",
        });
        new remote.Command("encrypted", { connection: { ...connection, ...sshd.encrypted }, create: "echo opened" });
      });
      const text = await t.cli(["stack", "export", "--show-secrets"]);
      expect(text).toMatch(/hello you/);
      expect(text).toMatch(/opened/);
      expect((await t.state()).say?.type).toBe("command:remote:Command");
    }));

  test("a pinned host key refuses every other key before anything runs", () =>
    trial("hostkey", async (t) => {
      const mark = join(t.folder, "mark");
      const connection = { ...sshd.connection, hostKey: sshd.otherKey, dialErrorLimit: 1 };
      const error = await failure(
        t.up(async () => {
          new remote.Command("mark", { connection, create: `touch ${mark}` });
        }),
      );
      expect(error).toMatch(/host key mismatch/);
      expect(await exists(mark)).toBe(false);
    }));

  test("Command without a pinned host key connects to any", () =>
    trial("anykey", async (t) => {
      await t.up(async () => {
        new remote.Command("say", { connection: sshd.connection, create: "true" });
      });
      expect((await t.state()).say?.id).toMatch(/^say[0-9a-f]{8}$/);
    }));

  test("Command updates in place, sees the last output, and is replaced by triggers with the old delete", () =>
    trial("life", async (t) => {
      const file = join(t.folder, "log");
      const program = (word: string, trigger: number) => async (): Promise<void> => {
        new remote.Command(
          "say",
          {
            connection: sshd.connection,
            create: `echo create ${word} >> ${file}; echo ${word}`,
            update: `echo update ${word} after $PULUMI_COMMAND_STDOUT >> ${file}`,
            delete: `echo delete ${word} >> ${file}`,
            triggers: [trigger],
          },
          { deleteBeforeReplace: true },
        );
      };
      await t.up(program("one", 1));
      expect((await t.up(program("two", 1))).steps.say).toEqual(["update"]);
      await t.up(program("three", 2));
      expect(await readFile(file, "utf8")).toBe("create one\nupdate two after one\ndelete two\ncreate three\n");
    }));

  test("a variable the host's sshd does not accept fails with the way out", () =>
    trial("acceptenv", async (t) => {
      const error = await failure(
        t.up(async () => {
          new remote.Command("say", { connection: sshd.connection, create: "true", environment: { OTHER: "1" } });
        }),
      );
      expect(error).toMatch(/AcceptEnv/);
    }));

  test("a host that does not answer is dialled as often as dialErrorLimit says, then fails", () =>
    trial("dial", async (t) => {
      const connection = { ...sshd.connection, port: await freePort(), dialErrorLimit: 2, perDialTimeout: 2 };
      const error = await failure(
        t.up(async () => {
          new remote.Command("say", { connection, create: "true" });
        }),
      );
      expect(error).toMatch(/after 2 failed attempts.*refused/s);
    }));

  test("the connection, private key included, is secret in the state", () =>
    trial("keysecret", async (t) => {
      await t.up(async () => {
        new remote.Command("say", { connection: sshd.connection, create: "true" });
      });
      expect(await t.stateText()).not.toContain("PRIVATE KEY");
      const kept = (await t.state()).say;
      expect(kept?.inputs?.connection).toMatchObject({ ciphertext: expect.any(String) });
      expect(kept?.outputs?.connection).toMatchObject({ ciphertext: expect.any(String) });
    }));

  test("a proxy is gone through, and keys come from an agent", () =>
    trial("proxy", async (t) => {
      const socket = join(t.folder, "agent");
      const agent = execa("ssh-agent", ["-D", "-a", socket]);
      agent.catch(() => undefined);
      while (!(await exists(socket))) await sleep(50);
      await execa("ssh-add", ["-q", sshd.keyFile], { env: { SSH_AUTH_SOCK: socket } });
      const { privateKey, ...withoutKey } = sshd.connection;
      expect(privateKey).toContain("PRIVATE KEY");
      await t.up(async () => {
        const connection = { ...withoutKey, agentSocketPath: socket, hostKey: sshd.hostKey, proxy: sshd.connection };
        new remote.Command("say", { connection, create: "echo through" });
      });
      agent.kill();
      expect(await t.cli(["stack", "export", "--show-secrets"])).toMatch(/through/);
    }));

  test("CopyToRemote copies a file, a text and a folder, and again when the content changes", () =>
    trial("copy", async (t) => {
      const source = join(t.folder, "source");
      const target = join(t.folder, "target");
      await mkdir(join(source, "sub"), { recursive: true });
      await mkdir(target);
      await writeFile(join(source, "sub", "deep"), "deep");
      await writeFile(join(source, "file"), "first");
      const program = async (): Promise<void> => {
        const { connection } = sshd;
        const copy = (name: string, from: pulumi.asset.Asset | pulumi.asset.Archive, to: string): void => {
          new remote.CopyToRemote(name, { connection, source: from, remotePath: to });
        };
        copy("file", new pulumi.asset.FileAsset(join(source, "file")), target);
        copy("text", new pulumi.asset.StringAsset("words"), join(target, "text"));
        copy("folder", new pulumi.asset.FileArchive(source), join(target, "new"));
      };
      await t.up(program);
      const read = (name: string): Promise<string> => readFile(join(target, name), "utf8");
      expect([await read("file"), await read("text"), await read("new/source/sub/deep")]).toEqual([
        "first",
        "words",
        "deep",
      ]);
      await writeFile(join(source, "file"), "second");
      const { steps } = await t.up(program);
      expect(steps).toMatchObject({ file: ["update"], text: ["same"], folder: ["update"] });
      expect([await read("file"), await read("new/source/file")]).toEqual(["second", "second"]);
    }));

  test("CopyToRemote is replaced by triggers; CopyFile copies and is replaced by every change", () =>
    trial("copyfile", async (t) => {
      const from = join(t.folder, "from");
      await writeFile(from, "content");
      const program = (trigger: number, to: string) => async (): Promise<void> => {
        const { connection } = sshd;
        const source = new pulumi.asset.StringAsset("x");
        const remotePath = join(t.folder, "copied");
        new remote.CopyToRemote("copy", { connection, source, remotePath, triggers: [trigger] });
        new remote.CopyFile("file", { connection, localPath: from, remotePath: join(t.folder, to) });
      };
      await t.up(program(1, "one"));
      const { steps } = await t.up(program(2, "two"));
      expect(steps.copy).toContain("replace");
      expect(steps.file).toContain("replace");
      expect(await readFile(join(t.folder, "two"), "utf8")).toBe("content");
    }));
});
