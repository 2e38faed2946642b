import { join } from "node:path";
import { configMap, mounted, scratch, secretFiles } from "../../stacks/mounts.ts";
import { podSecurity } from "../../stacks/podSecurity.ts";
import { keeperContainer, keeperProgram } from "../keeper.ts";
import { app, folders, labelsOf, names, ports, selectorOf } from "./names.ts";
import { metadataFor } from "./server.ts";

/** Any that is not root. */
const user = 65_532;

/** ConfigMap: our programs, that of the keeper and that beside each server. */
export function program() {
  return keeperProgram(app, join(import.meta.dirname, "service"));
}

/** Deployment of the keeper: it registers the estate's services, and looks at them. Two would do no harm, and no good. */
export function keeper({ program }: { readonly program: string }) {
  const { volumes, volumeMounts } = mounted([
    ...[configMap(program, "/app"), secretFiles(names.keeper, folders.catalogue), scratch("run", folders.run, "1Mi")],
  ]);
  const container = keeperContainer(folders.run, {
    CONSUL_URL: `http://${names.server}:${ports.http}`,
    CONSUL_CATALOGUE: `${folders.catalogue}/catalogue.json`,
    CONSUL_TOKEN: `${folders.catalogue}/token`,
    CONSUL_RUN: folders.run,
  });
  return {
    metadata: metadataFor("keeper"),
    spec: {
      ...{ replicas: 1, revisionHistoryLimit: 3, selector: { matchLabels: selectorOf("keeper") } },
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      template: {
        metadata: { labels: labelsOf("keeper") },
        spec: {
          ...{ automountServiceAccountToken: false, enableServiceLinks: false, terminationGracePeriodSeconds: 10 },
          ...{ securityContext: podSecurity(user), containers: [{ ...container, volumeMounts }], volumes },
        },
      },
    },
  };
}
