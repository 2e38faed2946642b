import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { cached, contentKey } from "../cache.ts";
import { buildGo, findGo } from "../go.ts";
import type { Place } from "../place.ts";
import type { Say } from "../say.ts";

/** The Kubernetes release of `go.mod`, which is the one inside the k3s release that is played. */
const release = "1.34.2";

/** The folders of the Go program, beside its main.go. */
const folders = ["dns", "k3s", "kubelet", "network", "policy", "whoami"];

/** The Kubernetes program. */
export interface Kubernetes {
  /** `kubeall`: etcd, kube-apiserver, kube-controller-manager, kube-scheduler, kube-proxy, kubectl and k3s, by its first argument. */
  readonly binary: string;
}

/**
 * The Kubernetes program, built from Go modules at the first call: about 12 minutes of one core, 2.5 GiB of memory.
 *
 * Every module is checked against `go.sum`. Throws a `Trouble` when Go or a module cannot be had.
 */
export async function ensureKubernetes(place: Place, say: Say): Promise<Kubernetes> {
  const source = import.meta.dirname;
  const key = await contentKey([
    { file: join(source, "go.mod") },
    { file: join(source, "go.sum") },
    { file: join(source, "main.go") },
    ...(await Promise.all(folders.map((name) => sources(join(source, name))))).flat(),
    release,
    `${process.platform}-${process.arch}`,
  ]);
  const program = {
    title: "Kubernetes (etcd, the control plane, kube-proxy, k3s's stand-in)",
    ...{ folder: source, main: ".", linker: linkerFlags(release), takes: "12 min of one core" },
  };
  const folder = await cached(place.cache, "kubernetes", key, say, async (to) =>
    buildGo(program, await findGo(source), join(to, "kubeall"), say),
  );
  return { binary: join(folder, "kubeall") };
}

/** The files of the Go program; its tests are not part of it. */
async function sources(folder: string): Promise<readonly { readonly file: string }[]> {
  const names = await readdir(folder);
  return names
    .filter((name) => !name.endsWith("_test.go"))
    .sort()
    .map((name) => ({ file: join(folder, name) }));
}

function linkerFlags(version: string): string {
  const [major, minor] = version.split(".");
  const values = ["k8s.io/component-base/version", "k8s.io/client-go/pkg/version"].flatMap((name) => [
    `-X ${name}.gitVersion=v${version}`,
    `-X ${name}.gitMajor=${major}`,
    `-X ${name}.gitMinor=${minor}`,
    `-X ${name}.gitTreeState=clean`,
    `-X ${name}.gitCommit=unknown`,
    `-X ${name}.buildDate=2025-11-11T19:00:37Z`,
  ]);
  return ["-s -w", ...values].join(" ");
}
