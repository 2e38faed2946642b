/** What keeps a gate at one of its steps, so that the test meets it there, however fast the machine is. */
import { execa } from "execa";
import { etcdLease } from "../../cli/gate/lease.ts";
import { run } from "./estate.ts";

/** Holds what is there now, if it is there. The same again changes nothing. */
export interface Hold {
  /** Whether it holds the gate of that host, now. */
  holds(host: string): Promise<boolean>;
  release(host: string): Promise<void>;
}

const finalizer = "estate.test/held";

interface Held {
  readonly metadata: { readonly finalizers?: readonly string[]; readonly deletionTimestamp?: string };
  /** Of a lease. */
  readonly spec?: { readonly holderIdentity?: string; readonly renewTime?: string };
}

/** An object, or nothing where there is none. */
async function find(...object: readonly string[]): Promise<Held | undefined> {
  const text = await run("kubectl", "get", ...object, "--ignore-not-found", "--output", "json");
  return text ? (JSON.parse(text) as Held) : undefined;
}

async function setFinalizers(object: readonly string[], finalizers: readonly string[]): Promise<void> {
  const patch = JSON.stringify({ metadata: { finalizers } });
  await run("kubectl", "patch", ...object, "--type", "merge", "--patch", patch);
}

async function letGo(...object: readonly string[]): Promise<void> {
  const rest = (await find(...object))?.metadata.finalizers?.filter((one) => one !== finalizer);
  if (rest) await setFinalizers(object, rest);
}

/** A pod on the host that is told to end, and does not. */
export const pod: Hold = {
  async holds(host) {
    const found = await find("pod", podOf(host));
    if (!found && (await find("node", host))) await makePod(host);
    return found?.metadata.deletionTimestamp !== undefined;
  },
  async release(host) {
    await letGo("pod", podOf(host));
    await run("kubectl", "delete", "pod", podOf(host), "--ignore-not-found", "--wait=false");
  },
};

const podOf = (host: string) => `held-on-${host}`;

async function makePod(host: string): Promise<void> {
  const manifest = {
    ...{ apiVersion: "v1", kind: "Pod", metadata: { name: podOf(host), finalizers: [finalizer] } },
    spec: {
      nodeName: host,
      tolerations: [{ operator: "Exists" }],
      containers: [{ name: "pause", image: "registry.k8s.io/pause:3.10" }],
    },
  };
  await execa("kubectl", ["create", "--filename", "-"], { input: JSON.stringify(manifest) });
}

/** The host's node, deleted, and still there. */
export const node: Hold = {
  async holds(host) {
    const found = await find("node", host);
    const finalizers = found?.metadata.finalizers ?? [];
    if (found?.metadata.deletionTimestamp) return finalizers.includes(finalizer);
    if (found && !finalizers.includes(finalizer)) await setFinalizers(["node", host], [...finalizers, finalizer]);
    return false;
  },
  release: (host) => letGo("node", host),
};

const holder = "the test";

/** The lease of whoever leaves etcd, held by somebody else. */
export const lease: Hold = {
  async holds() {
    const found = await find("lease", etcdLease, "--namespace", "kube-system");
    if (found?.spec?.holderIdentity === holder) return true;
    // of a gate that was killed; one that lives renews it
    const age = Date.now() - Date.parse(found?.spec?.renewTime ?? "");
    if (age > 60_000) await lease.release("");
    if (found) return false;
    const manifest = {
      ...{
        apiVersion: "coordination.k8s.io/v1",
        kind: "Lease",
        metadata: { name: etcdLease, namespace: "kube-system" },
      },
      // an hour that has not begun does not end while the test runs
      spec: {
        holderIdentity: holder,
        renewTime: new Date(Date.now() + 3_600_000).toISOString().replace("Z", "000Z"),
      },
    };
    await execa("kubectl", ["create", "--filename", "-"], { input: JSON.stringify(manifest) });
    return true;
  },
  release: async () =>
    void (await run("kubectl", "delete", "lease", etcdLease, "--namespace", "kube-system", "--ignore-not-found")),
};
