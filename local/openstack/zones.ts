/**
 * The availability zones, each with its hypervisors.
 *
 * Two a zone: a group of up to six servers that must not share a hypervisor finds room, and a server of a group of three can be
 * made before the one it replaces is gone. Each costs about 80 MB.
 */
export const zones = {
  az1: ["az1-1", "az1-2"],
  az2: ["az2-1", "az2-2"],
  az3: ["az3-1", "az3-2"],
} as const;

/** Every hypervisor. */
export const hypervisors: readonly string[] = Object.values(zones).flat();
