/** A Kubernetes API over real TLS: whom the client believes, who it is there, and what becomes of what goes wrong. */

import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type ApiOptions, openApi } from "../../../cli/cluster/api.ts";
import { ApiError, isAbsent } from "../../../cli/cluster/error.ts";
import { readKubeconfig } from "../../../cli/cluster/kubeconfig.ts";
import { newAuthority } from "../../../cli/pki.ts";
import { failure, type KubernetesApi, kubernetesApi } from "./kubernetes-api.ts";

let server: KubernetesApi;
beforeAll(async () => {
  server = await kubernetesApi();
});
afterAll(() => server.close());
beforeEach(() => {
  server.asked.length = 0;
  server.answer = () => ({ body: { kind: "Node" } });
});

const look = { method: "GET", path: "/api/v1/nodes/bbb-01" } as const;
const ask = (changes: Parameters<KubernetesApi["kubeconfig"]>[0] = {}, options: ApiOptions = {}) =>
  openApi(readKubeconfig(server.kubeconfig(changes)), options).ask(look);
const at = () => `127.0.0.1:${server.port}`;

describe("whom it believes", () => {
  it("is a server of the authority in the kubeconfig, which is shown the client's certificate", async () => {
    expect(await ask()).toEqual({ kind: "Node" });
    expect(server.asked).toMatchObject([{ method: "GET", path: "/api/v1/nodes/bbb-01", user: "estate-admin" }]);
  });

  it("is no server of another authority, even of the same name", async () => {
    const other = await newAuthority("test-server-ca");
    await expect(ask({ caCert: other.certificatePem })).rejects.toThrow(new RegExp(`^${at()}: .*certificate`));
    expect(server.asked).toEqual([]);
  });

  it("is no server whose certificate is for another name", async () => {
    await expect(ask({ host: "localhost" })).rejects.toThrow(/^localhost:\d+: .*does not match certificate's altnames/);
    expect(server.asked).toEqual([]);
  });

  it("does not depend on the environment", async () => {
    const other = await newAuthority("other");
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0";
    try {
      await expect(ask({ caCert: other.certificatePem })).rejects.toThrow("certificate");
    } finally {
      delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    }
  });
});

describe("an API that does not answer", () => {
  it("is told with host, port and the cause", async () => {
    const free = await freePort();
    await expect(ask({ port: free })).rejects.toThrow(`127.0.0.1:${free}: connect ECONNREFUSED 127.0.0.1:${free}`);
  });

  it("is told with the cause for each address of its name, always in the same words", async () => {
    const port = await freePort();
    const words = async () => ask({ host: "localhost", port }).catch((error: Error) => error.message);
    expect(await words()).toMatch(/^localhost:\d+: (connect ECONNREFUSED \S+(, )?)+$/);
    expect(await words()).toBe(await words());
  });

  it("ends at the deadline, before the answer and within it", async () => {
    server.answer = () => undefined;
    await expect(ask({}, { deadline: 200 })).rejects.toThrow(`${at()}: no answer within 0.2 s`);
    server.answer = (_, response) => {
      response.writeHead(200).write('{"kind":');
      return undefined;
    };
    await expect(ask({}, { deadline: 200 })).rejects.toThrow(`${at()}: no answer within 0.2 s`);
  });

  it("ends at the deadline where no TLS is spoken", async () => {
    const mute = createServer(() => undefined);
    await new Promise<void>((resolve) => mute.listen(0, "127.0.0.1", resolve));
    const { port } = mute.address() as AddressInfo;
    await expect(ask({ port }, { deadline: 200 })).rejects.toThrow(`127.0.0.1:${port}: no answer within 0.2 s`);
    mute.close();
  });

  it("is told when it hangs up within the answer", async () => {
    server.answer = (_, response) => {
      response.writeHead(200, { "content-length": "1000" }).write("{");
      setTimeout(() => response.destroy(), 20);
      return undefined;
    };
    await expect(ask()).rejects.toThrow(new RegExp(`^${at()}: `));
  });
});

describe("connections", () => {
  it("are kept between questions, and a new one is made when the server has closed it", async () => {
    const api = openApi(readKubeconfig(server.kubeconfig()));
    await api.ask(look);
    await api.ask(look);
    server.hangUp();
    await api.ask(look);
    const [first, second, third] = server.asked.map(({ connection }) => connection);
    expect(second).toBe(first);
    expect(third).not.toBe(first);
  });

  it("that are closed while a question is on its way are asked anew, once more and no further", async () => {
    const api = openApi(readKubeconfig(server.kubeconfig()));
    await api.ask(look);
    server.answer = ({ connection }, response) => {
      if (connection !== server.asked[0]?.connection) return { body: { second: true } };
      response.socket?.destroy();
      return undefined;
    };
    expect(await api.ask(look)).toEqual({ second: true });
    server.answer = (_, response) => {
      response.socket?.destroy();
      return undefined;
    };
    await expect(api.ask(look)).rejects.toThrow(`${at()}: `);
    expect(server.asked).toHaveLength(5);
  });
});

describe("an answer that is an error", () => {
  it("of the server itself is the last on its connection: the name may have another server", async () => {
    const api = openApi(readKubeconfig(server.kubeconfig()));
    const connections = async (status: number) => {
      server.asked.length = 0;
      server.answer = () => failure(status, "no");
      for (let times = 0; times < 3; times += 1) await expect(api.ask(look)).rejects.toThrow(`(${status})`);
      return new Set(server.asked.map(({ connection }) => connection)).size;
    };
    expect(await connections(403)).toBe(1);
    expect(await connections(500)).toBeGreaterThan(1);
  });

  it("is told with its sentence", async () => {
    server.answer = () => failure(403, "nodes is forbidden");
    const error = await ask().catch((error: unknown) => error);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ status: 403, message: `${at()} refuses (403): nodes is forbidden` });
  });

  it("means that the thing is absent only if Kubernetes says so", async () => {
    server.answer = () => failure(404, 'nodes "bbb-01" not found');
    expect(isAbsent(await ask().catch((error: unknown) => error))).toBe(true);
    server.answer = () => ({ status: 404, body: "404 page not found" });
    const error = await ask().catch((error: unknown) => error);
    expect(isAbsent(error)).toBe(false);
    expect(error).toMatchObject({ message: `${at()} refuses (404): HTTP 404` });
  });

  it("is no redirection that leads elsewhere", async () => {
    server.answer = () => ({ status: 302, headers: { location: "https://127.0.0.1:1/" } });
    await expect(ask()).rejects.toThrow(`${at()} refuses (302)`);
  });

  it("is a page of something else", async () => {
    server.answer = () => ({ body: "<html>login</html>" });
    await expect(ask()).rejects.toThrow(`${at()} answers, but not as a Kubernetes API does: <html>login</html>`);
  });

  it("is waited out where the API says for how long", async () => {
    for (const status of [429, 503]) {
      server.asked.length = 0;
      server.answer = () =>
        server.asked.length === 1 ? { ...failure(status, "busy"), headers: { "retry-after": "1" } } : {};
      const start = performance.now();
      expect(await ask()).toEqual({});
      expect(server.asked).toHaveLength(2);
      expect(performance.now() - start).toBeGreaterThan(990);
    }
  });

  it("is told at once where it does not say, or says longer than the deadline", async () => {
    server.answer = () => failure(500, "etcdserver: leader changed");
    await expect(ask()).rejects.toThrow("etcdserver: leader changed");
    server.answer = () => ({ ...failure(429, "too many requests"), headers: { "retry-after": "60" } });
    await expect(ask({}, { deadline: 1000 })).rejects.toThrow("too many requests");
    expect(server.asked).toHaveLength(2);
  });
});

describe("a collection", () => {
  const list = async () =>
    openApi(readKubeconfig(server.kubeconfig()), { page: 2 }).list("/api/v1/pods", {
      fieldSelector: "spec.nodeName=a",
    });
  const asked = () => server.asked.map(({ path }) => path?.replace("/api/v1/pods?fieldSelector=spec.nodeName%3Da", ""));

  it("is read page by page", async () => {
    const pages = [
      { items: [1, 2], metadata: { continue: "b/c" } },
      { items: [3, 4], metadata: { continue: "d" } },
      { items: [5], metadata: {} },
    ];
    server.answer = () => ({ body: pages[server.asked.length - 1] ?? {} });
    expect(await list()).toEqual([1, 2, 3, 4, 5]);
    expect(asked()).toEqual(["&limit=2", "&limit=2&continue=b%2Fc", "&limit=2&continue=d"]);
  });

  it("is read anew and whole when its next page is forgotten: nothing is missing, and nothing is there twice", async () => {
    server.answer = ({ path }) => {
      if (path?.includes("continue")) return failure(410, "The provided continue parameter is too old");
      return { body: path?.includes("limit") ? { items: [1, 2], metadata: { continue: "x" } } : { items: [1, 2, 3] } };
    };
    expect(await list()).toEqual([1, 2, 3]);
    expect(asked()).toEqual(["&limit=2", "&limit=2&continue=x", ""]);
  });

  it("may be empty", async () => {
    server.answer = () => ({ body: { items: null, metadata: {} } });
    expect(await list()).toEqual([]);
  });
});

/** One that nothing listens on. */
async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
