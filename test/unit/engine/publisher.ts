/** A publisher of archives on this machine, for tests of what is downloaded. */
import { createHash } from "node:crypto";
import { once } from "node:events";
import { chmod, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { vi } from "vitest";
import type { Publisher } from "../../../local/engine/archives.ts";
import { type Piece, pieces } from "../../../local/engine/pieces.ts";
import { versions } from "../../../stacks/versions.ts";

/** How it answers a request for a file. */
export type Answering = (response: ServerResponse, file: Buffer, request: IncomingMessage) => void;

export interface Published extends Publisher, AsyncDisposable {
  /** The paths that were asked for. */
  readonly asked: readonly string[];
  /** Does something else from now on. */
  answer(answering: Answering): void;
}

/** The names of its archives: the CLI, and one plugin. */
export const cli = `pulumi-v${versions.pulumi}-linux-x64`;
const { version } = pieces().find(({ name }) => name === "command") as Piece;
export const plugin = `pulumi-resource-command-v${version}-linux-amd64`;

/** The programs in them, by the path of the file. */
const archives = {
  [`sdk/${cli}.tar.gz`]: ["pulumi/pulumi", "pulumi/pulumi-language-nodejs", "pulumi/pulumi-language-python"],
  [`plugins/${plugin}.tar.gz`]: ["pulumi-resource-command"],
};

/** Packs the archives in a folder, and serves them with the hashes that they have. */
export async function publish(folder: string): Promise<Published> {
  const sha256: Record<string, string> = {};
  for (const [path, programs] of Object.entries(archives)) {
    await pack(join(folder, path), programs);
    sha256[path.split("/")[1] ?? ""] = hashOf(await readFile(join(folder, path)));
  }
  const asked: string[] = [];
  let answering: Answering = (response, file) => response.end(file);
  const server = createServer(async (request, response) => {
    const path = (request.url ?? "").slice(1);
    asked.push(path);
    answering(response, await readFile(join(folder, path)), request);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as { port: number };
  return {
    address: `http://127.0.0.1:${port}`,
    sha256,
    asked,
    answer: (other) => {
      answering = other;
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      if (server.listening) await new Promise((resolve) => server.close(resolve));
    },
  };
}

export function hashOf(bytes: Buffer | string): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** A `tar` on the PATH that does something else. */
export async function fakeTar(machine: string, script: string): Promise<void> {
  await mkdir(join(machine, "bin"));
  await writeFile(join(machine, "bin/tar"), `#!/bin/sh\n${script}\n`);
  await chmod(join(machine, "bin/tar"), 0o755);
  vi.stubEnv("PATH", `${machine}/bin:${process.env.PATH}`);
}

async function pack(file: string, programs: readonly string[]): Promise<void> {
  const folder = `${file}.folder`;
  for (const program of programs) {
    await mkdir(dirname(join(folder, program)), { recursive: true });
    await writeFile(join(folder, program), `#!/bin/sh\necho v${versions.pulumi}\n`);
    await chmod(join(folder, program), 0o755);
  }
  const top = new Set(programs.map((program) => program.split("/")[0] ?? ""));
  const stranger = ["--owner=1234", "--group=1234"];
  await execa("tar", ["--create", "--gzip", "--file", file, ...stranger, "--directory", folder, ...top]);
  await rm(folder, { recursive: true });
}
