import { access, constants, realpath } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { execa } from "execa";
import type { Piece } from "./pieces.ts";

/** The programs of official pieces, by the name of the piece. */
export type Found = ReadonlyMap<string, string>;

/**
 * The pieces that Pulumi itself published and the operator installed, at exactly the wanted versions: plugins below
 * PULUMI_HOME or `~/.pulumi`, the CLI on the PATH or in `bin` below those.
 *
 * In a shell of the stack that is also the CLI that was downloaded for it.
 */
export async function official(wanted: readonly Piece[], environment: NodeJS.ProcessEnv = process.env): Promise<Found> {
  const found = new Map<string, string>();
  const homes = homesOf(environment);
  for (const piece of wanted.filter(({ kind }) => kind === "plugin")) {
    for (const home of homes.toReversed()) {
      const path = join(home, "plugins", `resource-${piece.name}-v${piece.version}`, piece.program);
      if (await executable(path)) found.set(piece.name, path);
    }
  }
  const folders = [...(environment.PATH ?? "").split(delimiter), ...homes.map((home) => join(home, "bin"))];
  const distribution = await distributionIn(folders, wanted);
  for (const piece of wanted)
    if (distribution && piece.kind !== "plugin") found.set(piece.name, join(distribution, piece.program));
  return found;
}

/** The first goes before the second. That of a stack of ours, in whose shell this runs, holds what was built here. */
function homesOf({ ESTATE_INSIDE: inside, HOME: user, PULUMI_HOME: home }: NodeJS.ProcessEnv): readonly string[] {
  return [...(home && !inside ? [home] : []), join(user ?? homedir(), ".pulumi")];
}

/** The folder of an official CLI of that version. A CLI of ours, which a shell of the stack has on its PATH, is none. */
async function distributionIn(folders: readonly string[], wanted: readonly Piece[]): Promise<string | undefined> {
  const version = wanted.find(({ kind }) => kind === "cli")?.version;
  for (const folder of new Set(folders.filter(Boolean))) {
    const path = await realpath(join(folder, "pulumi")).catch(() => undefined);
    if (!path) continue;
    const beside = dirname(path);
    // The official archive brings every language host; we build that for Node only.
    const whole = ["pulumi-language-nodejs", "pulumi-language-python"].map((one) => executable(join(beside, one)));
    if (!(await Promise.all(whole)).every(Boolean)) continue;
    const { stdout } = await execa(path, ["version"], { reject: false, timeout: 20_000 });
    if (String(stdout).trim() === `v${version}`) return beside;
  }
  return undefined;
}

async function executable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
