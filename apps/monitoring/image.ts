import { versions } from "../../stacks/versions.ts";

/** The image of process-exporter: the one that the project pins, where the document does not say another. */
export function imageOf(written: string | undefined): string {
  return written ?? versions.processExporter;
}
