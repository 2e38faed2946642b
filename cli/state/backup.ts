import { chooseStack } from "../check/document.ts";
import type { Pulumi } from "../stack-secrets.ts";
import { table } from "../table.ts";
import { statePulumi } from "./backend.ts";
import { type Backup, keepBackup, listBackups, type Occasion, type Shelf, shelfOf } from "./backups.ts";

interface Options {
  readonly stack?: string;
  readonly json?: boolean;
}

/** The whole state as text; what is secret in it stays encrypted. */
export async function exportState(stack: string, pulumi: Pulumi): Promise<string> {
  return pulumi(["stack", "export", "--stack", stack]);
}

/** Keeps the state before something changes it; of a stack that has nothing there is nothing to keep. @param state its text */
export async function backUp(
  stack: string,
  state: string,
  occasion: Occasion,
  shelf: Shelf = shelfOf(stack, process.env),
): Promise<Backup | undefined> {
  return (await keepBackup(shelf, state, occasion)).backup;
}

/** `estate state backup` */
export async function backup({ stack: named, keep, json }: Options & { keep?: number }): Promise<void> {
  const stack = await chooseStack(named, process.env);
  const shelf = shelfOf(stack, process.env);
  const text = await exportState(stack, statePulumi("backup"));
  const { backup: kept, isNew } = await keepBackup({ ...shelf, ...(keep ? { keep } : {}) }, text, "hand");
  if (json) return void process.stdout.write(`${JSON.stringify({ stack, isNew, backup: kept })}\n`);
  const line = kept
    ? `${isNew ? "The state is kept in" : "Nothing changed since the last backup:"} ${kept.file}`
    : `The stack ${stack} has no resources: there is nothing to keep.`;
  process.stdout.write(`${line}\n`);
}

/** `estate state backups` */
export async function backups({ stack: named, json }: Options): Promise<void> {
  const stack = await chooseStack(named, process.env);
  const { folder } = shelfOf(stack, process.env);
  const all = await listBackups({ folder });
  if (json) return void process.stdout.write(`${JSON.stringify({ stack, folder, backups: all })}\n`);
  const before = { hand: "by hand" } as Partial<Record<Occasion, string>>;
  const rows = all.map(({ name, occasion, bytes }) => [
    name,
    before[occasion] ?? `before ${occasion}`,
    `${Math.ceil(bytes / 1024)} KiB`,
  ]);
  const text =
    all.length > 0 ? table(["BACKUP", "MADE", "SIZE"], rows) : `There are no backups of stack ${stack} in ${folder}.`;
  process.stdout.write(`${text}\n`);
}
