import { digestOf } from "../../stacks/digest.ts";
import { configMap, mounted, scratch, secretFiles } from "../../stacks/mounts.ts";
import { containerSecurity, podSecurity } from "../../stacks/podSecurity.ts";
import type { RedisFacts } from "./facts.ts";
import { instanceName, labelsOf, scriptsName, user } from "./names.ts";
import { scripts, usersSecret } from "./server.ts";

/** Makes the users of the running server what the estate says. A job runs once: other users are another job. */
export function usersJob({ image, instance }: Pick<RedisFacts, "image" | "instance">, usersDigest: string) {
  const { application } = instance;
  const { volumes, volumeMounts } = mounted([
    ...[configMap(scriptsName, "/scripts"), secretFiles(usersSecret(application), "/secrets/users")],
    scratch("tmp", "/tmp", "16Mi"),
  ]);
  const env = {
    ...{ HOST: instanceName(application), USERS: "/secrets/users/users.acl" },
    ...{ PASSWORD_FILE: "/secrets/users/password", PREVIOUS_PASSWORD_FILE: "/secrets/users/previous" },
    WAIT_SECONDS: "600",
  };
  const container = {
    ...{ name: "job", image, command: ["bash", "/scripts/users.sh"], volumeMounts },
    env: Object.entries(env).map(([name, value]) => ({ name, value })),
    resources: { requests: { cpu: "10m", memory: "16Mi" }, limits: { cpu: "200m", memory: "64Mi" } },
    securityContext: containerSecurity,
    terminationMessagePolicy: "FallbackToLogsOnError",
  };
  const labels = labelsOf(application, "job");
  const spec = {
    ...{ backoffLimit: 3, activeDeadlineSeconds: 1800 },
    template: {
      metadata: { labels },
      spec: {
        ...{ automountServiceAccountToken: false, enableServiceLinks: false, restartPolicy: "Never" },
        ...{ securityContext: podSecurity(user), containers: [container], volumes },
      },
    },
  };
  const name = `${instanceName(application)}-users-${digestOf([usersDigest, spec, scripts["users.sh"]])}`;
  return { metadata: { name, labels }, spec };
}
