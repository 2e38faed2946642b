import { runningApps } from "./appFacts.ts";
import { type Applications, applications } from "./applications.ts";
import type { Estate } from "./schema.ts";

type Wrong = (path: PropertyKey[], message: string) => void;

/** Each application that runs has what it uses, and keeps its own rules. */
export function checkApps(estate: Estate, wrong: Wrong, found: Applications = applications): void {
  const running = runningApps(estate);
  for (const name of running) {
    const application = found[name];
    const settings = estate.apps[name];
    if (!application || !settings) continue;
    for (const used of application.uses ?? [])
      if (!running.includes(used))
        wrong(["apps", name], `needs ${used}: write apps.${used} too, or apps.${name}.enabled: false`);
    application.check?.(settings, estate, (path, message) => wrong(["apps", name, ...path], message));
  }
}
