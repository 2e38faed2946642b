import { stringify } from "yaml";
import { versions } from "../stacks/versions.ts";
import type { Fragment } from "./config.ts";
import type { MachineFacts } from "./machine.ts";
import { boundFolder } from "./units/bound.ts";

/** Where k3s looks for static pods, which run whether or not any API answers. */
export const staticPods = "/var/lib/rancher/k3s/agent/pod-manifests";

/** On the image's own disk, see `boundFolder`. */
const folder = "/etc/estate/pods";

/** Seconds: a server that does not renew its claim for so long has lost the address, and gives it up itself before. */
const lease = { duration: 5, renewal: 3, retry: 1 } as const;

/**
 * Seconds in which nobody may have the address while servers are there: one has lost it, and another has yet to notice that and to
 * announce it. Twice what was reckoned.
 */
export const takeover = 2 * (lease.duration + 2 * lease.retry);

/**
 * On servers behind a VIP, kube-vip as a static pod: one of them has the address and announces it by ARP. They agree whose it is on a
 * Lease of the orchestrator, for which each asks its own API and no other: a server whose API does not answer loses the address, be it
 * that k3s starts anew there, or that the host is gone. Nothing where the API has no VIP. Changing it replaces the servers.
 */
export function vip(facts: Pick<MachineFacts, "vip" | "api">): Fragment {
  if (!facts.vip) return {};
  const pod = manifest(facts.vip, facts.api.port);
  return {
    directories: [{ path: folder, mode: 0o700 }],
    files: [{ path: `${folder}/kube-vip.yaml`, mode: 0o600, contents: stringify(pod, { lineWidth: 0 }) }],
    units: [boundFolder("The static pods of the host", folder, staticPods)],
  };
}

/** Mount points without which k3s must not start. */
export function vipMounts(facts: Pick<MachineFacts, "vip">): string[] {
  return facts.vip ? [staticPods] : [];
}

/** It takes the interface of the default route, whatever the image calls that, and the address as /32. */
function manifest(address: string, port: number) {
  const settings = {
    ...{ address, port: String(port), vip_arp: "true", cp_enable: "true", cp_namespace: "kube-system" },
    ...{ vip_leaderelection: "true", vip_leasename: "plndr-cp-lock", vip_leaseduration: String(lease.duration) },
    ...{ vip_renewdeadline: String(lease.renewal), vip_retryperiod: String(lease.retry) },
    // it would listen on every address
    prometheus_server: "127.0.0.1:2112",
  };
  const env = Object.entries(settings).map(([name, value]) => ({ name, value }));
  const nodeName = { name: "vip_nodename", valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } } };
  return {
    ...{ apiVersion: "v1", kind: "Pod", metadata: { name: "kube-vip", namespace: "kube-system" } },
    spec: {
      ...{ hostNetwork: true, priorityClassName: "system-node-critical", tolerations: [{ operator: "Exists" }] },
      // by this name it asks the API of its own host, which is in the certificate
      hostAliases: [{ ip: "127.0.0.1", hostnames: ["kubernetes"] }],
      containers: [
        {
          ...{ name: "kube-vip", image: versions.kubeVip, imagePullPolicy: "IfNotPresent", args: ["manager"] },
          env: [...env, nodeName],
          securityContext: { capabilities: { drop: ["ALL"], add: ["NET_ADMIN", "NET_RAW"] } },
          volumeMounts: [{ name: "kubeconfig", mountPath: "/etc/kubernetes/admin.conf", readOnly: true }],
        },
      ],
      // k3s writes it; the pod waits until it is there
      volumes: [{ name: "kubeconfig", hostPath: { path: "/etc/rancher/k3s/k3s.yaml", type: "File" } }],
    },
  };
}
