import { type Answers, splitAnswer } from "./questions.ts";

/**
 * The estate document that answers describe, not checked yet: the orchestrator's servers, so many bbb hosts, and one worker
 * for what has no hosts of its own. What was not answered is undefined in it.
 */
export function describeEstate(answers: Answers) {
  const { zone, mode, external, network, cidr, image, k3sUrl: url, k3sSha512: sha512 } = answers;
  const reachable = { publicAddress: true, antiAffinity: "soft" };
  return {
    zone,
    admins: { cidrs: entries(answers.admin) },
    network: {
      ...{ mode, ...(mode === "private" ? { external } : {}) },
      nameservers: entries(answers.nameserver),
      downloads: entries(answers.download, target),
    },
    sites: { main: { cidr, ...(mode === "provider" ? { network } : {}) } },
    image: { name: image },
    orchestrator: { k3s: { url, sha512 } },
    roles: {
      orchestrator: {
        ...{ flavor: answers["flavor.orchestrator"], ...reachable, count: Number(answers.orchestrators) },
        // several servers have the datastore among them; a single one would lose it
        ...(answers.orchestrators === "1" ? { volumes: { datastore: { sizeGiB: 20, path: "/var/lib/rancher" } } } : {}),
      },
      bbb: {
        ...{ flavor: answers["flavor.bbb"], ...reachable, count: Number(answers.bbb) },
        taints: { "estate/dedicated": { value: "bbb", effect: "NoSchedule" } },
      },
      worker: { runs: ["pods"], flavor: answers["flavor.worker"], count: 1 },
    },
  };
}

/** `office=198.51.100.0/24 home=203.0.113.7/32`, by name. */
function entries(answer: string | undefined, read: (value: string) => unknown = (value) => value) {
  const named = splitAnswer(answer).map((one) => [one.split("=", 1)[0], read(one.slice(one.indexOf("=") + 1))]);
  return Object.fromEntries(named) as Record<string, unknown>;
}

/** `192.0.2.80/32:443`. */
function target(text: string) {
  const at = text.lastIndexOf(":");
  return { cidr: text.slice(0, at), port: Number(text.slice(at + 1)) };
}
