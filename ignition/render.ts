import { administrators } from "./administrators.ts";
import { base } from "./base.ts";
import { type Fragment, specifications } from "./config.ts";
import { images } from "./images.ts";
import { k3s } from "./k3s.ts";
import { logs } from "./logs.ts";
import type { MachineFacts, MachineSecrets } from "./machine.ts";
import { media } from "./media.ts";
import { metadata } from "./metadata.ts";
import { network } from "./network.ts";
import { registries } from "./registries.ts";
import { vip } from "./vip.ts";
import { volumes } from "./volumes.ts";

/** Nova takes 65,535 characters of base64, which come in fours, three bytes each: this many bytes of text. */
export const userDataLimit = 49_149;

/**
 * The Ignition document of a machine. Equal facts give equal bytes; the order in which they were written does not matter.
 *
 * @throws Error when it is larger than nova takes, with the biggest files
 */
export function renderMachine(facts: MachineFacts, secrets: MachineSecrets): string {
  return renderFragments({ host: facts.host.name, system: facts.system }, secrets.authorizedKey, [
    base(facts, secrets),
    administrators(),
    metadata(),
    network(facts),
    media(facts),
    logs(facts),
    volumes(facts.volumes),
    images(facts),
    registries(facts.orchestrator.registries),
    vip(facts),
    k3s(facts, secrets),
    ...(facts.host.brought ?? []),
  ]);
}

/** The document made of several fragments; a path or a unit must not be in two of them. */
export function renderFragments(
  { host, system }: { readonly host: string; readonly system: MachineFacts["system"] },
  authorizedKey: string,
  fragments: readonly Fragment[],
): string {
  const text = JSON.stringify({
    ignition: { version: specifications[system] },
    passwd: { users: [{ name: "core", sshAuthorizedKeys: [authorizedKey] }] },
    storage: {
      directories: sorted(fragments.flatMap((one) => one.directories ?? []).map(directory), "path"),
      files: sorted(fragments.flatMap((one) => one.files ?? []).map(file), "path"),
    },
    systemd: { units: sorted(fragments.flatMap((one) => one.units ?? []).map(unit), "name") },
  });
  if (Buffer.byteLength(text) > userDataLimit) throw new Error(tooLarge(host, text, fragments));
  return text;
}

function directory({ path, mode, owner }: NonNullable<Fragment["directories"]>[number]) {
  const user = typeof owner === "number" ? { id: owner } : { name: owner };
  return { path, mode, ...(owner === undefined ? {} : { user }) };
}

function file({ path, mode, contents }: NonNullable<Fragment["files"]>[number]) {
  const source =
    typeof contents === "string"
      ? { source: `data:,${encodeURIComponent(contents)}` }
      : { source: contents.url, verification: { hash: `sha512-${contents.sha512}` } };
  return { path, mode, overwrite: true, contents: source };
}

function unit({ name, contents, enable, dropIns = {} }: NonNullable<Fragment["units"]>[number]) {
  const files = Object.entries(dropIns).map(([name, contents]) => ({ name, contents }));
  const dropins = files.length > 0 ? { dropins: sorted(files, "name") } : {};
  if (enable) return { name, enabled: true, ...dropins };
  if (contents === undefined) return { name, ...(files.length > 0 ? dropins : { mask: true }) };
  return { name, enabled: true, contents, ...dropins };
}

function sorted<Key extends string, T extends Readonly<Record<Key, string>>>(items: readonly T[], key: Key): T[] {
  const ordered = items.toSorted((a, b) => (a[key] < b[key] ? -1 : 1));
  const twice = ordered.find((item, index) => item[key] === ordered[index + 1]?.[key]);
  if (twice) throw new Error(`two fragments of a machine have ${twice[key]}`);
  return ordered;
}

function tooLarge(host: string, text: string, fragments: readonly Fragment[]): string {
  const biggest = fragments
    .flatMap((one) => one.files ?? [])
    .map(({ path, contents }) => ({
      path,
      bytes: typeof contents === "string" ? encodeURIComponent(contents).length : 0,
    }))
    .toSorted((a, b) => b.bytes - a.bytes)
    .slice(0, 5)
    .map(({ path, bytes }) => `  ${path}: ${bytes} bytes`);
  return [
    `The user data of ${host} has ${Buffer.byteLength(text)} bytes; nova takes ${userDataLimit}. The biggest files:`,
    ...biggest,
    "Let the host download the biggest by address and hash instead.",
  ].join("\n");
}
