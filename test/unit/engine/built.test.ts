import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { built, builtBefore } from "../../../local/engine/go.ts";
import { pieces } from "../../../local/engine/pieces.ts";
import { fakeGo } from "./fake-go.ts";

const machine = fakeGo();

/** It says it is this version, and builds one word. */
const script = (version: string) =>
  `if [ "$1" = env ]; then echo ${version}; exit; fi; while [ "$1" != -o ]; do shift; done; echo made > "$2"`;

test("what was built is known again, until Go is another one, or there is none", async () => {
  const data = machine.folder();
  const place = { id: "0123456789", stack: "local", data, cache: join(data, "cache") };
  const [cli, host] = pieces();
  if (!cli || !host) throw new Error("there are no pieces");
  await machine.answer(script("go1.26.8"));
  expect(await builtBefore(cli, place)).toBe(false);
  expect(await readFile(await built(cli, place, () => undefined), "utf8")).toBe("made\n");
  expect([await builtBefore(cli, place), await builtBefore(host, place)]).toEqual([true, false]);
  await machine.answer(script("go1.27.0"));
  expect(await builtBefore(cli, place)).toBe(false);
  vi.stubEnv("PATH", "/nowhere");
  expect(await builtBefore(cli, place)).toBe(false);
});
