/** For pods that write to a volume: not root, and the volume is their group's. */
export function podSecurity(user: number) {
  return {
    ...{ runAsNonRoot: true, runAsUser: user, runAsGroup: user, fsGroup: user },
    // else kubelet opens every file of the volume to the group at each start, which takes long and PostgreSQL refuses
    fsGroupChangePolicy: "OnRootMismatch",
    seccompProfile: { type: "RuntimeDefault" },
  };
}

/** For any container: it gains no rights, and writes nowhere but where something is mounted. */
export const containerSecurity = {
  ...{ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true },
  capabilities: { drop: ["ALL"] },
};
