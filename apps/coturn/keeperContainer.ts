import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { digestOf } from "../../stacks/digest.ts";
import { configMap, mounted, secretFiles } from "../../stacks/mounts.ts";
import { containerSecurity } from "../../stacks/podSecurity.ts";
import { versions } from "../../stacks/versions.ts";
import { metadataOf } from "../manifests.ts";
import { folders, name } from "./names.ts";

/** The name of the Secret that says what is allowed. */
export const allowedSecret = `${name}-allowed`;

/** ConfigMap: the keeper's program, which Node runs as it is here. Its name is that of what is in it, so that a new one rolls the pods. */
export function keeperProgram(folder = join(import.meta.dirname, "service")) {
  const files = readdirSync(folder).filter((file) => file.endsWith(".ts"));
  const sources = files.sort().map((file) => [file, readFileSync(join(folder, file), "utf8")] as const);
  const data = { ...Object.fromEntries(sources), "package.json": `{"type":"module"}\n` };
  return { metadata: metadataOf(`${name}-keeper-${digestOf(data)}`, name), immutable: true, data };
}

/** The container beside the server that brings it what changes, and the volumes that only it has. */
export function keeperContainer({ certificate, program }: Readonly<Record<"certificate" | "program", string>>) {
  const { volumes, volumeMounts } = mounted([...[configMap(program, "/app"), secretFiles(allowedSecret, "/allowed")]]);
  const shared = [
    { name: certificate, mountPath: folders.certificate, readOnly: true },
    { name: "run", mountPath: folders.run },
  ];
  // it looks every two seconds, and says so where all was well
  const looked = (minutes: number) => ["sh", "-c", `test -n "$(find ${folders.run}/kept -mmin -${minutes})"`];
  const container = {
    ...{ name: "keeper", image: versions.node, command: ["node", "--no-warnings", "/app/main.ts"] },
    env: [
      { name: "COTURN_ALLOWED", value: "/allowed/allowed.json" },
      { name: "COTURN_CERTIFICATE", value: folders.certificate },
      { name: "COTURN_RUN", value: folders.run },
    ],
    resources: { requests: { cpu: "10m", memory: "64Mi" }, limits: { cpu: "200m", memory: "128Mi" } },
    readinessProbe: { exec: { command: looked(1) }, timeoutSeconds: 5, periodSeconds: 10 },
    livenessProbe: { exec: { command: looked(5) }, timeoutSeconds: 5, periodSeconds: 60, failureThreshold: 5 },
    securityContext: containerSecurity,
    terminationMessagePolicy: "FallbackToLogsOnError",
    volumeMounts: [...volumeMounts, ...shared],
  };
  return { container, volumes };
}
