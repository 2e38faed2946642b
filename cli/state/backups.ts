import { chmod, mkdir, open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { project } from "../../local/place.ts";
import { Trouble } from "../../local/say.ts";
import { estateBackups } from "../estate-folder.ts";

/** Before what a backup was made. */
export const occasions = ["up", "destroy", "restore", "recover", "repair", "hand"] as const;
export type Occasion = (typeof occasions)[number];

/** A kept state. */
export interface Backup {
  /** Also that of its file, without `.json`: time and occasion. */
  readonly name: string;
  readonly file: string;
  readonly time: string;
  readonly occasion: Occasion;
  readonly bytes: number;
}

/** Where backups of a stack are kept, and how many. */
export interface Shelf {
  readonly folder: string;
  readonly keep: number;
}

/** Backups that are kept, if nobody says otherwise. */
export const defaultKeep = 20;

/** Where ESTATE_BACKUPS says, a folder a stack, else in `.estate`; and how many ESTATE_BACKUPS_KEEP says. @throws Trouble */
export function shelfOf(stack: string, environment: NodeJS.ProcessEnv): Shelf {
  const { ESTATE_BACKUPS: named, ESTATE_BACKUPS_KEEP: count } = environment;
  const keep = count ? Number(count) : defaultKeep;
  if (!Number.isInteger(keep) || keep < 1)
    throw new Trouble(`ESTATE_BACKUPS_KEEP is '${count}': write how many backups of the state are kept, 1 or more`);
  return { folder: named ? join(resolve(project, named), stack) : estateBackups(stack), keep };
}

const named = new RegExp(`^(\\d{4}-\\d\\d-\\d\\dT\\d{6}\\.\\d{3}Z)-(${occasions.join("|")})\\.json$`);

/** The newest first. What is no backup is left out. */
export async function listBackups({ folder }: Pick<Shelf, "folder">): Promise<readonly Backup[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw new Trouble(`the backups cannot be read: ${error.message}`);
  });
  const found = names.map(async (name) => {
    const [, stamp, occasion] = named.exec(name) ?? [];
    if (!stamp || !occasion) return [];
    const file = join(folder, name);
    const time = stamp.replace(/T(\d\d)(\d\d)(\d\d)/, "T$1:$2:$3");
    const { size: bytes } = await stat(file);
    return [{ name: name.replace(/\.json$/, ""), file, time, occasion: occasion as Occasion, bytes }];
  });
  return (await Promise.all(found)).flat().sort((a, b) => b.name.localeCompare(a.name, "en"));
}

/**
 * Keeps a state, and forgets the oldest that are too many. Nothing is written where the newest backup says the same, or the state is
 * empty; then the answer is the newest, if there is one.
 *
 * @param text as `pulumi stack export` prints it: its secrets encrypted
 * @throws Trouble when a secret of it is in clear, or it cannot be written
 */
export async function keepBackup(
  { folder, keep }: Shelf,
  text: string,
  occasion: Occasion,
  now = new Date(),
): Promise<{ readonly backup: Backup | undefined; readonly isNew: boolean }> {
  const state = JSON.parse(text) as { readonly deployment?: { readonly resources?: readonly unknown[] } };
  refuseClear(state);
  const [newest] = await listBackups({ folder });
  const isEmpty = (state.deployment?.resources ?? []).length === 0;
  if (isEmpty || (newest && (await readFile(newest.file, "utf8")) === text)) return { backup: newest, isNew: false };
  const name = `${now.toISOString().replaceAll(":", "")}-${occasion}`;
  const file = join(folder, `${name}.json`);
  await write(folder, file, text).catch((error: Error) => {
    throw new Trouble(
      `the state cannot be backed up, so nothing is changed: ${error.message}. Make room, or name another folder with ESTATE_BACKUPS`,
    );
  });
  const all = await listBackups({ folder });
  for (const old of all.slice(keep)) await rm(old.file, { force: true });
  return { backup: all.find((one) => one.name === name), isNew: true };
}

/** Whole or not at all, and for its owner alone. */
async function write(folder: string, file: string, text: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
  const draft = `${file}.${process.pid}`;
  const handle = await open(draft, "w", 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(draft, file);
}

/** How the state marks a value as secret; in clear it has `plaintext` beside it. */
const secretMark = "4dabf18193072939515e22adb298388d";

/** @throws Trouble when a secret is not encrypted */
function refuseClear(value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  if (secretMark in value && "plaintext" in value)
    throw new Trouble(
      "this state has its secrets in clear: a backup is made of 'pulumi stack export' without --show-secrets",
    );
  for (const inner of Object.values(value)) refuseClear(inner);
}
