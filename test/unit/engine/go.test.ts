import { expect, test } from "vitest";
import { explain } from "../../../local/engine/go.ts";

const piece = { name: "cli", version: "3.253.0" };

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
  ["x: /go/tool/compile: signal: killed", /out of memory/],
])("%s", (stderr, said) => {
  expect(explain(piece, stderr)).toMatch(said);
  expect(explain(piece, stderr)).toMatch(/^building cli 3\.253\.0 failed: /);
});

test("anything else is shown as Go said it, the end of it", () => {
  const stderr = [...Array(50).keys()].map((line) => `line ${line}`).join("\n");
  expect(explain(piece, `${stderr}\n`)).toBe(
    `building cli 3.253.0 failed. What Go said:\n${stderr.split("\n").slice(-6).join("\n")}`,
  );
});
