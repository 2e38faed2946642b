import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { parseUnit } from "../../../local/boot/units/parse.ts";
import { renderStart, renderStop } from "../../../local/boot/units/script.ts";
import { serviceOf } from "../../../local/boot/units/service.ts";
import { specifiersOf } from "../../../local/boot/units/words.ts";

const folder = mkdtempSync(join(tmpdir(), "estate-unit-"));
afterAll(() => rmSync(folder, { recursive: true }));

function read(lines: readonly string[]) {
  const facts = { hostname: "h", machineId: "m", bootId: "b" };
  return serviceOf(
    "x.service",
    parseUnit(["[Service]", ...lines].join("\n"), "x.service"),
    specifiersOf("x.service", facts),
  );
}

/** What the script of a service writes when it really runs. */
function play(lines: readonly string[]): string {
  return execFileSync("sh", ["-c", renderStart(read(lines))], { encoding: "utf8", env: { PATH: process.env.PATH } });
}

const show = `/bin/sh -c 'for word; do printf "[%%s]" "$word"; done' sh`;

test("arguments arrive as systemd would give them", () => {
  const lines = [
    'Environment=ONE=1 "TWO=a  b" EMPTY=',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: systemd's, not ours
    `ExecStart=${show} ${"${TWO}"} $TWO x${"${ONE}"}y $EMPTY "$$HOME" 'it''s' * $NOBODY`,
  ];
  expect(play(lines)).toBe("[a  b][a][b][x1y][$HOME][its][*]");
});

test("nothing in a value is run by the shell", () => {
  const lines = [`Environment='EVIL=$(echo bad) \`id\`'`, `ExecStart=${show} ${"$"}{EVIL} ';echo' '$(id)'`];
  expect(play(lines)).toBe("[$(echo bad) `id`][;echo][$(id)]");
});

test("an environment file: comments, quotes, nothing expanded; missing only with a dash", () => {
  const file = join(folder, "env");
  writeFileSync(file, `# c\n\nA=1\nB="two words"\nC='$A'\nbroken\nD=last`);
  const lines = [
    `EnvironmentFile=${file}`,
    "EnvironmentFile=-/does/not/exist",
    `ExecStart=${show} "\${A}" "\${B}" "\${C}" "\${D}"`,
  ];
  expect(play(lines)).toBe("[1][two words][$A][last]");
  expect(() => play(["EnvironmentFile=/does/not/exist", "ExecStart=/bin/true"])).toThrow();
});

test("commands before come first, and one that fails ends it, unless it may", () => {
  expect(play(["ExecStartPre=/bin/echo one", "ExecStartPre=-/bin/false", "ExecStart=/bin/echo two"])).toBe(
    "one\ntwo\n",
  );
  expect(() => play(["ExecStartPre=/bin/false", "ExecStart=/bin/echo two"])).toThrow("Command failed");
});

test("the main program has the process id of the script", () => {
  const output = play(["ExecStartPre=/bin/sh -c 'echo $$PPID'", "ExecStart=/bin/sh -c 'echo $$$$'"]);
  const [script, main] = output.trim().split("\n");
  expect(main).toBe(script);
});

test("several commands of a oneshot run one after the other", () => {
  expect(play(["Type=oneshot", "ExecStart=/bin/echo 1", "ExecStart=-/bin/false", "ExecStart=/bin/echo 2"])).toBe(
    "1\n2\n",
  );
  expect(() => read(["ExecStart=/bin/a", "ExecStart=/bin/b"])).toThrow("Type=oneshot only");
});

test("folder, umask, output, another user", () => {
  expect(play([`WorkingDirectory=${folder}`, "UMask=0077", "ExecStart=/bin/sh -c 'pwd; umask'"])).toBe(
    `${folder}\n0077\n`,
  );
  expect(play(["StandardOutput=null", "ExecStart=/bin/echo x"])).toBe("");
  const script = renderStart(read(["User=web", "ExecStartPre=+/bin/root", "ExecStart=/bin/own"]));
  expect(script).toContain("\n/bin/root || exit\n");
  expect(script).toMatch(/exec env .* setpriv --reuid=web .*--init-groups -- \/bin\/own\n$/);
});

test("times and restarts", () => {
  expect(read(["ExecStart=/x"])).toMatchObject({ restart: "no", startSeconds: 90, restartSeconds: 0.1 });
  expect(read(["ExecStart=/x", "Type=oneshot"]).startSeconds).toBe(Number.POSITIVE_INFINITY);
  expect(read(["ExecStart=/x", "TimeoutStartSec=0"]).startSeconds).toBe(Number.POSITIVE_INFINITY);
  expect(read(["ExecStart=/x", "TimeoutSec=1min", "TimeoutStartSec=5"])).toMatchObject({
    startSeconds: 5,
    stopSeconds: 60,
  });
  expect(read(["ExecStart=/x", "Restart=on-abort", "RestartSec=5s"])).toMatchObject({
    restart: "on-failure",
    restartSeconds: 5,
  });
});

test.each([
  ["Type=forking", "Type=forking is not played"],
  ["Restart=sometimes", "Restart=sometimes is not played"],
  ["StandardOutput=file:/x", "StandardOutput=file:/x is not played"],
  ["RestartSec=soon", "RestartSec=soon is not a time span"],
  ["Environment=novalue", "not NAME=value"],
])("%s is refused", (line, message) => {
  expect(() => read(["ExecStart=/x", line])).toThrow(message);
});

test("ExecStop= has a script of its own, or none", () => {
  expect(renderStop(read(["ExecStart=/x"]))).toBeUndefined();
  expect(renderStop(read(["ExecStart=/x", "ExecStop=/bin/kill -INT $MAINPID"]))).toContain(
    "/bin/kill -INT $" + "{MAINPID-} || exit",
  );
});
