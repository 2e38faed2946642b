import { readStackFile } from "./stack-file.ts";

/** The other stack of an estate that is two. */
export interface OtherStack {
  readonly name: string;
  /** What it has. */
  readonly has: "base" | "servers";
}

/** By the stack file: the base of a stack, or the servers on one; nothing where the estate is one stack. */
export async function otherStack(stack: string, folder?: string): Promise<OtherStack | undefined> {
  // a file may say `config:` and nothing after it
  const config = (await readStackFile(stack, folder)).config ?? {};
  const [base, servers] = [config["estate:base"], config["estate:baseOf"]];
  if (typeof base === "string") return { name: base, has: "base" };
  return typeof servers === "string" ? { name: servers, has: "servers" } : undefined;
}
