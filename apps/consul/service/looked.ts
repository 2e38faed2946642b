/** The key in Consul's store where the keeper says when it last looked: a check says nothing of its age. Who waits for services is not woken. */
export const lookedKey = "estate/keeper/looked";

/** Milliseconds between two such words. */
export const lookedEvery = 30_000;

/** What it says: a time. */
export interface Looked {
  /** As ISO 8601 writes it. */
  readonly at: string;
}
