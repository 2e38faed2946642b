import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Application } from "./application.ts";
import { definitionMistakes } from "./applicationOrder.ts";

/** Applications by name. */
export type Applications = Readonly<Record<string, Application>>;

/** Folders in apps/ are no applications, or not together; the message has a line for each mistake. */
export class ApplicationsError extends Error {
  override readonly name = "ApplicationsError";
  readonly mistakes: readonly string[];

  constructor(mistakes: readonly string[]) {
    super(["Applications cannot be used as they are in apps/:", ...mistakes.map((line) => `  ${line}`)].join("\n"));
    this.mistakes = mistakes;
  }
}

/** The applications' folder. */
export const appsFolder = join(import.meta.dirname, "..", "apps");

/**
 * The applications that a folder holds: each folder in it that is not hidden, in the order of their names.
 *
 * @throws ApplicationsError with every folder that is none
 */
export async function findApplications(folder: string): Promise<Applications> {
  const names = readdirSync(folder).filter(
    (name) => !name.startsWith(".") && statSync(join(folder, name)).isDirectory(),
  );
  const loaded = await Promise.all(names.sort().map(async (name) => [name, await load(folder, name)] as const));
  const applications = Object.fromEntries(
    loaded.flatMap(([name, one]) => (typeof one === "string" ? [] : [[name, one] as const])),
  );
  const broken = loaded.flatMap(([, one]) => (typeof one === "string" ? [one] : []));
  const mistakes = broken.length > 0 ? broken : definitionMistakes(applications);
  if (mistakes.length > 0) throw new ApplicationsError(mistakes);
  return applications;
}

/** The application, or what is wrong with its folder. */
async function load(folder: string, name: string): Promise<Application | string> {
  const at = `apps/${name}`;
  for (const file of ["app.ts", "component.ts"])
    if (!existsSync(join(folder, name, file)))
      return `${at}: has no ${file}; an application has app.ts and component.ts (apps/README.md), anything else belongs elsewhere`;
  try {
    const { application } = (await import(pathToFileURL(join(folder, name, "app.ts")).href)) as {
      readonly application?: Application;
    };
    return application?.settings ? application : `${at}/app.ts: export an application that defineApplication() gives`;
  } catch (error) {
    return `${at}/app.ts: cannot be loaded: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** Those of this program. */
export const applications: Applications = await findApplications(appsFolder);
