/** `estate preview`, and what `estate up` makes of a plan, as an operator runs them, with a pulumi that tells events. */
import { readFileSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { stackFilePath } from "../../../cli/stack-file.ts";
import { project } from "../../../local/place.ts";
import { plainDocument } from "../stacks/fixtures.ts";
import { fakePulumi, says, server } from "../up/fake-pulumi.ts";

const stack = `local-preview-${process.pid}`;
let fake: ReturnType<typeof fakePulumi>;
beforeEach(async () => {
  fake = fakePulumi(stack);
  await writeFile(stackFilePath(stack), stringify({ config: { "estate:estate": plainDocument() } }));
});
afterEach(async () => {
  await fake.remove();
  await rm(stackFilePath(stack), { force: true });
});

const event = (op: string, name: string, more: object = {}) => {
  const urn = `urn:pulumi:${stack}::estate::estate:compute:Host$${server}::${name}`;
  const metadata = { op, urn, type: server, old: { custom: true, ...more }, new: { custom: true } };
  return [{ resourcePreEvent: { metadata } }, { resOutputsEvent: { metadata } }];
};
const quiet = event("update", "worker-01");
const guarded = event("delete", "worker-01", { protect: true });
const callsOf = (command: string) => fake.calls().filter(({ args }) => args?.[0] === command);

describe("estate preview", { timeout: 60_000 }, () => {
  it("prints the plan, asked of the engine with the policy pack, and ends with 0", async () => {
    const { exitCode, stdout, stderr } = await fake.estate(["preview"], { preview: quiet });
    expect(exitCode, stderr).toBe(0);
    expect(stdout).toContain(`Plan for ${stack}: 0 to replace, 0 to delete, 1 to update, 0 to add; 0 unchanged`);
    expect(callsOf("preview")[0]?.args?.join(" ")).toContain("--policy-pack policies");
    await fake.estate(["preview", "--no-policies"]);
    expect(callsOf("preview")[0]?.args?.join(" ")).toContain("--policy-pack");
    expect(callsOf("preview")[1]?.args?.join(" ")).not.toContain("--policy-pack");
    expect(callsOf("up")).toEqual([]);
  });

  it("gives JSON and Markdown of one and the same preview", async () => {
    const file = join(fake.folder, "plan.md");
    const { exitCode, stdout } = await fake.estate(["preview", "--json", "--markdown", file], { preview: quiet });
    expect([exitCode, callsOf("preview").length]).toEqual([0, 1]);
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, stack, refusals: [], counts: { update: 1 }, hostsNow: 6 });
    expect(readFileSync(file, "utf8")).toMatch(new RegExp(`^## Plan for \`${stack}\``));
  });

  it("says that the last update was killed, what it was at, and what to do; and nothing of the kind otherwise", async () => {
    const urn = `urn:pulumi:${stack}::estate::command:local:Command::worker-01-ready`;
    const pending = [{ type: "creating", resource: { urn, type: "command:local:Command", id: "" } }];
    const file = join(fake.folder, "plan.md");
    const args = ["preview", "--markdown", file];
    const { exitCode, stdout, stderr } = await fake.estate(args, { preview: quiet, pending });
    expect(exitCode, stderr).toBe(0);
    // in a comment on a pull request as well, where nobody sees what the command says beside it
    for (const text of [stdout, readFileSync(file, "utf8")]) {
      expect(text).toContain("worker-01-ready: the last update was killed while it was making it");
      expect(text).toContain("'estate up' takes in or removes what was half-made");
    }
    const machine = await fake.estate(["preview", "--json"], { preview: quiet, pending });
    expect(JSON.parse(machine.stdout).halfDone[0]).toMatch(/^worker-01-ready: the last update was killed/);
    const none = await fake.estate(["preview", "--json"], { preview: quiet, pending: [] });
    expect(JSON.parse(none.stdout).halfDone).toEqual([]);
  });

  it.each(["s3://estate-state?region=x", "postgres://estate@db.example.org/estate"])(
    "with the state in %s calls no update killed that may run on another machine",
    async (url) => {
      await fake.remove();
      fake = fakePulumi(stack, { PULUMI_BACKEND_URL: url });
      const urn = `urn:pulumi:${stack}::estate::command:local:Command::worker-01-ready`;
      const pending = [{ type: "creating", resource: { urn, type: "command:local:Command", id: "" } }];
      const still = await fake.estate(["preview"], { preview: quiet, pending });
      expect([still.exitCode, still.stdout]).toEqual([0, expect.stringContaining("'estate state unlock' says which")]);
      expect(still.stdout).not.toContain("the last update was killed");
      const written = ["2026-11-22T11:00:00Z", "2026-11-22T11:00:09Z"];
      const busy = await fake.estate(["preview"], { preview: quiet, pending, written });
      expect(busy.stdout).toContain(`An update of ${stack} runs since 2026-11-22T11:00:09Z`);
      expect(busy.stdout).not.toContain("killed");
    },
  );

  it("ends with 1 where the preview fails, with the reason, and shows what it came to", async () => {
    const failing = { preview: [...quiet, says("no such image", server, "worker-01")], previewExitCode: 255 };
    const { exitCode, stdout, stderr } = await fake.estate(["preview", "--markdown", "-"], failing);
    expect(exitCode).toBe(1);
    expect(stdout).toContain("**The preview did not come to its end");
    expect(stdout).toContain("- `worker-01`: `no such image`");
    expect(stderr).toContain("'pulumi preview' on the stack");
  });

  it("writes why there is no plan where an older one would be believed, with the commit, and ends with 1", async () => {
    const document = { ...plainDocument(), zone: "x" };
    await writeFile(stackFilePath(stack), stringify({ config: { "estate:estate": document } }));
    await fake.remove();
    fake = fakePulumi(stack, { GITHUB_SHA: "c3".repeat(20) });
    const file = join(fake.folder, "plan.md");
    await writeFile(file, "## Plan of yesterday");
    const { exitCode, stdout, stderr } = await fake.estate(["preview", "--markdown", file]);
    expect([exitCode, stdout]).toEqual([1, ""]);
    expect(stderr).toContain("zone: write a domain");
    const text = readFileSync(file, "utf8");
    expect(text).toContain(`## No plan for \`${stack}\`\n`);
    expect(text).toContain("Of the commit `c3c3c3c3`.\n");
    expect(text).toMatch(/^- `zone: write a domain/m);
    expect(text).not.toContain("yesterday");
    const machine = await fake.estate(["preview", "--json", "--markdown", file]);
    expect([machine.exitCode, JSON.parse(machine.stdout)]).toMatchObject([
      1,
      { ok: false, stack, commit: "c3c3c3c3", error: expect.stringContaining("zone: write a domain") },
    ]);
    expect((await fake.estate(["preview", "--markdown", "-"])).stdout).toBe(text.trimEnd());
  });

  it("shows no line of a stack file that cannot be read", async () => {
    await writeFile(stackFilePath(stack), "config:\n  estate:estate: {a: unique-line\n");
    const { exitCode, stdout } = await fake.estate(["preview", "--markdown", "-"]);
    expect([exitCode, stdout]).toEqual([1, expect.stringMatching(/^- `Pulumi\..+\.yaml cannot be read: /m)]);
    expect(stdout).not.toContain("unique-line");
  });

  it("names the commit of a plan in each form", async () => {
    await fake.remove();
    fake = fakePulumi(stack, { CI_COMMIT_SHA: "d4".repeat(20) });
    const file = join(fake.folder, "plan.md");
    const { stdout } = await fake.estate(["preview", "--json", "--markdown", file], { preview: quiet });
    expect(JSON.parse(stdout).commit).toBe("d4d4d4d4");
    expect(readFileSync(file, "utf8")).toMatch(/^## Plan for .*\n\nOf the commit `d4d4d4d4`\.\n/);
  });

  it("asks the orchestrator where there is one; that it cannot be asked fails nothing", async () => {
    const resources = [{ urn: `urn:pulumi:${stack}::estate::${server}::bbb-01`, type: server }];
    const { exitCode, stdout } = await fake.estate(["preview", "--markdown", "-"], { preview: quiet, resources });
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining("**The orchestrator did not answer**")]);
    expect(stdout).toContain("the stack's secrets, with which it is asked, cannot be read");
    const none = await fake.estate(["preview", "--json"], { preview: quiet });
    expect(JSON.parse(none.stdout)).not.toHaveProperty("silentOrchestrator");
    expect(callsOf("config")).toHaveLength(1);
  });

  it("ends with 4 where the plan is refused, with the cure, and with 0 where that is accepted", async () => {
    const { exitCode, stdout } = await fake.estate(["preview", "--json"], { preview: guarded });
    expect(exitCode).toBe(4);
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, refusals: [{ danger: "protected" }] });
    const accepted = await fake.estate(["preview", "--accept", "protected"], { preview: guarded });
    expect([accepted.exitCode, accepted.stdout]).toEqual([0, expect.not.stringContaining("Refused")]);
    const unknown = await fake.estate(["preview", "--accept", "all"]);
    expect(unknown.stderr).toContain("write one of: width, protected, removed");
    expect((await fake.estate(["preview", "--max-removed", "-1"])).stderr).toContain("write percent, from 0 to 100");
  });
});

const forbidden = {
  policyEvent: {
    ...{
      resourceUrn: `urn:pulumi:${stack}::estate::${server}::worker-01`,
      message: "the server worker-01 has no gate",
    },
    ...{ policyName: "servers-have-gates", policyPackName: "estate", enforcementLevel: "mandatory" },
  },
};

describe("estate up", { timeout: 60_000 }, () => {
  it("does nothing where a mandatory rule forbids the plan, with --yes too, and says which and for what", async () => {
    const refused = await fake.estate(["up", "--yes"], { preview: [...quiet, forbidden], previewExitCode: 255 });
    expect([refused.exitCode, callsOf("up")]).toEqual([1, []]);
    expect(refused.stderr).toContain("servers-have-gates, worker-01: the server worker-01 has no gate");
    expect(refused.stderr).toContain("policies/README.md");
  });

  it("has the update judged too, by the levels of the stack; --no-policies leaves both out", async () => {
    const config = join(project, "policies", `${stack}.config.json`);
    await writeFile(config, "{}");
    await fake.estate(["up", "--yes"], { preview: quiet }).finally(() => rm(config));
    const judged = `--policy-pack policies --policy-pack-config ${join("policies", `${stack}.config.json`)}`;
    for (const command of ["preview", "up"]) expect(callsOf(command)[0]?.args?.join(" ")).toContain(judged);
    await fake.estate(["up", "--yes", "--no-policies"], { preview: quiet });
    for (const command of ["preview", "up"])
      expect(callsOf(command)[1]?.args?.join(" ")).not.toContain("--policy-pack");
  });

  it("does nothing where the plan is refused, with --yes too; --accept overrides it", async () => {
    const refused = await fake.estate(["up", "--yes"], { preview: guarded });
    expect(refused.exitCode).toBe(4);
    expect(refused.stderr).toContain("what is protected would go: worker-01 (deleted)");
    expect(refused.stderr).toContain("--accept protected");
    const machine = await fake.estate(["up", "--yes", "--json"], { preview: guarded });
    expect(JSON.parse(machine.stdout)).toMatchObject({ stack, result: "refused", refusals: [{ danger: "protected" }] });
    expect(callsOf("up")).toEqual([]);
    const accepted = await fake.estate(["up", "--yes", "--accept", "protected"], { preview: guarded });
    expect([accepted.exitCode, callsOf("up").length]).toEqual([0, 1]);
  });

  it("with --yes goes on where the preview fails: the update says why", async () => {
    const { exitCode } = await fake.estate(["up", "--yes"], { preview: quiet, previewExitCode: 255 });
    expect([exitCode, callsOf("up").length]).toEqual([0, 1]);
  });
});
