import { type File, lines } from "./config.ts";

const rules = "/etc/estate/api.nft";

/** Closes the API's port for others. Run before each start of k3s. */
export const apiClosed = `/usr/sbin/nft -f ${rules}`;

/** Opens it again, once the API answers. Run beside k3s: it waits for as long as that takes. */
export const apiOpened = "/opt/estate/api-opened.sh";

/**
 * While a server starts, k3s listens on the API's port and answers 503. The API's name leads to every server, and a client that was
 * answered asks no other; one that is refused does. So the port refuses everyone but the server itself until the API is there. That is
 * so at a VIP too: a server that has it when k3s starts anew there refuses until it has lost it to another (`vip.ts`); and kube-vip,
 * which asks the API by the server's own address, is let in before others are.
 *
 * @param port the API's
 */
export function apiFiles(port: number): File[] {
  return [
    { path: rules, mode: 0o644, contents: apiRules(port) },
    { path: apiOpened, mode: 0o755, contents: openedScript(port) },
  ];
}

/** The table, replaced at once if it is there. Both images have nft. */
function apiRules(port: number): string {
  return lines(
    "table inet estate-api",
    "delete table inet estate-api",
    "table inet estate-api {",
    "  chain starting {",
    "    type filter hook input priority -10; policy accept;",
    `    iifname != "lo" tcp dport ${port} tcp flags & (fin | syn | rst | ack) == syn counter reject with tcp reset`,
    "  }",
    "}",
  );
}

/** 200, or 401 where nobody may ask without a certificate: either way it is the API that answers, and no longer k3s for it. */
function openedScript(port: number): string {
  return lines(
    "#!/bin/sh",
    "# Runs after each start of k3s: lets clients in as soon as the API answers.",
    "set -eu",
    `until case "$(curl --silent --insecure --max-time 5 --output /dev/null --write-out '%{http_code}' https://127.0.0.1:${port}/readyz)" in`,
    "200 | 401) true ;;",
    "*) false ;;",
    "esac; do",
    "  sleep 1",
    "done",
    "exec /usr/sbin/nft delete table inet estate-api",
  );
}
