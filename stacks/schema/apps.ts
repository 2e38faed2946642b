import { z } from "zod";
import type { Application } from "../application.ts";
import { type Applications, applications } from "../applications.ts";
import { section, told, yesOrNo } from "./told.ts";

/** What the document says of an application. */
export type AppSettings = Readonly<Record<string, unknown>> & { readonly enabled: boolean };

/** Of every application, by name; of one that the document does not name and that then does not run, nothing. */
export type AppsSettings = Readonly<Record<string, AppSettings | undefined>>;

/** The part of the document that says which applications run, and how: each name is a folder in apps/. */
export function appsSchema(found: Applications): z.ZodType<AppsSettings, AppsSettings | undefined> {
  const names = Object.keys(found).join(", ");
  const { error } = told(`write applications and their settings below it (${names})`);
  const shape = Object.fromEntries(Object.entries(found).map(([name, one]) => [name, settingsSchema(one)]));
  const apps = z.strictObject(shape, {
    error: (issue) =>
      issue.code === "unrecognized_keys"
        ? `there is no such application: write one of ${names}, or add its folder to apps/`
        : error(issue),
  });
  return apps.prefault({}) as unknown as z.ZodType<AppsSettings, AppsSettings | undefined>;
}

function settingsSchema({ about, settings, byDefault }: Application) {
  const enabled = yesOrNo().default(true).describe("Whether it runs.");
  const schema = section({ enabled, ...settings }).describe(about);
  return byDefault ? schema.prefault({}) : schema.optional();
}

export const Apps = appsSchema(applications);
