/**
 * What this project relies on in the command plugin, one promise a test, against whichever plugin the engine resolves:
 * the one built here or the official one. Not proved here: passwords and keyboard-interactive logins.
 */
import { access, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freePort, type Sshd, startSshd } from "./sshd.ts";
import { failure, trial } from "./trial.ts";

const { local, remote } = command;
const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );

describe.concurrent("command:local:Command", () => {
  test("keeps both streams without their last line end, and honours dir, environment, stdin and interpreter", () =>
    trial("streams", async (t) => {
      await t.up(async () => {
        new local.Command("shell", {
          create: 'pwd; echo "$WORD $(cat)" >&2',
          dir: t.folder,
          environment: { WORD: "hello" },
          stdin: "you",
        });
        new local.Command("node", {
          create: "process.stdout.write('two\\n\\n')",
          interpreter: [process.execPath, "-e"],
        });
      });
      const { shell, node } = await t.state();
      expect(shell?.outputs).toMatchObject({ stdout: t.folder, stderr: "hello you", addPreviousOutputInEnv: true });
      expect(node?.outputs).toMatchObject({ stdout: "two\n", stderr: "" });
      expect(shell?.type).toBe("command:local:Command");
      expect(shell?.id).toMatch(/^shell[0-9a-f]{8}$/);
    }));

  test("runs nothing in a preview", () =>
    trial("preview", async (t) => {
      const { steps } = await t.preview(async () => {
        new local.Command("mark", { create: `touch ${t.folder}/mark` });
      });
      expect(steps.mark).toEqual(["create"]);
      expect(await exists(join(t.folder, "mark"))).toBe(false);
    }));

  test("fails the update with the command, its exit status and all it wrote, and is not kept in the state", () =>
    trial("fails", async (t) => {
      const program = async (): Promise<void> => {
        new local.Command("bad", { create: "echo out; echo err >&2; exit 3" });
      };
      const error = await failure(t.up(program));
      expect(error).toMatch(/exit status 3: running "echo out; echo err >&2; exit 3":\s+out\s+err/);
      expect((await t.state()).bad).toBeUndefined();
    }));

  test("runs create again, in place, when an input changes and there is no update; it sees the last output", () =>
    trial("again", async (t) => {
      const program = (word: string) => async (): Promise<void> => {
        new local.Command("say", { create: `echo "${word} after $PULUMI_COMMAND_STDOUT"` });
        const options = { create: `echo "${word} after $PULUMI_COMMAND_STDOUT"`, addPreviousOutputInEnv: false };
        new local.Command("forget", options);
      };
      await t.up(program("one"));
      const { steps, paths } = await t.up(program("two"));
      expect(steps.say).toEqual(["update"]);
      expect(paths.say).toEqual(["create"]);
      const { say, forget } = await t.state();
      expect(say?.outputs?.stdout).toBe("two after one after ");
      expect(forget?.outputs?.stdout).toBe("two after ");
    }));

  test("runs update when an input changes and there is one", () =>
    trial("update", async (t) => {
      const program = (word: string) => async (): Promise<void> => {
        new local.Command("say", { create: "echo created", update: "echo updated", environment: { WORD: word } });
      };
      await t.up(program("one"));
      expect((await t.up(program("one"))).steps.say).toEqual(["same"]);
      await t.up(program("two"));
      expect((await t.state()).say?.outputs?.stdout).toBe("updated");
    }));

  test("is replaced when a trigger changes; delete runs as the state has it, not as the program now says", () =>
    trial("triggers", async (t) => {
      const file = join(t.folder, "log");
      const program = (trigger: number, word: string) => async (): Promise<void> => {
        const say = (what: string): string => `echo ${what} $WORD >> ${file}`;
        new local.Command(
          "say",
          { create: say("create"), delete: say("delete"), environment: { WORD: word }, triggers: [trigger] },
          { deleteBeforeReplace: true },
        );
      };
      await t.up(program(1, "old"));
      const { steps } = await t.up(program(2, "new"));
      expect(steps.say).toEqual(["delete-replaced", "replace", "create-replacement"]);
      expect(await readFile(file, "utf8")).toBe("create old\ndelete old\ncreate new\n");
    }));

  test("keeps secret inputs secret; its streams are secret where additionalSecretOutputs says so", () =>
    trial("secret", async (t) => {
      await t.up(async () => {
        const environment = { WORD: pulumi.secret("sw0rdfish") };
        const additionalSecretOutputs = ["stdout", "stderr"];
        new local.Command("say", { create: "echo $WORD", environment, logging: "none" }, { additionalSecretOutputs });
      });
      expect(await t.stateText()).not.toContain("sw0rdfish");
      expect((await t.state()).say?.outputs?.stdout).toMatchObject({ ciphertext: expect.any(String) });
    }));

  test("logs its output line by line; logging chooses the stream", () =>
    trial("logging", async (t) => {
      const create = "echo 'o u t'; echo 'e r r' >&2";
      const both = await t.up(async () => {
        new local.Command("both", { create });
      });
      expect(both.log).toContain("o u t");
      expect(both.log).toContain("e r r");
      const one = await t.up(async () => {
        new local.Command("one", { create, logging: "stderr" });
        new local.Command("none", { create: "echo silence", logging: "none" });
      });
      expect(one.log).toContain("e r r");
      expect(one.log).not.toContain("o u t");
      expect(one.log).not.toContain("silence");
    }));

  test("returns the files its patterns name as assets and as an archive", () =>
    trial("assets", async (t) => {
      await t.up(async () => {
        new local.Command("make", {
          create: "mkdir -p a/b && echo 1 > a/one.js && echo 2 > a/b/two.js && echo 3 > a/b/secret.js",
          dir: t.folder,
          assetPaths: ["a/*.js"],
          archivePaths: ["a/**", "!**secret.*"],
        });
      });
      const { make } = await t.state();
      expect(Object.keys(make?.outputs?.assets as object)).toEqual(["a/one.js"]);
      const archive = make?.outputs?.archive as { assets: object };
      expect(Object.keys(archive.assets).sort()).toEqual(["a/b/two.js", "a/one.js"]);
    }));

  test("ends a cancelled command together with its children", () =>
    trial("cancel", async (t) => {
      const abort = new AbortController();
      const pid = join(t.folder, "pid");
      const create = `sleep 600 & echo $! > ${pid}.new; mv ${pid}.new ${pid}; wait`;
      const ended = failure(
        t.up(async () => {
          new local.Command("wait", { create });
        }, abort.signal),
      );
      while (!(await exists(pid))) await sleep(50);
      abort.abort();
      await ended;
      const child = (await readFile(pid, "utf8")).trim();
      for (let tries = 0; (await exists(`/proc/${child}/fd`)) && tries < 100; tries++) await sleep(100);
      const status = await readFile(`/proc/${child}/status`, "utf8").catch(() => "State: gone");
      expect(status).toMatch(/State:\s+(gone|Z)/);
    }));
});

describe.concurrent("command:local:run", () => {
  test("runs in previews too, and answers with the streams", () =>
    trial("run", async (t) => {
      const file = join(t.folder, "ran");
      const program = async (): Promise<Record<string, unknown>> => {
        const { stdout } = await local.run({ command: `echo x >> ${file}; echo answer` });
        return { stdout };
      };
      await t.preview(program);
      expect(await readFile(file, "utf8")).toBe("x\n");
      expect((await t.up(program)).outputs.stdout?.value).toBe("answer");
    }));
});

describe.concurrent("command:remote", () => {
  let sshd: Sshd;
  let folder: string;
  beforeAll(async () => {
    folder = await (await import("node:fs/promises")).mkdtemp("/tmp/estate-sshd-");
    sshd = await startSshd(folder);
  });
  afterAll(async () => {
    sshd?.stop();
    await (await import("node:fs/promises")).rm(folder, { recursive: true, force: true });
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
