import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { cached, contentKey } from "../cache.ts";
import type { Place } from "../place.ts";
import { type Say, Trouble } from "../say.ts";
import { findGo, goEnvironment } from "./go.ts";

/** The Kubernetes release of `go.mod`, which is the one inside the k3s release that is played. */
const release = "1.34.2";

/** The Kubernetes program. */
export interface Kubernetes {
  /** `kubeall`: etcd, kube-apiserver, kube-controller-manager, kube-scheduler, kube-proxy, kubectl, kwok and k3s, by its first argument. */
  readonly binary: string;
}

/**
 * The Kubernetes program, built from Go modules at the first call: about 12 minutes of one core, 2.5 GiB of memory.
 *
 * Every module is checked against `go.sum`. Throws a `Trouble` when Go or a module cannot be had.
 */
export async function ensureKubernetes(place: Place, say: Say): Promise<Kubernetes> {
  const source = import.meta.dirname;
  const go = await findGo(join(source, "go.mod"));
  const key = await contentKey([
    { file: join(source, "go.mod") },
    { file: join(source, "go.sum") },
    { file: join(source, "main.go") },
    { file: join(source, "kwok.go") },
    ...(await sources(join(source, "k3s"))),
    release,
    `${process.platform}-${process.arch}`,
  ]);
  const folder = await cached(place.cache, "kubernetes", key, say, (into) => build(go, source, into, say));
  return { binary: join(folder, "kubeall") };
}

async function build(go: string, source: string, into: string, say: Say): Promise<void> {
  const run = (args: readonly string[]) =>
    execa(go, args, { cwd: source, env: goEnvironment, all: true }).catch(
      (error: { all?: string; message: string }) => {
        throw new Trouble(explain(error.all ?? error.message));
      },
    );
  say("kubernetes: getting and building etcd, the control plane and k3s's stand-in (the first time takes minutes)");
  const flags = ["-trimpath", "-buildvcs=false", "-ldflags", linkerFlags(release)];
  await run(["build", ...flags, "-o", join(into, "kubeall"), "."]);
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

function explain(output: string): string {
  const last = output.trim().split("\n").slice(-8).join("\n  ");
  if (/no space left on device/.test(output)) {
    return "kubernetes: the disk is full while building; about 6 GiB are needed under the Go and the estate caches. Free some and run the command again.";
  }
  if (/dial tcp|no such host|i\/o timeout|proxyconnect|403 Forbidden|410 Gone/.test(output)) {
    return `kubernetes: the Go modules cannot be downloaded. Check that GOPROXY can be reached (go env GOPROXY), and run the command again.\n  ${last}`;
  }
  if (/signal: killed|cannot allocate memory/.test(output)) {
    return "kubernetes: the build ran out of memory; the link step needs 2.5 GiB. Close other programs and run the command again.";
  }
  return `kubernetes: the build of local/kubernetes failed:\n  ${last}`;
}
