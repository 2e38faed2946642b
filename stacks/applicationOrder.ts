import type { Application } from "./application.ts";

type Applications = Readonly<Record<string, Application>>;

/** Words that are not applications, but may be written among callers of a port. */
const parties = ["hosts", "world", "use"];

/** What of applications cannot be true together, a line each. */
export function definitionMistakes(applications: Applications): string[] {
  const names = Object.keys(applications);
  const mistakes = names.flatMap((name) => {
    const { settings, uses = [], secrets = {}, ports = {} } = applications[name] as Application;
    const at = `apps/${name}/app.ts`;
    return [
      ...(/^[a-z]([a-z0-9-]{0,28}[a-z0-9])?$/.test(name) && !parties.includes(name)
        ? []
        : [
            `apps/${name}: name the folder with 1 to 30 lower-case letters, digits and '-', starting with a letter, and none of ${parties.join(", ")}`,
          ]),
      ...("enabled" in settings ? [`${at}: settings.enabled is there for every application: choose another name`] : []),
      ...uses
        .filter((used) => !names.includes(used))
        .map((used) => `${at}: uses ${used}, which is no folder in apps/: there are ${names.join(", ")}`),
      ...Object.keys(secrets)
        .filter((secret) => !/^[a-z][A-Za-z0-9]*$/.test(secret))
        .map((secret) => `${at}: secrets.${secret}: write letters and digits, starting with a lower-case letter`),
      ...Object.keys(ports)
        .filter((port) => !/^(?=.*[a-z])[a-z0-9]([a-z0-9-]{0,13}[a-z0-9])?$/.test(port))
        .map((port) => `${at}: ports.${port}: write up to 15 lower-case letters, digits and '-', as Kubernetes wants`),
    ];
  });
  const circle = mistakes.length > 0 ? undefined : circleIn(applications);
  return circle
    ? [`apps/: ${circle.join(" comes after ")}: one of them must not name the next in uses or after`]
    : mistakes;
}

/** Names in the order in which they are built: each after those that it comes after, of equals by name. */
export function buildOrder(names: readonly string[], applications: Applications): string[] {
  const ordered: string[] = [];
  const add = (name: string) => {
    if (ordered.includes(name)) return;
    for (const other of comesAfter(name, names, applications)) add(other);
    ordered.push(name);
  };
  for (const name of [...names].sort()) add(name);
  return ordered;
}

/** Which of these an application comes after, directly. */
export function comesAfter(name: string, names: readonly string[], applications: Applications): string[] {
  const { uses = [], after = [] } = applications[name] ?? {};
  return [...new Set([...uses, ...after])].filter((other) => names.includes(other)).sort();
}

/** Applications that come after each other: the first once more at the end. */
function circleIn(applications: Applications): string[] | undefined {
  const names = Object.keys(applications);
  const closed = new Set<string>();
  const walk = (name: string, path: readonly string[]): string[] | undefined => {
    if (path.includes(name)) return [...path.slice(path.indexOf(name)), name];
    if (closed.has(name)) return undefined;
    for (const other of comesAfter(name, names, applications)) {
      const found = walk(other, [...path, name]);
      if (found) return found;
    }
    closed.add(name);
    return undefined;
  };
  for (const name of names) {
    const found = walk(name, []);
    if (found) return found;
  }
  return undefined;
}
