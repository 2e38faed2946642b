import type { Entry, State, Step } from "../journal/entry.ts";

/** The journal, as one gate writes it: it is always at one step. */
export interface GateJournal {
  begin(step: Step): void;
  /** What the step waits for now. */
  waiting(text: string): void;
  /** The gate ends, at the step at which it is. Only the first line of the text is kept. */
  end(state: Exclude<State, "begun">, text: string): void;
  /** The host's role, in what is written from now on. */
  know(role: string | undefined): void;
}

/** A journal of one gate, on top of one that appends entries. */
export function gateJournal(
  append: (entry: Entry) => void,
  gate: Pick<Entry, "stack" | "update" | "host" | "server">,
  first: Step,
): GateJournal {
  let step = first;
  let known: Pick<Entry, "role"> = {};
  const write = (state: State, text: string) =>
    append({ time: new Date().toISOString(), ...gate, ...known, step, state, text });
  return {
    begin: (next) => {
      step = next;
      write("begun", "");
    },
    waiting: (text) => write("waiting", text),
    end: (state, text) => write(state, text.split("\n", 1)[0] ?? ""),
    know: (role) => {
      known = role ? { role } : {};
    },
  };
}
