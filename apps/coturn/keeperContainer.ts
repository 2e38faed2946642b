import { join } from "node:path";
import { configMap, mounted, secretFiles } from "../../stacks/mounts.ts";
import * as keeper from "../keeper.ts";
import { folders, name } from "./names.ts";

/** The name of the Secret that says what is allowed. */
export const allowedSecret = `${name}-allowed`;

/** ConfigMap: the keeper's program. */
export function keeperProgram() {
  return keeper.keeperProgram(name, join(import.meta.dirname, "service"));
}

/** The container beside the server that brings it what changes, and the volumes that only it has. */
export function keeperContainer({ certificate, program }: Readonly<Record<"certificate" | "program", string>>) {
  const { volumes, volumeMounts } = mounted([...[configMap(program, "/app"), secretFiles(allowedSecret, "/allowed")]]);
  const shared = [
    { name: certificate, mountPath: folders.certificate, readOnly: true },
    { name: "run", mountPath: folders.run },
  ];
  const container = keeper.keeperContainer(folders.run, {
    ...{ COTURN_ALLOWED: "/allowed/allowed.json", COTURN_CERTIFICATE: folders.certificate, COTURN_RUN: folders.run },
  });
  return { container: { ...container, volumeMounts: [...volumeMounts, ...shared] }, volumes };
}
