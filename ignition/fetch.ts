import { type File, lines } from "./config.ts";

/** Downloads a file that Ignition cannot: `fetch.sh ADDRESS SHA512 FILE`. */
export const fetchPath = "/opt/estate/fetch.sh";

/**
 * The script that a unit runs before the program it downloads. It is there for networks without DHCP, on which Ignition reaches
 * nobody. As with Ignition, a file that has not the hash is never in place; it tries again until somebody answers.
 */
export function fetchScript(): File {
  return {
    ...{ path: fetchPath, mode: 0o755 },
    contents: lines(
      "#!/bin/sh",
      "# fetch.sh ADDRESS SHA512 FILE: puts the program in place, unless it is there already.",
      "set -eu",
      "umask 022",
      'is() { [ -e "$2" ] && echo "$1  $2" | sha512sum --check --status; }',
      'if is "$2" "$3"; then exit 0; fi',
      'mkdir -p "$(dirname "$3")"',
      'until curl --fail --silent --show-error --location --connect-timeout 10 --output "$3.new" "$1"; do',
      '  echo "estate-reason: $1 cannot be downloaded"',
      "  sleep 5",
      "done",
      'if ! is "$2" "$3.new"; then',
      '  rm -f "$3.new"',
      '  echo "estate-reason: what is downloaded from $1 has not the SHA-512 of the document"',
      "  exit 1",
      "fi",
      'chmod 755 "$3.new"',
      'mv "$3.new" "$3"',
      "# SELinux lets no unit run what has the label of data",
      'if command -v restorecon >/dev/null; then restorecon "$3"; fi',
    ),
  };
}
