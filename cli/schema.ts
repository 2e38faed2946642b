import { z } from "zod";
import { Estate } from "../stacks/schema.ts";

/** The JSON Schema of the estate document, for editors, with the applications that are there: `node cli/schema.ts > stacks/estate.schema.json`. */
export function renderSchema(): string {
  const schema = z.toJSONSchema(Estate, { io: "input", reused: "inline" });
  return `${JSON.stringify({ title: "The estate document", ...schema }, undefined, 2)}\n`;
}

if (import.meta.main) process.stdout.write(renderSchema());
