/** The units that `estate drift schedule systemd` prints, as Debian's systemd reads them. They are not started. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, expect, test } from "vitest";
import { renderSystemd } from "../../cli/drift/schedule/systemd.ts";
import { project } from "../../local/place.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "estate-units-"));
});
afterEach(async () => rm(folder, { recursive: true, force: true }));

/** What systemd says of the units that a text holds: each begins with a comment that names its file. */
async function verify(text: string, stack: string) {
  const place = join(folder, stack);
  await mkdir(place);
  const units = text.split(/^(?=# ~\/)/m).map((unit) => [/^# (\S+?);?\s/.exec(unit)?.[1] ?? "", unit] as const);
  const files = units.map(([file]) => join(place, basename(file)));
  for (const [at, [, unit]] of units.entries()) await writeFile(files[at] ?? "", unit);
  const args = ["verify", "--user", "--man=no", "--recursive-errors=no", ...files];
  // a manager of units that has neither a session nor units of its own
  const env = { HOME: folder, XDG_RUNTIME_DIR: folder };
  const { exitCode, all } = await execa("systemd-analyze", args, { env, all: true, reject: false });
  return { exitCode, all, files: files.map((file) => basename(file)) };
}

test("are whole: every setting is known, the calendar is one, and the program is there", async () => {
  const { exitCode, all, files } = await verify(renderSystemd("prod", project), "prod");
  expect([exitCode, all]).toEqual([0, ""]);
  expect(files).toEqual(["estate-drift-prod.service", "estate-drift-prod.timer"]);
});

test("are looked at: a word that systemd does not know, no calendar, and a program that is not there, are told", async () => {
  const text = renderSystemd("prod", project);
  const unknown = await verify(text.replace("NoNewPrivileges=", "NoNewPrivilege="), "unknown");
  expect([unknown.exitCode, unknown.all]).toEqual([1, expect.stringContaining("NoNewPrivilege")]);
  const never = await verify(text.replace("OnCalendar=hourly", "OnCalendar=hurly"), "never");
  expect([never.exitCode, never.all]).toEqual([1, expect.stringContaining("hurly")]);
  const nowhere = await verify(renderSystemd("prod", "/nowhere"), "nowhere");
  expect([nowhere.exitCode, nowhere.all]).toEqual([1, expect.stringContaining("/nowhere/cli/estate")]);
});
