import type { Piece } from "./pieces.ts";

/** Where Pulumi publishes its archives, and the hashes that they must have. */
export interface Publisher {
  readonly address: string;
  /** By the name of the file, which says what it is, its version and the processor. Only what is in here is downloaded. */
  readonly sha256: Readonly<Record<string, string>>;
}

/**
 * What of Pulumi's archives is pinned: each is one line here, whether of the CLI or of a plugin. What has none is built.
 *
 * @source the hashes that public projects pin, 2026-11; local/engine/README.md
 */
export const pulumi: Publisher = {
  address: "https://get.pulumi.com/releases",
  sha256: {
    "pulumi-v3.253.0-linux-x64.tar.gz": "33161e521280e6c77395a46344dba5ff9c118a90df254801e662087143b4d1ac",
    "pulumi-v3.253.0-linux-arm64.tar.gz": "7d7074d67a76139226c163b2365f14fbd45d8e2251362a2e10dc4602b3b577ea",
  },
};

/** An archive that may be downloaded, since its bytes are known. */
export interface Archive {
  /** Also in messages: the name of the file without its ending. */
  readonly name: string;
  readonly url: string;
  readonly sha256: string;
  /** The folder inside it that holds the programs. */
  readonly folder: string;
  readonly pieces: readonly Piece[];
}

/** The pinned archives that hold these pieces: the CLI comes with the language host, each plugin alone. */
export function archivesOf(
  wanted: readonly Piece[],
  { address, sha256: pinned }: Publisher = pulumi,
  processor: string = process.arch,
): readonly Archive[] {
  const files = wanted.flatMap((piece) => {
    if (piece.kind === "cli") {
      const name = `pulumi-v${piece.version}-linux-${processor}`;
      const pieces = wanted.filter(({ kind }) => kind !== "plugin");
      return [{ name, url: `${address}/sdk/${name}.tar.gz`, folder: "pulumi", pieces }];
    }
    if (piece.kind === "plugin") {
      // Plugins are named as Go names processors, the CLI as Node does.
      const name = `${piece.program}-v${piece.version}-linux-${processor === "x64" ? "amd64" : processor}`;
      return [{ name, url: `${address}/plugins/${name}.tar.gz`, folder: ".", pieces: [piece] }];
    }
    return [];
  });
  return files.flatMap((file) => {
    const sha256 = pinned[`${file.name}.tar.gz`];
    return sha256 ? [{ ...file, sha256 }] : [];
  });
}
