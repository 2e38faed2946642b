import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { apiClosed, apiFiles, apiOpened } from "../../../ignition/api.ts";

/** That packets do as the rules say is for the engine tests: a roll of the orchestrator, seen by a client. */
describe("a server that starts", () => {
  const files = apiFiles(6443);
  const contents = (path: string) => String(files.find((file) => file.path === path)?.contents);
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "estate-api-"));
  });
  afterEach(async () => rm(folder, { recursive: true, force: true }));

  it("loads rules that refuse whoever else begins a connection to its API, and may be loaded again", () => {
    const rules = contents(apiClosed.split(" ").at(-1) ?? "");
    expect(rules.split("\n").slice(0, 2)).toEqual(["table inet estate-api", "delete table inet estate-api"]);
    expect(rules.match(/^.*reject.*$/gm)).toEqual([
      '    iifname != "lo" tcp dport 6443 tcp flags & (fin | syn | rst | ack) == syn counter reject with tcp reset',
    ]);
  });

  /** Runs the script with a curl that says these status codes, one after another, and an nft that writes down what it is asked. */
  async function opened(...codes: readonly string[]): Promise<string> {
    const program = async (name: string, ...lines: readonly string[]) => {
      await writeFile(join(folder, name), ["#!/bin/sh", ...lines, ""].join("\n"));
      await chmod(join(folder, name), 0o755);
    };
    await writeFile(join(folder, "codes"), `${codes.join("\n")}\n`);
    await program("curl", `head -n 1 ${folder}/codes`, `sed -i 1d ${folder}/codes`, `echo "$@" >> ${folder}/asked`);
    await program("sleep");
    await program("nft", `echo "$@" > ${folder}/told`);
    const script = contents(apiOpened).replace("/usr/sbin/nft", join(folder, "nft"));
    await execa("sh", ["-c", script], { env: { PATH: `${folder}:${process.env.PATH}` }, timeout: 10_000 });
    return readFile(join(folder, "told"), "utf8");
  }

  it("opens when the API answers, with or without knowing who asks", async () => {
    expect(await opened("200")).toBe("delete table inet estate-api\n");
    expect(await opened("401")).toBe("delete table inet estate-api\n");
  });

  it("stays closed while nobody answers (000), or k3s does for it (503)", async () => {
    await opened("000", "503", "503", "401");
    const asked = (await readFile(join(folder, "asked"), "utf8")).trim().split("\n");
    expect(asked).toHaveLength(4);
    expect(asked[0]).toContain("https://127.0.0.1:6443/readyz");
  });
});
