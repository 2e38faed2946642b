import type { Role } from "./schema/role.ts";

type Wrong = (path: PropertyKey[], message: string) => void;

/** Labels of Kubernetes' own that a kubelet may give its node; with any other it does not start. */
const allowed = /^((.+\.)?(node|kubelet)\.kubernetes\.io|topology\.kubernetes\.io)$/;

/** What a node says of itself, to the orchestrator and to the gates, is what the estate knows of it. */
export function checkLabels(name: string, { labels }: Pick<Role, "labels">, wrong: Wrong): void {
  for (const key of Object.keys(labels)) {
    const domain = key.includes("/") ? (key.split("/")[0] ?? "") : "";
    const at = ["roles", name, "labels", key];
    if (domain === "estate") wrong(at, "is the estate's own: choose a domain of yours, such as example.org/disk");
    if (/(^|\.)(kubernetes|k8s)\.io$/.test(domain) && !allowed.test(domain))
      wrong(at, "is Kubernetes' own, and no node may have it from its host: choose a domain of yours");
  }
}

/** Folders of the operating system: a disk over them, or in them, and the host does not start. */
const system = ["/bin", "/boot", "/dev", "/etc", "/lib", "/lib64", "/proc", "/run", "/sbin", "/sys", "/tmp", "/usr"];
/** Folders in which a disk may be, but not over them. */
const parents = ["/var", "/var/lib", "/var/run", "/home", "/home/core", "/root", "/opt"];

/** Data volumes lie where nothing of the system is. */
export function checkPaths(name: string, { volumes }: Pick<Role, "volumes">, wrong: Wrong): void {
  for (const [volume, { path }] of Object.entries(volumes))
    if (parents.includes(path) || system.some((folder) => path === folder || path.startsWith(`${folder}/`)))
      wrong(
        ["roles", name, "volumes", volume, "path"],
        `${path} is the operating system's: choose another, such as /var/lib/recordings`,
      );
}
