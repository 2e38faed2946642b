/**
 * What this project relies on in the command plugin, one promise a test, against whichever plugin the engine resolves:
 * the one built here or the official one. What runs over SSH is in command-remote.test.ts.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { exists, failure, trial } from "./trial.ts";

const { local } = command;

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
      // two pipes: which of them is read first is nobody's promise
      expect(error).toMatch(/exit status 3: running "echo out; echo err >&2; exit 3":\s+(out\s+err|err\s+out)/);
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
