import { spawn } from "node:child_process";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { agreed } from "../../../local/debian/question.ts";
import { project } from "../../../local/place.ts";

test.each([
  ["y\n", true],
  ["Yes \n", true],
  ["y", true],
  ["n\n", false],
  ["\n", false],
  ["yesterday\n", false],
  ["", false],
])("the answer %j is %s", async (answer, yes) => {
  const [input, output] = [new PassThrough(), new PassThrough()];
  input.end(answer);
  expect(await agreed("Install them now?", input, output)).toBe(yes);
  expect(String(output.read())).toContain("Install them now? [y/N] ");
});

test("at the end of standard input the process goes on", async () => {
  const script = `
    import { agreed } from ${JSON.stringify(join(project, "local/debian/question.ts"))};
    console.log(await agreed("Install them now?"));`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], { stdio: ["ignore", "pipe", "ignore"] });
  expect(await text(child.stdout)).toBe("false\n");
});
