import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { changes, parseChange } from "../../../local/changes.ts";

const folder = mkdtempSync(join(tmpdir(), "estate-changes-"));
afterAll(() => rmSync(folder, { recursive: true }));

test.each([
  ["nova 123", { kind: "nova", detail: "123" }],
  ["neutron port.create.end 5", { kind: "neutron", detail: "port.create.end 5" }],
  ["octavia", { kind: "octavia", detail: "" }],
  ["", undefined],
  ["{}", undefined],
])("the line %j", (line, change) => {
  expect(parseChange(line)).toEqual(change);
});

test("each line reaches those who asked for its kind, and one listener serves all", async () => {
  const socket = join(folder, "changes.sock");
  const listener = await changes(socket);
  expect(await changes(socket)).toBe(listener);
  const heard: string[] = [];
  const end = listener.subscribe("nova", (detail) => heard.push(detail));
  const send = async (text: string) => {
    const connection = connect(socket);
    connection.end(text);
    await once(connection, "close");
  };
  await send("nova 1\nneutron x\nnova 2\n");
  await expect.poll(() => heard).toEqual(["1", "2"]);
  end();
  await send("nova 3\n");
  expect(heard).toEqual(["1", "2"]);
  await listener.close();
});
