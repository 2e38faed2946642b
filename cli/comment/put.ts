import type { Api } from "./api.ts";
import { bodyOf, markOf, saysTheSame } from "./body.ts";
import { ForgeError } from "./error.ts";
import type { Comment, Forge } from "./forge.ts";

/** What became of the comment. */
export interface Put {
  readonly result: "created" | "edited" | "unchanged";
  readonly id: number;
  readonly url?: string;
  /** Comments of the same stack that were too many, as two runs at the same time leave them. */
  readonly removed: number;
}

/** How often a creation is tried that had no answer. */
const creations = 4;

/** Makes the one comment of a stack say this: edited where it is, made where it is not. */
export async function putComment(forge: Forge, api: Pick<Api, "pause">, stack: string, text: string): Promise<Put> {
  const body = bodyOf(stack, text);
  for (let attempt = 1; ; attempt += 1) {
    const [first, ...others] = (await forge.comments()).filter(
      ({ own, body }) => own && body.startsWith(markOf(stack)),
    );
    try {
      if (!first) return told("created", await forge.create(body), 0);
      for (const { id } of others) await forge.remove(id);
      if (saysTheSame(first.body, body)) return told("unchanged", first, others.length);
      return told("edited", await forge.edit(first.id, body), others.length);
    } catch (error) {
      // what had no answer may have been done, and what was there may be gone: look again
      const unclear = error instanceof ForgeError && (isUnclear(error.status) || (first && error.status === 404));
      if (!unclear || attempt === creations) throw error;
      await api.pause(2 ** attempt, error);
    }
  }
}

function isUnclear(status: number): boolean {
  return status === 0 || status >= 500;
}

function told(result: Put["result"], { id, url }: Comment, removed: number): Put {
  return { result, id, ...(url ? { url } : {}), removed };
}
