/** How a long step tells what it is doing now: one short line, without a full stop. */
export type Say = (line: string) => void;

/** An error whose message is all an operator needs: what is wrong, where, and what to do. Printed without a stack. */
export class Trouble extends Error {
  override readonly name = "Trouble";
}
