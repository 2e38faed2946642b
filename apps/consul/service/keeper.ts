import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readCatalogue } from "./catalogue.ts";
import type { Consul } from "./client.ts";
import { Looks } from "./look.ts";
import { type Looked, lookedEvery, lookedKey } from "./looked.ts";
import { planOf } from "./plan.ts";
import { seenBy } from "./seen.ts";

export type Say = (line: Readonly<Record<string, unknown>>) => void;

/** Keeps Consul's catalogue as the estate is, and tells it how the services are. What others registered is left alone. */
export class Keeper {
  readonly #consul: Consul;
  /** The file of what is to be registered. It may change. */
  readonly #file: string;
  /** A folder: `kept` in it is written whenever all was well. */
  readonly #run: string;
  readonly #say: Say;
  readonly #looks: Looks;
  /** When it last said that it looked, in milliseconds since 1970. */
  #told = 0;

  constructor(consul: Consul, places: { readonly file: string; readonly run: string }, say: Say, looks = new Looks()) {
    this.#consul = consul;
    this.#file = places.file;
    this.#run = places.run;
    this.#say = say;
    this.#looks = looks;
  }

  /** Looks once, and tells what is to be told. What fails is said and tried again by the next look; the rest goes on. */
  async look(): Promise<void> {
    try {
      const catalogue = readCatalogue(readFileSync(this.#file, "utf8"));
      const seen = await seenBy(this.#consul);
      const steps = planOf(catalogue, seen, await this.#looks.at(catalogue, seen));
      let failed = 0;
      for (const { path, body, why } of steps)
        await this.#consul.put(path, body).then(
          () => this.#say({ event: path.slice(path.lastIndexOf("/") + 1), why }),
          (error: Error) => {
            failed += 1;
            this.#say({ event: "failed", why, error: error.message });
          },
        );
      if (failed > 0) return;
      await this.#tell(Date.now());
      writeFileSync(join(this.#run, "kept"), "");
    } catch (error) {
      this.#say({ event: "failed", error: (error as Error).message });
    }
  }

  /** Says that it looked, and all was well; not with each look. */
  async #tell(now: number): Promise<void> {
    if (now - this.#told < lookedEvery) return;
    const looked: Looked = { at: new Date(now).toISOString() };
    await this.#consul.put(`/v1/kv/${lookedKey}`, looked);
    this.#told = now;
  }
}
