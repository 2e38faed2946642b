import type { Cloud } from "./cloud.ts";
import { computeQuotaRows } from "./compute-quotas.ts";
import { extensionRows } from "./extensions.ts";
import { externalRows } from "./external.ts";
import { flavorRows } from "./flavors.ts";
import { frontRows } from "./front.ts";
import { imageRow } from "./image.ts";
import { nameRows } from "./names.ts";
import { networkQuotaRows } from "./network-quotas.ts";
import type { Requirements } from "./requirements.ts";
import type { Row } from "./row.ts";
import { serviceRows } from "./services.ts";
import { siteRows } from "./sites.ts";
import { storageQuotaRows } from "./storage-quotas.ts";
import { volumeTypeRows } from "./volume-types.ts";
import { zoneRows } from "./zones.ts";

/** Whether the estate finds what it needs in the cloud: a row for each thing, in the order of the table. */
export function judge(needs: Requirements, cloud: Cloud): Row[] {
  const { project, services, compute, images, networking, storage, names } = cloud;
  return [
    ...serviceRows(needs, services),
    ...extensionRows(needs, networking),
    ...frontRows(needs, services),
    imageRow(needs, images),
    ...flavorRows(needs.hosts, compute.flavors, images),
    ...zoneRows(needs.hosts, compute.zones),
    ...volumeTypeRows(needs.volumes, storage.types),
    ...externalRows(needs, networking),
    ...siteRows(needs, networking),
    ...computeQuotaRows(needs, compute, project),
    ...storageQuotaRows(needs, storage, project),
    ...networkQuotaRows(needs, networking, project),
    ...nameRows(needs, names, project),
  ];
}
