/** The key of the stack's configuration that pauses a roll; its value says why. So it is seen in a diff, and on every workstation. */
export const pauseKey = "estate:paused";

/** Why the roll is paused, from that key's value. Nothing if it is not. */
export function pauseIn(value: unknown): string | undefined {
  const text = value === undefined || value === null ? "" : String(value).trim();
  return text === "" || text === "false" ? undefined : text;
}
