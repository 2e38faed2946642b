import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { completeAnswers } from "../../../cli/init/complete.ts";
import { openTerminal } from "../../../cli/init/terminal.ts";
import { flags } from "./fixtures.ts";

/** Types all lines at once, as a paste does. */
function typing(...lines: string[]) {
  const [input, output] = [new PassThrough(), new PassThrough()];
  input.end(lines.map((line) => `${line}\n`).join(""));
  return { terminal: openTerminal(input, output), shown: () => String(output.read() ?? "") };
}

test("what no flag says is asked, and an empty line takes the default", async () => {
  const { terminal, shown } = typing("", "public", "10.9.0.0/24", "", "4");
  const answers = await completeAnswers({ ...flags, external: undefined }, terminal);
  expect(answers).toMatchObject({
    mode: "private",
    external: "public",
    cidr: "10.9.0.0/24",
    orchestrators: "3",
    bbb: "4",
  });
  expect(shown()).toContain("BigBlueButton [2]: ");
});

test("several are given on one line", async () => {
  const { terminal, shown } = typing("private", "a=198.51.100.0/25, b=203.0.113.7/32");
  const answers = await completeAnswers(
    { ...flags, cidr: "10.9.0.0/24", bbb: "1", orchestrators: "1", admin: undefined },
    terminal,
  );
  expect(answers.admin).toBe("a=198.51.100.0/25, b=203.0.113.7/32");
  expect(shown()).toContain("(such as office=198.51.100.0/24): ");
});

test("a wrong answer is told at once, and asked for again", async () => {
  const { terminal, shown } = typing("", "public", "10.42.7.0/24", "10.9.0.0/24", "2", "3", "");
  const answers = await completeAnswers({ ...flags, external: undefined, mode: "private" }, terminal);
  expect(answers).toMatchObject({ external: "public", cidr: "10.9.0.0/24", orchestrators: "3" });
  const text = shown();
  expect(text).toContain("  this needs an answer\n");
  expect(text).toContain("  orchestrator.podCidr: 10.42.0.0/16 overlaps sites.main.cidr (10.42.7.0/24)");
  expect(text).toContain("  roles.orchestrator.count: 2 servers");
});

test("wrong flags are told before anything is asked", async () => {
  const { terminal, shown } = typing();
  await expect(completeAnswers({ zone: "x" }, terminal)).rejects.toThrow("zone: write a domain in lower case");
  expect(shown()).toBe("");
});

test("the end of the input is the end", async () => {
  const { terminal } = typing("provider");
  await expect(completeAnswers({ ...flags, external: undefined }, terminal)).rejects.toThrow("nothing was written");
});
