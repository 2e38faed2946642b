import { type Fragment, lines } from "./config.ts";

const rules = "/etc/estate/metadata.nft";

/** The unit that k3s does not start without. */
export const metadataUnit = "estate-metadata.service";

/**
 * Keeps pods from the metadata service, which hands out the user data to whoever asks, and with it the tokens that join hosts.
 *
 * What comes in by an interface is from a pod or a container: the host's own packets only go out. They are dropped before
 * anything translates addresses, in a table that neither k3s nor kube-proxy knows, so that a restart of them leaves it alone.
 * Pods in the host's own network are not held back: they are the host.
 */
export function metadata(): Fragment {
  return {
    files: [{ path: rules, mode: 0o644, contents: metadataRules() }],
    units: [
      {
        name: metadataUnit,
        contents: lines(
          "[Unit]",
          "Description=Keeps pods from the metadata service",
          "",
          "[Service]",
          "Type=oneshot",
          "RemainAfterExit=yes",
          `ExecStart=/usr/sbin/nft -f ${rules}`,
          "StandardOutput=journal+console",
          "",
          "[Install]",
          "WantedBy=multi-user.target",
        ),
      },
    ],
  };
}

/** The table, replaced at once if it is there. Both images have nft. */
export function metadataRules(): string {
  return lines(
    "table inet estate",
    "delete table inet estate",
    "table inet estate {",
    "  chain metadata {",
    "    type filter hook prerouting priority -300; policy accept;",
    '    iifname != "lo" ip daddr 169.254.169.254 counter drop',
    "  }",
    "}",
  );
}
