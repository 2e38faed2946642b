import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";

/** What a host must keep to. */
export interface Limits {
  /** Seconds until it answers. */
  readonly answer: number;
  /** Seconds that it may be silent while it sends. */
  readonly silence: number;
  /** Bytes that it may send: one that sends without end must not fill the disk. */
  readonly size: number;
}

/**
 * Fetches a file, and gives the SHA-256 of what it wrote, in hexadecimal digits.
 *
 * @throws when the host does not keep to its limits, answers anything but 2xx, or breaks off; when the file cannot be written
 */
export async function fetchFile(url: string, file: string, limits: Limits): Promise<string> {
  const hash = createHash("sha256");
  const ending = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const waitFor = (seconds: number) => {
    clearTimeout(timer);
    timer = setTimeout(() => ending.abort(new Error(`nothing came for ${seconds} s`)), seconds * 1000);
  };
  async function* read(body: AsyncIterable<Uint8Array>) {
    let size = 0;
    for await (const bytes of body) {
      waitFor(limits.silence);
      size += bytes.length;
      if (size > limits.size) throw new Error(`it is larger than ${limits.size} bytes`);
      hash.update(bytes);
      yield bytes;
    }
  }
  try {
    waitFor(limits.answer);
    // As it lies on the server: the hash is that of the file, not of what is packed in it.
    const headers = { "accept-encoding": "identity" };
    const { ok, status, body } = await fetch(url, { headers, signal: ending.signal });
    if (!ok || !body) throw new Error(`it answers ${status}`);
    waitFor(limits.silence);
    await writeFile(file, read(body));
    return hash.digest("hex");
  } finally {
    clearTimeout(timer);
    // closes the connection, if there still is one
    ending.abort();
  }
}
