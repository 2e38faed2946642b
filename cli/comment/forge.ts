/** A comment on a request. */
export interface Comment {
  readonly id: number;
  readonly body: string;
  /** Whether whoever has our token wrote it: others may write what looks like ours, and change it later. */
  readonly own: boolean;
  /** For people. */
  readonly url?: string;
}

/** One pull or merge request, and the comments on it. */
export interface Forge {
  /** Every comment, the oldest first. */
  readonly comments: () => Promise<readonly Comment[]>;
  readonly create: (body: string) => Promise<Comment>;
  readonly edit: (id: number, body: string) => Promise<Comment>;
  readonly remove: (id: number) => Promise<void>;
}
