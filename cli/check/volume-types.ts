import type { Answer } from "./answer.ts";
import type { VolumeRequirement } from "./requirements.ts";
import { listed, type Row } from "./row.ts";

/** A row for each volume type that the document names. */
export function volumeTypeRows(
  volumes: readonly VolumeRequirement[],
  types: Answer<readonly { readonly name: string }[]>,
): Row[] {
  const names = [...new Set(volumes.flatMap(({ type = [] }) => type))].sort();
  return names.map((name): Row => {
    const users = volumes.filter(({ type }) => type === name);
    const row = { what: `volume type ${name}`, needed: users.length };
    if ("unknown" in types) return { ...row, verdict: "unknown", detail: types.unknown };
    if (types.value.some((type) => type.name === name)) return { ...row, verdict: "ok" };
    const where = listed(users.map(({ at }) => `${at}.type`));
    const there = listed(types.value.map((type) => type.name));
    const cure = `there is no such type for this project: write another in ${where}, or none (there: ${there})`;
    return { ...row, verdict: "missing", cure };
  });
}
