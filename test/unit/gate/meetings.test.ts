import { createSocket } from "node:dgram";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import type { DrainOrder } from "../../../apps/registrator/service/drain-record.ts";
import { drain } from "../../../cli/gate/drain.ts";
import type { Meetings } from "../../../cli/gate/meetings.ts";
import { ready } from "../../../cli/gate/ready.ts";
import { connectRegistrator, type Told } from "../../../cli/gate/registrator.ts";
import { addressIn, bindingMessage, stunTrouble } from "../../../cli/gate/stun.ts";
import { gate, node, type World, world } from "./fakes.ts";

const order: DrainOrder = {
  ...{ machine: "bbb-01-server", url: "https://bbb-01.example.org/bigbluebutton/api", minutes: 30, atDeadline: "end" },
  ...{ warnAt: [15, 5], texts: { de: "Noch {minutes} Minuten" }, recordingMinutes: 60 },
};

type Phase = NonNullable<Told["drain"]>["phase"];

/** A registrator in memory: a drain is in the phase that `phaseAt` gives for the milliseconds since the start. */
function registratorIn(of: World, phaseAt: (now: number) => Phase, more: Partial<Meetings> = {}) {
  let now = 0;
  let lost = false;
  const orders: DrainOrder[] = [];
  let kept: DrainOrder | undefined;
  const told = (): Told => {
    const phase = phaseAt(now);
    const server = { condition: "x", health: kept ? "draining" : "up", reason: "takes meetings, load 0" };
    if (!kept) return { server };
    return { server, drain: { phase, reason: `phase ${phase}`, order: { machine: kept.machine } } };
  };
  of.onTick = (at) => {
    now = at;
    if (lost) kept = undefined;
    lost = false;
  };
  const meetings: Meetings = {
    ...{ order, registered: async () => true, turnTrouble: async () => undefined },
    registrator: {
      drain: async (name, given) => {
        of.events.push(`order ${name}`);
        orders.push(given);
        kept = given;
        return told();
      },
      look: async () => told(),
      release: async (name) => {
        of.events.push(`release ${name}`);
        kept = undefined;
        return told();
      },
    },
    ...more,
  };
  const forget = () => {
    lost = true;
  };
  const keep = (given: DrainOrder) => {
    kept = given;
  };
  return { meetings, orders, forget, keep };
}

function bbbWorld(): World {
  const of = world();
  of.servers.set("bbb-01-server", { id: "bbb-01-server", status: "ACTIVE" });
  of.servers.set("orchestrator-01-server", { id: "orchestrator-01-server", status: "ACTIVE" });
  of.nodes.set("bbb-01", node("bbb-01"));
  return of;
}

const gone = ["delete node bbb-01", "stop bbb-01-server"];

describe("the drain gate of a host with meetings", () => {
  it("lets them come to their end before it touches anything else", async () => {
    const of = bbbWorld();
    const { meetings, orders } = registratorIn(of, (now) =>
      now < 600_000 ? "leaving" : now < 900_000 ? "recordings" : "drained",
    );
    await drain(gate("bbb-01", of, { meetingsOf: () => meetings }));
    expect(of.events).toEqual(["order bbb-01", "cordon bbb-01", ...gone]);
    expect(orders).toEqual([order]);
    expect(of.said).toContain("its meetings are over: phase drained");
    expect(of.journal.slice(0, 2)).toEqual(["meetings begun", "meetings waiting phase leaving"]);
  });

  it("goes on from where a killed one was, and orders again what was lost", async () => {
    const of = bbbWorld();
    const { meetings, forget } = registratorIn(of, (now) => (now < 60_000 ? "leaving" : "drained"));
    forget();
    await drain(gate("bbb-01", of, { meetingsOf: () => meetings }));
    expect(of.events.filter((event) => event === "order bbb-01")).toHaveLength(2);
    expect(of.events.slice(-2)).toEqual(gone);
  });

  it("leaves the server alone when the drain was aborted, and says why and what to do", async () => {
    const of = bbbWorld();
    const { meetings } = registratorIn(of, () => "aborted");
    const refused = drain(gate("bbb-01", of, { meetingsOf: () => meetings }));
    await expect(refused).rejects.toThrow(
      /bbb-01 was not drained of its meetings: phase aborted\.\nIt takes meetings again/,
    );
    expect(of.events).toEqual(["order bbb-01"]);
  });

  it.each([
    ["wait", "leaving", "within 45 min", "It takes no new meetings"],
    ["end", "leaving", "within 105 min", "It takes no new meetings"],
    ["end", "asked", "within 105 min", "It takes meetings as before"],
  ] as const)("gives up for now with %s and %s, and has removed nothing", async (atDeadline, phase, limit, state) => {
    const of = bbbWorld();
    const { meetings } = registratorIn(of, () => phase, { order: { ...order, atDeadline } });
    const refused = drain(gate("bbb-01", of, { meetingsOf: () => meetings }));
    await expect(refused).rejects.toThrow(`bbb-01 was not drained of its meetings ${limit}: phase ${phase}.\n${state}`);
    expect(of.events).toEqual(["order bbb-01"]);
  });

  it("asks nobody where the estate goes, or has no registrator; drains the meetings of a host that never joined", async () => {
    const of = bbbWorld();
    const { meetings } = registratorIn(of, () => "drained");
    await drain(gate("bbb-01", of, { meetingsOf: () => meetings, destroy: true }));
    expect(of.events).toEqual([]);
    await drain(gate("bbb-01", of, { meetingsOf: () => ({ ...meetings, registered: async () => false }) }));
    expect(of.events).toEqual(["cordon bbb-01", ...gone]);
    const never = bbbWorld();
    never.nodes.clear();
    const other = registratorIn(never, () => "drained");
    await drain(gate("bbb-01", never, { meetingsOf: () => other.meetings }));
    expect(never.events).toEqual(["order bbb-01"]);
  });

  it("is held back before its meetings are touched", async () => {
    const of = bbbWorld();
    const { meetings } = registratorIn(of, () => "drained");
    const held = drain(gate("bbb-01", of, { meetingsOf: () => meetings, hold: () => "closed until Friday" }));
    await expect(held).rejects.toThrow("bbb-01 was not begun, and is as it was: closed until Friday");
    expect(of.events).toEqual([]);
  });
});

describe("the drain gate of a host with meetings that is held back", () => {
  it("waits as long for another host as its meetings may take", async () => {
    const of = bbbWorld();
    const { meetings } = registratorIn(of, () => "drained");
    let now = 0;
    of.onTick = (at) => {
      now = at;
    };
    const underWay = async () => (now < 100 * 60_000 ? ["bbb-02-drain"] : []);
    const held = drain(gate("bbb-01", of, { meetingsOf: () => meetings, hold: () => "paused", underWay }));
    await expect(held).rejects.toThrow("bbb-01 was not begun");
    expect(now).toBeGreaterThan(100 * 60_000);
  });
});

describe("the ready gate of a host with meetings", () => {
  it("lets people in last of all, once TURN answers", async () => {
    const of = bbbWorld();
    let asked = 0;
    const turnTrouble = async () => {
      asked += 1;
      return asked < 3 ? "turn-01:3478 gave no STUN answer" : undefined;
    };
    const { meetings, keep } = registratorIn(of, () => "drained", { turnTrouble });
    keep(order);
    await ready(gate("bbb-01", of, { meetingsOf: () => meetings, role: "bbb" }));
    expect(of.events).toEqual(["release bbb-01"]);
    expect(of.said.slice(-2)).toEqual(["takes meetings again", "ready"]);
  });

  it("keeps them out when TURN does not answer", async () => {
    const of = bbbWorld();
    const { meetings, keep } = registratorIn(of, () => "drained", { turnTrouble: async () => "no STUN answer" });
    keep(order);
    const refused = ready(gate("bbb-01", of, { meetingsOf: () => meetings }));
    await expect(refused).rejects.toThrow("bbb-01 joined, but TURN does not answer: no STUN answer.");
    expect(of.events).toEqual([]);
  });

  it("leaves a host that replaces none to the registrator", async () => {
    const of = bbbWorld();
    const { meetings } = registratorIn(of, () => "drained");
    await ready(gate("bbb-01", of, { meetingsOf: () => meetings }));
    await ready(gate("bbb-01", of, { meetingsOf: () => ({ ...meetings, registered: async () => false }) }));
    expect(of.events).toEqual([]);
  });
});

describe("the registrator behind the orchestrator's API", () => {
  const kubeconfig = (server: string) =>
    JSON.stringify({
      ...{ apiVersion: "v1", kind: "Config", "current-context": "c", users: [{ name: "u", user: {} }] },
      ...{
        clusters: [{ name: "k", cluster: { server } }],
        contexts: [{ name: "c", context: { cluster: "k", user: "u" } }],
      },
    });

  it("gets orders at its Service, with a token in a header that the API leaves", async () => {
    const seen: string[] = [];
    let reply: [number, object] = [200, {}];
    const server = createServer(async (request, response) => {
      let body = "";
      for await (const chunk of request) body += chunk;
      seen.push(`${request.method} ${request.url} ${request.headers["x-estate-authorization"]} ${body}`);
      response.writeHead(reply[0]).end(JSON.stringify(reply[1]));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const address = { kubeconfig: kubeconfig(`http://127.0.0.1:${port}`), namespace: "estate", service: "registrator" };
    const registrator = connectRegistrator({ ...address, port: "http", token: "secret-token" });
    const path = "/api/v1/namespaces/estate/services/registrator:http/proxy/drains/bbb-01";

    reply = [200, { drain: { phase: "asked", reason: "r", order } }];
    expect((await registrator.drain("bbb-01", order)).drain?.phase).toBe("asked");
    reply = [404, { error: "no drain" }];
    expect(await registrator.look("bbb-01")).toEqual({});
    expect(seen).toEqual([
      `PUT ${path} Bearer secret-token ${JSON.stringify(order)}`,
      `GET ${path} Bearer secret-token `,
    ]);
    reply = [404, { kind: "Status", message: 'services "registrator" not found' }];
    await expect(registrator.look("bbb-01")).rejects.toThrow('HTTP 404: services "registrator" not found');
    reply = [401, { error: "no valid token" }];
    const refused = await registrator.release("bbb-01").catch((error: Error) => error.message);
    expect(refused).toBe("the registrator answered with HTTP 401: no valid token");
    server.close();
    await expect(registrator.look("bbb-01")).rejects.toThrow(/^the registrator: /);
  });
});

describe("a STUN binding", () => {
  /** The example of RFC 5769, section 2.2: an answer with IPv4, 192.0.2.1. */
  const answer = Buffer.from(
    "0101003c2112a442b7e7a701bc34d686fa87dfae8022000b7465737420766563746f7220002000080001a147e112a643000800142b91f599fd9e90c38c7489f92af9ba53f06be7d780280004c07d4c96",
    "hex",
  );
  const transaction = Buffer.from("b7e7a701bc34d686fa87dfae", "hex");

  it("is answered with our address, by its own transaction alone", () => {
    expect(addressIn(answer, transaction)).toBe("192.0.2.1");
    expect(addressIn(answer, Buffer.alloc(12, 1))).toBeUndefined();
    expect(addressIn(answer.subarray(0, 30), transaction)).toBeUndefined();
    expect(bindingMessage(transaction).toString("hex")).toBe("000100002112a442b7e7a701bc34d686fa87dfae");
  });

  it("tells whether a server answers", async () => {
    const server = createSocket("udp4");
    let speaks = true;
    server.on("message", (message, { port }) => {
      const reply = Buffer.from(answer);
      message.copy(reply, 8, 8, 20);
      if (speaks) server.send(reply, port, "127.0.0.1");
    });
    await new Promise<void>((resolve) => server.bind(0, "127.0.0.1", resolve));
    const { port } = server.address();
    expect(await stunTrouble("127.0.0.1", port)).toBeUndefined();
    speaks = false;
    expect(await stunTrouble("127.0.0.1", port, 300)).toBe(`127.0.0.1:${port} gave no STUN answer`);
    server.close();
  });
});
