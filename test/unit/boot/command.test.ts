import { expect, test } from "vitest";
import { withoutConfig } from "../../../local/boot/apply.ts";
import { run } from "../../../local/boot/command.ts";

/** The lines of a shell script that would be shown on a console. */
async function shownOf(script: string): Promise<string[]> {
  const shown: string[] = [];
  const filter = withoutConfig();
  await run(["sh", "-c", script], {
    onLine: (line, from) => {
      const text = filter(line, from);
      if (text !== undefined) shown.push(text);
    },
  });
  return shown;
}

test("the config that Ignition repeats is not shown, however its words come in pieces", async () => {
  const config = `printf 'files failedFull con' >&2; sleep 0.1; printf 'fig:\\n{ "token": "se' >&2; sleep 0.1; printf 'cret" }\\n' >&2`;
  expect(await shownOf(`${config}; sleep 0.1`)).toEqual(["files failed"]);
});

test("what comes on the other output meanwhile neither hides the words nor is lost", async () => {
  const script = `printf 'Full con' >&2; sleep 0.1; echo 'CRITICAL : Ignition failed: no'; sleep 0.1; printf 'fig:\\nsecret\\n' >&2; sleep 0.1`;
  expect(await shownOf(script)).toEqual(["CRITICAL : Ignition failed: no", ""]);
});

test("a letter that comes in two pieces is one", async () => {
  expect(await shownOf(`printf '\\303'; sleep 0.1; printf '\\251\\n'; sleep 0.1`)).toEqual(["é"]);
});
