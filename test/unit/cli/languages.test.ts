import { expect, test } from "vitest";
import { judgeGo, judgeNode, judgePython } from "../../../cli/local/languages.ts";
import { oldest } from "../../../local/oldest.ts";

test.each([
  ["v24.21.0", "ok", "v24.21.0 at /node"],
  ["v26.0.0", "ok", "v26.0.0 at /node"],
  ["v22.18.0", "missing", "v22.18.0 at /node is too old; install 24 or newer"],
])("Node.js %s is %s", (version, state, detail) => {
  expect(judgeNode(version, "/node")).toEqual({ what: "Node.js", state, detail });
});

test.each([
  [`go${oldest.go}`, "local", "ok", `go${oldest.go}`],
  ["go1.26.8", "auto", "ok", "go1.26.8"],
  ["go1.24.2", "auto", "ok", `go1.24.2, which fetches ${oldest.go} by itself`],
  ["go1.24.2", "local", "missing", "go1.24.2 is too old: "],
  ["go1.19.8", "", "missing", `install Go ${oldest.go} or newer`],
  ["", "", "missing", `install Go ${oldest.go} or newer`],
])("Go %j with GOTOOLCHAIN=%s is %s", (version, toolchain, state, detail) => {
  expect(judgeGo(version, toolchain)).toEqual({ what: "Go", state, detail: expect.stringContaining(detail) });
});

test.each([
  [["3.11.2", undefined], "ok", "3.11.2"],
  [["3.9.2", "3.13.0rc1"], "ok", "3.13.0rc1"],
  [["3.9.2", "3.10.1"], "missing", "3.9.2, 3.10.1 is too old: "],
  [[undefined, undefined], "missing", "install Python 3.11 or newer with venv"],
])("of the Pythons %j: %s", (versions, state, detail) => {
  expect(judgePython(versions)).toEqual({ what: "Python", state, detail: expect.stringContaining(detail) });
});
