import type { SettingsOf } from "../../stacks/application.ts";
import type { application } from "./app.ts";

/** What the document says of the registrator. */
export type RegistratorSettings = SettingsOf<(typeof application)["settings"]> & { readonly enabled: boolean };
