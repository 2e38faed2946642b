import { stringify } from "yaml";
import type { EstateFacts } from "./facts.ts";
import type { Secrets } from "./secrets.ts";

/** The operator's kubeconfig: known before anything exists, because the estate makes its authorities itself. */
export function renderKubeconfig(
  { name, api }: Pick<EstateFacts, "name" | "api">,
  { serverCaCert, adminCert, adminKey }: Pick<Secrets, "serverCaCert" | "adminCert" | "adminKey">,
): string {
  const base64 = (text: string) => Buffer.from(text).toString("base64");
  const cluster = {
    server: `https://${api.name}:${api.port}`,
    "certificate-authority-data": base64(serverCaCert),
  };
  const user = { "client-certificate-data": base64(adminCert), "client-key-data": base64(adminKey) };
  return stringify(
    {
      ...{ apiVersion: "v1", kind: "Config", "current-context": name },
      clusters: [{ name, cluster }],
      contexts: [{ name, context: { cluster: name, user: name } }],
      users: [{ name, user }],
    },
    { lineWidth: 0 },
  );
}
