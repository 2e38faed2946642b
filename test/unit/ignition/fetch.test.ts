import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { fetchScript } from "../../../ignition/fetch.ts";

/** The script runs for real, against a server that answers `answers` one after another, then 404. */
let folder: string;
let server: Server;
let answers: string[];
const program = "#!/bin/sh\necho I am k3s\n";
const sha512 = (text: string) => createHash("sha512").update(text).digest("hex");
const file = () => join(folder, "opt/bin/k3s");

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "fetch-"));
  writeFileSync(join(folder, "sleep"), "#!/bin/sh\n", { mode: 0o755 });
  server = createServer((_, response) => {
    const body = answers.shift();
    response.writeHead(body === undefined ? 404 : body === "busy" ? 503 : 200).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});

afterEach(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

async function fetchFile(hash: string): Promise<{ status: number | null; output: string }> {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/k3s`;
  const child = spawn("sh", ["-c", String(fetchScript().contents), "fetch.sh", url, hash, file()], {
    env: { PATH: `${folder}:${process.env.PATH}` },
  });
  let output = "";
  child.stdout.on("data", (chunk) => (output += chunk));
  return new Promise((resolve) => child.on("close", (status) => resolve({ status, output })));
}

it("puts the program in place once somebody answers, and does not ask again", async () => {
  answers = ["busy", program];
  const { status, output } = await fetchFile(sha512(program));
  expect(status, output).toBe(0);
  expect(output).toMatch(/^estate-reason: http:\/\/127.0.0.1:\d+\/k3s cannot be downloaded$/m);
  expect(readFileSync(file(), "utf8")).toBe(program);
  expect(statSync(file()).mode & 0o777).toBe(0o755);
  expect((await fetchFile(sha512(program))).status).toBe(0);
});

it("never puts a program in place that has another hash, and keeps the one that is there", async () => {
  answers = ["something else"];
  const refused = await fetchFile(sha512(program));
  expect(refused.status).toBe(1);
  expect(refused.output).toContain("has not the SHA-512 of the document");
  expect(existsSync(file())).toBe(false);
  expect(existsSync(`${file()}.new`)).toBe(false);
});

it("replaces a program of another release", async () => {
  answers = ["older", program];
  await fetchFile(sha512("older"));
  expect((await fetchFile(sha512(program))).status).toBe(0);
  expect(readFileSync(file(), "utf8")).toBe(program);
});
