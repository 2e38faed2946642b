import { type Fragment, lines } from "./config.ts";

/** A file for each user that administrators may be: sshd reads it besides the estate's own key. */
const folder = "/etc/estate/administrators";

/**
 * What sshd reads for a user. Ignition writes the estate's key to `authorized_keys.d` on both systems. Fedora CoreOS reads that by a
 * setting of its image, which this one takes the place of; Flatcar copies it to `authorized_keys`.
 */
export const authorizedKeysFiles = [".ssh/authorized_keys", ".ssh/authorized_keys.d/ignition", `${folder}/%u`];

/** Where administrators' keys arrive, over SSH as user core: below /etc, where SELinux lets sshd read. */
export function administrators(): Fragment {
  return { directories: [{ path: folder, mode: 0o755, owner: "core" }] };
}

const last = "# end";

/** The keys of all administrators, by name, as a host has them. Whatever else was in that file is gone: that revokes. */
export function authorizedKeys(keys: Readonly<Record<string, string>>): string {
  const names = Object.keys(keys).sort();
  return lines(
    "# The administrators of the estate: admins.keys of its document. What is changed here does not last.",
    ...names.map((name) => `${keys[name]} ${name}`),
    last,
  );
}

/** Takes that file from standard input, whole or not at all: a connection may end in the middle. */
export const placeKeys = [
  "umask 022",
  `cat > ${folder}/core.new`,
  `[ "$(tail -n 1 ${folder}/core.new)" = "${last}" ]`,
  `mv ${folder}/core.new ${folder}/core`,
].join(" && ");
