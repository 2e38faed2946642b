import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { feedbackDeployment, feedbackProgram, readProgram, rulesOf } from "../../../../apps/feedback/manifests.ts";
import { checksumOf } from "../../../../apps/feedback/service/link.ts";

const settings = {
  ...{ replicas: 2, commentCharacters: 1000, keepMeetings: false, perMinute: 300, perMinuteOfOne: 10 },
  checksums: ["sha256" as const],
};
const map = feedbackProgram(readProgram(), rulesOf(settings, ["bbb-02", "bbb-01"]));

let pod = "";
let child: ChildProcess | undefined;
let output = "";
beforeEach(async () => {
  pod = await mkdtemp(join(tmpdir(), "feedback-"));
});
afterEach(async () => {
  child?.kill("SIGKILL");
  await rm(pod, { recursive: true });
});

/** Starts the container of the manifest in a folder, with the files of its ConfigMap as a kubelet lays them: behind links. */
async function start(): Promise<{ page: string; hidden: string }> {
  await mkdir(join(pod, "app/..2026_11_22"), { recursive: true });
  await mkdir(join(pod, "secrets"));
  await symlink("..2026_11_22", join(pod, "app/..data"));
  for (const [file, text] of Object.entries(map.data)) {
    await writeFile(join(pod, "app/..2026_11_22", file), text);
    await symlink(join("..data", file), join(pod, "app", file));
  }
  await writeFile(join(pod, "secrets/linkSecret"), "one\n");
  await writeFile(join(pod, "secrets/exportToken"), "tok");
  const [container] = feedbackDeployment({ replicas: 1, program: map.metadata.name }).spec.template.spec.containers;
  const inPod = (text: string) => text.replace(/^\/(app|secrets)/, `${pod}/$1`);
  const given = container?.env.map((one) => [one.name, inPod("value" in one ? (one.value ?? "") : "")]) ?? [];
  const free = {
    FEEDBACK_PORT: "0",
    FEEDBACK_PRIVATE_PORT: "0",
    FEEDBACK_ADDRESS: "127.0.0.1",
    FEEDBACK_LINGER_MS: "100",
  };
  const [, ...args] = container?.command ?? [];
  child = spawn(process.execPath, args.map(inPod), { env: { ...Object.fromEntries(given), ...free } });
  output = "";
  child.stderr?.on("data", (part) => {
    output += part;
  });
  const line = await new Promise<string>((resolve, reject) => {
    child?.stdout?.on("data", (part) => {
      output += part;
      if (output.includes("\n")) resolve(output.split("\n")[0] ?? "");
    });
    child?.on("exit", () => reject(new Error(`it ended: ${output}`)));
  });
  const { port, privatePort } = JSON.parse(line) as { port: number; privatePort: number };
  return { page: `http://127.0.0.1:${port}`, hidden: `http://127.0.0.1:${privatePort}` };
}

it("runs as the manifest starts it, takes a new secret without a restart, and ends in good order", async () => {
  const { page, hidden } = await start();
  const link = (secret: string) => `${page}/feedback?host=bbb-01&checksum=${checksumOf("host=bbb-01", secret)}`;
  expect((await fetch(`${hidden}/health`)).status).toBe(200);
  expect((await fetch(link("one"))).status).toBe(200);
  expect((await fetch(link("two"))).status).toBe(403);
  await writeFile(join(pod, "secrets/linkSecret"), "two\none\n");
  expect((await fetch(link("two"))).status).toBe(200);
  expect((await fetch(link("one"))).status).toBe(200);
  const ended = new Promise<number | null>((resolve) => child?.on("exit", resolve));
  child?.kill("SIGTERM");
  await expect.poll(async () => (await fetch(`${hidden}/health`).catch(() => undefined))?.status).not.toBe(200);
  expect(await ended).toBe(0);
  expect(output).toContain('{"event":"ended"}');
  for (const secret of ["one\n", "tok"]) expect(output).not.toContain(secret);
});

it("says what is missing when it is started otherwise", async () => {
  const main = join(import.meta.dirname, "../../../../apps/feedback/service/main.ts");
  child = spawn(process.execPath, [main], { env: {} });
  let text = "";
  child.stderr?.on("data", (part) => {
    text += part;
  });
  expect(await new Promise((resolve) => child?.on("exit", resolve))).toBe(1);
  expect(text).toContain("FEEDBACK_SETTINGS (a file) and FEEDBACK_SECRETS (a folder) must be set");
});

it("is one ConfigMap, of a name that changes with what is in it, and small enough to be one", async () => {
  const other = feedbackProgram(readProgram(), rulesOf({ ...settings, keepMeetings: true }, ["bbb-01"]));
  expect(other.metadata.name).not.toBe(map.metadata.name);
  expect(feedbackProgram(readProgram(), rulesOf(settings, ["bbb-01", "bbb-02"])).metadata.name).toBe(map.metadata.name);
  expect(Buffer.byteLength(JSON.stringify(map))).toBeLessThan(256 * 1024);
  expect(map.data["main.ts"]).toBe(
    await readFile(join(import.meta.dirname, "../../../../apps/feedback/service/main.ts"), "utf8"),
  );
});
