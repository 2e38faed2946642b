/** A volume of a pod, and where its container has it. */
export interface Mount {
  readonly volume: {
    readonly name: string;
    readonly configMap?: {
      readonly name: string;
      readonly defaultMode: number;
      /** Only these of its files. @default all */
      readonly items?: { readonly key: string; readonly path: string }[];
    };
    readonly secret?: { readonly secretName: string; readonly defaultMode: number };
    readonly persistentVolumeClaim?: { readonly claimName: string };
    readonly emptyDir?: { readonly medium: string; readonly sizeLimit: string };
  };
  readonly mount: { readonly name: string; readonly mountPath: string; readonly readOnly?: boolean };
}

/** What containers have beside the volumes' data. Modes are decimal in Kubernetes' JSON: 0555 and 0440. */
const readable = 0o555;
const secret = 0o440;

export function configMap(name: string, mountPath: string): Mount {
  return { volume: { name, configMap: { name, defaultMode: readable } }, mount: { name, mountPath, readOnly: true } };
}

export function secretFiles(name: string, mountPath: string): Mount {
  return {
    volume: { name, secret: { secretName: name, defaultMode: secret } },
    mount: { name, mountPath, readOnly: true },
  };
}

export function claim(name: string, mountPath: string): Mount {
  return { volume: { name, persistentVolumeClaim: { claimName: name } }, mount: { name, mountPath } };
}

export function scratch(name: string, mountPath: string, sizeLimit: string): Mount {
  return { volume: { name, emptyDir: { medium: "Memory", sizeLimit } }, mount: { name, mountPath } };
}

/** The two lists that a pod has of them. */
export function mounted(mounts: readonly Mount[]) {
  return { volumes: mounts.map(({ volume }) => volume), volumeMounts: mounts.map(({ mount }) => mount) };
}
