import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { findBrowser } from "./browser.ts";

type Answer = Readonly<Record<string, unknown>>;

/** A page in a real browser that is led as its own tools lead it: over a pipe, so that nothing listens. */
export class Page {
  readonly #child: ChildProcess;
  readonly #profile: string;
  readonly #waiting = new Map<number, { resolve: (answer: Answer) => void; reject: (error: Error) => void }>();
  #session: string | undefined;
  #last = 0;

  private constructor(child: ChildProcess, profile: string) {
    this.#child = child;
    this.#profile = profile;
    let text = "";
    (child.stdio[4] as Readable).on("data", (part: Buffer) => {
      text += part.toString();
      const messages = text.split("\0");
      text = messages.pop() ?? "";
      for (const message of messages) this.#take(JSON.parse(message));
    });
    child.on("exit", () => {
      for (const { reject } of this.#waiting.values()) reject(new Error("the browser ended"));
    });
  }

  /** @param scripts whether pages may run scripts */
  static async open({ scripts, language }: { readonly scripts: boolean; readonly language: string }): Promise<Page> {
    const profile = await mkdtemp(join(tmpdir(), "estate-browser-"));
    const sandbox = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
    const flags = ["--headless", "--disable-gpu", "--remote-debugging-pipe", `--user-data-dir=${profile}`, ...sandbox];
    const child = spawn(findBrowser(process.env), [...flags, `--accept-lang=${language}`, "about:blank"], {
      stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"],
    });
    const page = new Page(child, profile);
    const { targetId } = await page.#send("Target.createTarget", { url: "about:blank" });
    const { sessionId } = await page.#send("Target.attachToTarget", { targetId, flatten: true });
    page.#session = String(sessionId);
    await page.#send("Emulation.setScriptExecutionDisabled", { value: !scripts });
    return page;
  }

  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once("exit", resolve));
    this.#child.kill();
    await ended;
    await rm(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }

  async visit(url: string): Promise<void> {
    await this.#send("Page.navigate", { url });
    await this.until((text) => text !== "");
  }

  /** As it is in the browser now: what assistive technology is told, one control or text a line, `role: name`. */
  async spoken(): Promise<string> {
    const { nodes } = (await this.#send("Accessibility.getFullAXTree")) as { nodes: readonly AccessibleNode[] };
    const lines = nodes.filter(({ ignored, name }) => !ignored && name?.value);
    return lines.map(({ role, name }) => `${role?.value}: ${name?.value}`).join("\n");
  }

  /** Waits for what is spoken to be right. @throws with it after ten seconds */
  async until(right: (spoken: string) => boolean): Promise<string> {
    const end = Date.now() + 10_000;
    for (;;) {
      const spoken = await this.spoken();
      if (right(spoken)) return spoken;
      if (Date.now() > end) throw new Error(`the page never became right; it is now:\n${spoken}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Presses a key: `Tab`, `Enter`, ` `, or one that writes itself. */
  async press(key: string): Promise<void> {
    const codes: Readonly<Record<string, number>> = { Tab: 9, Enter: 13, " ": 32, ArrowDown: 40 };
    const code = codes[key];
    const written = key === "Enter" ? "\r" : key;
    const shown = key.length === 1 || key === "Enter" ? { text: written } : {};
    const event = { key, ...(code ? { windowsVirtualKeyCode: code } : {}) };
    await this.#send("Input.dispatchKeyEvent", { type: "keyDown", ...event, ...shown });
    await this.#send("Input.dispatchKeyEvent", { type: "keyUp", ...event });
  }

  async write(text: string): Promise<void> {
    await this.#send("Input.insertText", { text });
  }

  #send(method: string, params: Answer = {}): Promise<Answer> {
    this.#last += 1;
    const id = this.#last;
    const message = { id, method, params, ...(this.#session ? { sessionId: this.#session } : {}) };
    (this.#child.stdio[3] as Writable).write(`${JSON.stringify(message)}\0`);
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }

  #take({ id, result, error }: { id?: number; result?: Answer; error?: { message: string } }): void {
    const waiting = id === undefined ? undefined : this.#waiting.get(id);
    if (id === undefined || !waiting) return;
    this.#waiting.delete(id);
    if (error) waiting.reject(new Error(error.message));
    else waiting.resolve(result ?? {});
  }
}

interface AccessibleNode {
  readonly ignored?: boolean;
  readonly role?: { readonly value?: string };
  readonly name?: { readonly value?: string };
}
