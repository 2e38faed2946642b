import type { Gate } from "./gate.ts";
import { Held } from "./hold.ts";
import type { GateJournal } from "./journal.ts";

/** Opens a gate, lets it do its work, and keeps the journal of it. @throws what the gate throws */
export async function runGate(
  journal: GateJournal,
  open: () => Promise<Gate>,
  act: (gate: Gate) => Promise<void>,
): Promise<void> {
  let said = "";
  try {
    const gate = await open();
    const say = (line: string) => {
      said = line;
      gate.say(line);
    };
    await act({ ...gate, say });
  } catch (error) {
    if (error instanceof Held) journal.end("waiting", error.why);
    else journal.end("failed", (error as Error).message);
    throw error;
  }
  journal.end("done", said);
}
