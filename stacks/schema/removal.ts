import type { z } from "zod";
import { form, map, oneOf, section, yesOrNo } from "./told.ts";

/** A volume's name in the cloud: that of its host, a dash, and its own. */
const VolumeName = form(
  /^[a-z][a-z0-9-]{0,79}[a-z0-9]$/,
  "write the volume's name in the cloud, `<host>-<volume>`, such as bbb-02-recordings",
);

/**
 * What becomes of data that the document no longer has a place for. Without a word here nothing that holds data is deleted: the
 * update is refused, and changes nothing.
 */
export const Removal = section({
  /**
   * Volumes that are no longer in the document, because they, their host or their role were taken out. `keep`: it stays in the cloud
   * and in the stack; a host and volume of the same names get it back as it is. `delete`: it is deleted, with what is on it.
   */
  volumes: map(VolumeName, oneOf(["keep", "delete"]), "bbb-02-recordings: keep").default({}),
  /**
   * Whether data volumes are protected, as those of a production estate should be: no update deletes or replaces one then, `delete` above
   * included, until 'pulumi state unprotect' says so for it. Changed in place.
   */
  protect: yesOrNo().default(false),
});

export type Removal = z.output<typeof Removal>;
