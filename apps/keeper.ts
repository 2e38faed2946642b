import { containerSecurity } from "../stacks/podSecurity.ts";
import { programIn } from "../stacks/scripts.ts";
import { versions } from "../stacks/versions.ts";
import { programMap } from "./manifests.ts";

/** ConfigMap: the program of an application's keeper, from its folder. */
export function keeperProgram(application: string, folder: string) {
  return programMap(`${application}-keeper`, application, programIn(folder));
}

/**
 * The container of a keeper, but for its volumes: a program of ours that brings others what changes while they run.
 *
 * @param folder where it writes `kept` whenever it looked, and all was well
 */
export function keeperContainer(folder: string, environment: Readonly<Record<string, string>>) {
  const looked = (minutes: number) => ["sh", "-c", `test -n "$(find ${folder}/kept -mmin -${minutes})"`];
  return {
    ...{ name: "keeper", image: versions.node, command: ["node", "--no-warnings", "/app/main.ts"] },
    env: Object.entries(environment).map(([name, value]) => ({ name, value })),
    resources: { requests: { cpu: "10m", memory: "64Mi" }, limits: { cpu: "200m", memory: "128Mi" } },
    readinessProbe: { exec: { command: looked(1) }, timeoutSeconds: 5, periodSeconds: 10 },
    livenessProbe: { exec: { command: looked(5) }, timeoutSeconds: 5, periodSeconds: 60, failureThreshold: 5 },
    securityContext: containerSecurity,
    terminationMessagePolicy: "FallbackToLogsOnError",
  };
}
