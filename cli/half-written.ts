import pRetry from "p-retry";

/**
 * Asks the Pulumi command line for something of the state, and again when it read the state in the moment in which it is written: with a
 * state in a folder the engine keeps what it knows of the state's file beside it, and empties that before it writes it. Who reads then is
 * told `failed to load checkpoint: EOF`, before anything was done. A hundred gates read while the engine writes after each step.
 *
 * @param ask throws an Error with what pulumi said
 */
export function askWhole<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  const halfWritten = (error: Error) => error.message.includes("failed to load checkpoint: EOF");
  return pRetry(ask, { retries: 5, minTimeout: 200, factor: 2, shouldRetry: ({ error }) => halfWritten(error) });
}
