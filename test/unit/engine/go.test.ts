import { readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { describe, expect, test, vi } from "vitest";
import { buildGo, explainGo, findGo, type GoProgram } from "../../../local/go.ts";
import { atLeast, goWillDo, oldest } from "../../../local/oldest.ts";
import { project } from "../../../local/place.ts";
import { fakeGo } from "./fake-go.ts";

const machine = fakeGo();

const program: GoProgram = { title: "cli 3.253.0", folder: tmpdir(), main: ".", linker: "-s -w", takes: "5 min" };

describe("what a build sees", () => {
  const folder = join(project, "local/engine/cli");

  test("is its own, whatever the user has set or written, but for where modules come from", async () => {
    const written = [
      ...["GOPRIVATE=*", "GONOSUMDB=*", "GOINSECURE=*", "GOSUMDB=off", "GOFLAGS=-mod=mod -insecure"],
      ...["GOPROXY=https://mirror.test/go", "GOTOOLCHAIN=local"],
    ];
    await writeFile(join(machine.folder(), "env"), `${written.join("\n")}\n`);
    vi.stubEnv("GOENV", join(machine.folder(), "env"));
    vi.stubEnv("GOFLAGS", "-mod=mod");
    for (const name of ["GOPROXY", "GOTOOLCHAIN", "GOSUMDB", "GOPRIVATE", "GONOSUMDB", "GONOPROXY"])
      vi.stubEnv(name, undefined);
    const { environment } = await findGo(folder);
    const { stdout } = await execa("go", ["env", "-json"], { cwd: folder, env: environment });
    expect(JSON.parse(stdout)).toMatchObject({
      ...{ GOFLAGS: "-mod=readonly", GOPRIVATE: "none", GONOSUMDB: "none", GONOPROXY: "none", GOINSECURE: "none" },
      ...{ GOSUMDB: "sum.golang.org", GOWORK: "off", CGO_ENABLED: "0", GOPROXY: "https://mirror.test/go" },
    });
  });

  test("leaves a mirror of the checksum database to the user", async () => {
    vi.stubEnv("GOSUMDB", "sum.golang.google.cn");
    expect((await findGo(folder)).environment).not.toHaveProperty("GOSUMDB");
  });

  test("reaches the compiler, with what this program adds", async () => {
    await machine.answer(`env > ${machine.folder()}/env; echo "$@" > ${machine.folder()}/arguments`);
    const go = { version: "go1.26.8", environment: { GOFLAGS: "-mod=readonly", CGO_ENABLED: "0" } };
    const said: string[] = [];
    const cgo = { ...program, environment: { CGO_ENABLED: "1" } };
    await buildGo(cgo, go, "/to/pulumi", (line) => said.push(line));
    expect(await readFile(join(machine.folder(), "arguments"), "utf8")).toBe(
      "build -trimpath -buildvcs=false -ldflags=-s -w -v -o /to/pulumi .\n",
    );
    const seen = (await readFile(join(machine.folder(), "env"), "utf8")).split("\n");
    expect(seen).toEqual(expect.arrayContaining(["GOFLAGS=-mod=readonly", "CGO_ENABLED=1"]));
    expect(said).toEqual(["cli 3.253.0: building from Go modules, about 5 min the first time"]);
  });

  test("and what it says is told in words", async () => {
    await machine.answer("echo 'x: write: no space left on device' >&2; exit 1");
    const failed = buildGo(program, { version: "", environment: {} }, "/to/pulumi", () => undefined);
    await expect(failed).rejects.toMatchObject({
      name: "Trouble",
      message: expect.stringMatching(/^building cli 3\.253\.0 failed: the disk is full/),
    });
  });
});

describe("the Go on a machine", () => {
  test.each([
    ["go1.26.8", "local", true],
    ["go1.25.11", "local", true],
    ["go1.25.3", "local", false],
    ["go1.25.3", "auto", true],
    ["go1.25.3", "go1.25.3+auto", true],
    ["go1.25.3", "path", false],
    ["go1.20.14", "auto", false],
    ["go2", "local", true],
    ["", "", false],
  ])("%s with GOTOOLCHAIN=%s: %s", (version, toolchain, will) => expect(goWillDo(version, toolchain)).toBe(will));

  test("that is too old, or is not there, is refused with the version that will do", async () => {
    await machine.answer("printf 'go1.19.8\\n\\nsum.golang.org\\n'");
    await expect(findGo(machine.folder())).rejects.toThrow(`will not do: go1.19.8. Install Go ${oldest.go} or newer`);
    vi.stubEnv("PATH", "/nowhere");
    await expect(findGo(machine.folder())).rejects.toThrow(`there is none. Install Go ${oldest.go} or newer`);
  });

  test("that is the oldest to do is the one our modules ask for", async () => {
    const folders = ["cli", "language-host", "openstack", "kubernetes", "command"].map((name) => `engine/${name}`);
    const lines = [...folders, "kubernetes", "boot/ignition"].map(async (name) => {
      const text = await readFile(join(project, "local", name, "go.mod"), "utf8");
      return /^go ([\d.]+)$/m.exec(text)?.[1] ?? "";
    });
    const asked = await Promise.all(lines);
    expect(asked).toContain(oldest.go);
    expect(asked.filter((version) => !atLeast(oldest.go, version))).toEqual([]);
  });
});

test.each([
  ["cli/node", `>= ${oldest.node} `],
  ["local/openstack/python.ts", `Python ${oldest.python} or newer`],
  ["README.md", `Go ≥ ${oldest.go}`],
  ["README.md", `Python ≥ ${oldest.python}`],
])("%s says '%s', too", async (file, text) => {
  expect(await readFile(join(project, file), "utf8")).toContain(text);
});

describe("why a build failed", () => {
  test.each([
    ["write /tmp/go-build1/b1/_pkg_.a: no space left on device", /the disk is full\. Make room.*run it again/],
    ["ENOSPC: no space left on device, mkdir '/root/.cache/estate'", /the disk is full/],
    [
      "verifying module: checksum mismatch\n\tdownloaded: h1:A\n\tgo.sum: h1:B\nSECURITY ERROR",
      /not the one that was pinned/,
    ],
    ["x.go:3:2: missing go.sum entry for module providing package x", /not the one that was pinned/],
    ['go: x@v1: Get "https://proxy.test/x": dial tcp: lookup proxy.test: no such host', /GOPROXY.*run it again/],
    ["go: x@v1: reading https://proxy.test/x/@v/v1.zip: 403 Forbidden", /GOPROXY/],
    ["go: x@v1: reading https://proxy.test/x/@v/v1.zip: 410 Gone", /GOPROXY/],
    ["x: /go/tool/compile: signal: killed", /out of memory/],
    ['cgo: C compiler "gcc" not found', /apt-get install gcc libc6-dev libblkid-dev/],
    ["fatal error: blkid/blkid.h: No such file or directory", /apt-get install gcc libc6-dev libblkid-dev/],
  ])("%s", (stderr, said) => {
    expect(explainGo("cli 3.253.0", stderr)).toMatch(said);
    expect(explainGo("cli 3.253.0", stderr)).toMatch(/^building cli 3\.253\.0 failed: /);
  });

  test("anything else is shown as Go said it, the end of it", () => {
    const stderr = [...Array(50).keys()].map((line) => `line ${line}`).join("\n");
    expect(explainGo("cli 3.253.0", `${stderr}\n`)).toBe(
      `building cli 3.253.0 failed. What Go said:\n${stderr.split("\n").slice(-6).join("\n")}`,
    );
  });
});
