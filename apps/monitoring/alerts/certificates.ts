import { type AlertGroup, alert } from "../alert.ts";

const left = "min by (cn) (traefik_tls_certs_not_after) - time()";
const day = 86_400;

/** Certificates of pages, as Traefik serves them. They are renewed a month before they end: at two weeks, that has failed for long. */
export function certificateAlerts(): AlertGroup {
  const cure =
    "From ACME: kubectl -n estate logs deploy/ingress-acme says why; from files: write a new one (apps/ingress/README.md)";
  return {
    name: "certificates",
    rules: [
      alert("CertificateEndsSoon", {
        ...{ severity: "warning", for: "1h" },
        expr: `(${left}) < ${14 * day} and (${left}) >= ${3 * day}`,
        summary: "The certificate of {{ $labels.cn }} ends in {{ $value | humanizeDuration }}",
        cure,
      }),
      alert("CertificateEndsNow", {
        ...{ severity: "critical", for: "10m" },
        expr: `(${left}) < ${3 * day}`,
        summary:
          "The certificate of {{ $labels.cn }} ends in {{ $value | humanizeDuration }}: browsers will refuse the pages",
        cure,
      }),
    ],
  };
}
