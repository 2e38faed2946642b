import type { Change } from "./changes.ts";
import type { Form } from "./form.ts";

/** `web (Deployment)`. */
export function shownName({ name, type }: Pick<Change, "name" | "type">, form: Form): string {
  return `${form.code(name)} (${form.code(type.split(":").at(-1) ?? type)})`;
}
