import { expect, test } from "vitest";
import { unsupported } from "../../../local/boot/units/directives.ts";
import { all, last, names, parseUnit } from "../../../local/boot/units/parse.ts";
import { parseSpan } from "../../../local/boot/units/time.ts";

const unit = `# a comment
[Unit]
Description = with = signs
After=a.service \\
  # inside a continued line
  b.service
After=c.service

[Service]
; another comment
ExecStart=/bin/one
ExecStart=
ExecStart=/bin/two \\
  --flag
`;

test("comments, continued lines, blanks around the equals sign", () => {
  const assignments = parseUnit(unit, "x.service");
  expect(last(assignments, "Unit", "Description")).toBe("with = signs");
  expect(names(assignments, "Unit", "After")).toEqual(["a.service", "b.service", "c.service"]);
});

test("an empty assignment forgets what was there", () => {
  expect(all(parseUnit(unit, "x.service"), "Service", "ExecStart")).toEqual(["/bin/two    --flag"]);
});

test.each([
  ["ExecStart=/bin/x", "line 1"],
  ["[Service]\nnonsense", "line 2"],
])("%j is refused, with its line", (text, where) => {
  expect(() => parseUnit(text, "x.service")).toThrow(`x.service: ${where}`);
});

test("directives that are not played are named; those played, ignored, or extensions are not", () => {
  const text =
    "[Unit]\nAfter=a\nX-Mine=1\n[Service]\nExecStart=/x\nMemoryMax=1G\nDynamicUser=yes\nRootImage=/i\n[X-Own]\nA=b";
  expect(unsupported(parseUnit(text, "x"))).toEqual(["DynamicUser= of [Service]", "RootImage= of [Service]"]);
});

test.each([
  ["5", 5],
  ["500ms", 0.5],
  ["1min 30s", 90],
  ["2h", 7200],
  ["infinity", Number.POSITIVE_INFINITY],
  ["soon", undefined],
  ["5 parsecs", undefined],
  ["", undefined],
])("the time span %j is %j seconds", (text, seconds) => {
  expect(parseSpan(text)).toBe(seconds);
});
