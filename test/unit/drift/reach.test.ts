/** Whom a check on the orchestrator calls, and which settings of the document let it. */
import { afterEach, describe, expect, test } from "vitest";
import { historyPlace } from "../../../cli/drift/schedule/history-place.ts";
import { type Peers, peersOf } from "../../../cli/drift/schedule/peers.ts";
import { reachOf, reachRefusal, reachText } from "../../../cli/drift/schedule/reach.ts";
import { deriveFacts } from "../../../stacks/facts.ts";
import { fakeOpenstack } from "../check/fake-openstack.ts";
import { estate } from "../stacks/fixtures.ts";

type Change = Parameters<typeof estate>[0];

/** Facts of an estate whose servers have a volume for the history. */
function facts(change: Change = () => undefined) {
  return deriveFacts(
    estate((document) => {
      document.roles.orchestrator.volumes = { drift: { sizeGiB: 1, path: "/var/lib/drift" } };
      change(document);
    }),
  );
}

const opened: { close(): void }[] = [];
afterEach(() => {
  for (const one of opened.splice(0)) one.close();
});

describe("whom it calls", () => {
  const image = `registry.example.org:5000/estate@sha256:${"ab".repeat(32)}`;
  const backend = "postgres://estate:unique-word@db.example.org/estate";

  test("is the cloud as its catalog says, the state, the webhook and the registry; no password is told", async () => {
    const cloud = await fakeOpenstack({}, ["compute", "network", "image", "volumev3", "object-store"]);
    opened.push(cloud);
    const environment = {
      ...{ OS_AUTH_URL: cloud.authUrl, OS_APPLICATION_CREDENTIAL_ID: "a", OS_APPLICATION_CREDENTIAL_SECRET: "s" },
      ESTATE_DRIFT_WEBHOOK: "https://chat.example.org/unique-word",
    };
    const { peers, unknown } = await peersOf({ facts: facts(), environment, backend, image });
    const port = Number(new URL(cloud.authUrl).port);
    const at = (what: string) => ({ what, server: { host: "127.0.0.1", port } });
    expect(peers).toEqual([
      ...["keystone", "compute", "network", "block-storage", "image"].map(at),
      { what: "the state", server: { host: "db.example.org", port: 5432 } },
      { what: "the webhook", server: { host: "chat.example.org", port: 443 } },
      { what: "the image", server: { host: "registry.example.org", port: 5000 } },
    ]);
    expect(unknown).toEqual([]);
  });

  test("is in part not known without credentials, a state or a webhook, and that is told", async () => {
    const { peers, unknown } = await peersOf({
      facts: facts(),
      environment: {},
      backend: "",
      image: "estate@sha256:x",
    });
    expect(peers).toEqual([{ what: "the image", server: { host: "registry-1.docker.io", port: 443 } }]);
    expect(unknown.map((one) => one.split(":")[0])).toEqual([
      ...["keystone and the services of the cloud", "the state", "the webhook, if there is to be one"],
    ]);
    const silent = {
      ...{ OS_AUTH_URL: "http://127.0.0.1:1/v3", OS_APPLICATION_CREDENTIAL_ID: "a" },
      OS_APPLICATION_CREDENTIAL_SECRET: "s",
    };
    const asked = await peersOf({ facts: facts(), environment: silent, backend, image });
    expect(asked.peers[0]).toEqual({ what: "keystone", server: { host: "127.0.0.1", port: 1 } });
    expect(asked.unknown[0]).toMatch(/^the services of the cloud: /);
  });

  test("is no registry of which hosts have a mirror", async () => {
    const mirrored = facts((document) => {
      document.orchestrator.registries = { "*": { endpoints: ["http://192.0.2.80"] } };
    });
    const { peers } = await peersOf({ facts: mirrored, environment: {}, backend: "", image });
    expect(peers).toEqual([]);
  });

  test("is a registry that has a user, and no mirror", async () => {
    const known = facts((document) => {
      document.orchestrator.registries = { "registry.example.org:5000": { user: "robot" } };
      document.network.downloads.registry = { cidr: "192.0.2.80/32", port: 5000 };
    });
    const { peers } = await peersOf({ facts: known, environment: {}, backend: "", image });
    expect(peers).toEqual([{ what: "the image", server: { host: "registry.example.org", port: 5000 } }]);
  });
});

const known: Peers = {
  peers: [
    { what: "keystone", server: { host: "cloud.example.org", port: 443 } },
    { what: "compute", server: { host: "cloud.example.org", port: 443 } },
    { what: "the state", server: { host: "db.example.org", port: 5432 } },
    { what: "the webhook", server: { host: "nowhere.example.org", port: 443 } },
  ],
  unknown: ["the moon"],
};
const names: Readonly<Record<string, readonly string[]>> = {
  ...{ "cloud.example.org": ["198.51.100.7"], "db.example.org": ["198.51.100.8"] },
  ...{ "api.estate.test": ["203.0.113.50", "203.0.113.51"], "orchestrator-01.estate.test": ["203.0.113.50"] },
};
const looked = async (change?: Change) => {
  const all = facts(change);
  return reachOf(all, historyPlace(all, "drift").host, known, async (name) => names[name] ?? []);
};
const opening: NonNullable<Change> = (document) => {
  Object.assign(document.network.downloads, {
    ...{ cloud: { cidr: "198.51.100.7/32", port: 443 }, state: { cidr: "198.51.100.0/24", port: 5432 } },
    api: { cidr: "203.0.113.48/29", port: 6443 },
  });
  document.admins.cidrs["orchestrator-01"] = "203.0.113.50/32";
};

describe("what lets it", () => {
  test("is network.downloads, and for the API's public name admins.cidrs: what lacks is told, once a server", async () => {
    expect(
      reachRefusal(await looked())
        ?.split("\n")
        .slice(1),
    ).toEqual([
      "  network.downloads:",
      "    drift-1: { cidr: 198.51.100.7/32, port: 443 } # keystone, compute (cloud.example.org)",
      "    drift-2: { cidr: 198.51.100.8/32, port: 5432 } # the state (db.example.org)",
      "    drift-3: { cidr: 203.0.113.50/32, port: 6443 } # the orchestrator's API, for the engine (api.estate.test)",
      "    drift-4: { cidr: 203.0.113.51/32, port: 6443 } # the orchestrator's API, for the engine (api.estate.test)",
      "  admins.cidrs:",
      "    drift-1: 203.0.113.50/32 # orchestrator-01, which calls api.estate.test from this address",
    ]);
  });

  test("with all of that nothing is refused, and the text says whom it calls, and what nobody could look at", async () => {
    const reach = await looked(opening);
    expect(reachRefusal(reach)).toBeUndefined();
    const text = reachText(reach);
    expect(text.split("\n").every((line) => line.startsWith("# ") || line.startsWith("#  "))).toBe(true);
    expect(text).toContain("keystone, compute: cloud.example.org port 443, 198.51.100.7\n");
    expect(text).toContain("the webhook: nowhere.example.org port 443, A NAME THAT LEADS NOWHERE FROM HERE");
    expect(text).toMatch(/NOT KNOWN HERE, and so not looked at:\n# {3}the moon$/);
    expect(text).toContain("network.downloads");
  });

  test.each([
    ["port", { cidr: "198.51.100.0/24", port: 5433 }],
    ["range", { cidr: "198.51.100.8/31", port: 5432 }],
  ])("is that and nothing near it: another %s of the state's or the cloud's does not do", async (_, other) => {
    const refusal = reachRefusal(
      await looked((document) => {
        opening(document);
        Object.assign(document.network.downloads, { state: other, cloud: { cidr: "198.51.100.8/32", port: 443 } });
      }),
    );
    expect(refusal).toContain("cidr: 198.51.100.7/32, port: 443");
    expect(refusal?.includes("port: 5432")).toBe(other.port === 5433);
  });

  test("on a network of the cloud the API's public name leads to hosts, whose groups let it", async () => {
    const { out, into } = await looked((document) => {
      const { nameservers, downloads } = document.network;
      document.network = { mode: "provider", nameservers, downloads };
      document.sites.local.network = "campus";
    });
    expect([out.map(({ server }) => server.port), into]).toEqual([[443, 5432, 443], []]);
  });

  test("through a load balancer it is that one's list of callers", async () => {
    const balanced: NonNullable<Change> = (document) => {
      document.orchestrator.api = { front: "loadBalancer" };
    };
    const closed = async (change: Change) => (await looked(change)).into[0]?.closed;
    expect(await closed(balanced)).toEqual(["203.0.113.50"]);
    const admitted: NonNullable<Change> = (document) => {
      balanced(document);
      opening(document);
    };
    expect(await closed(admitted)).toEqual([]);
  });
});
