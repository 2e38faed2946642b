import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test, vi } from "vitest";
import { connect, join } from "../../../local/openstack-client/client.ts";
import { parseCloud } from "../../../local/openstack-client/clouds.ts";
import { isNotFound, reasonIn } from "../../../local/openstack-client/error.ts";
import { loginBody } from "../../../local/openstack-client/token.ts";

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

interface Fake {
  readonly url: string;
  readonly seen: string[];
  logins: number;
  /** So many tokens are given before the service comes into the catalog. */
  early: number;
}

/** Keystone and one service behind one address. */
async function fakeCloud(
  answer: (path: string, request: IncomingMessage, fake: Fake) => [number, unknown],
  validSeconds = 3600,
): Promise<Fake> {
  const fake: Fake & { url: string } = { url: "", seen: [], logins: 0, early: 0 };
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const path = request.url ?? "";
    const send = (status: number, body: unknown, headers = {}) =>
      response.writeHead(status, { connection: "close", ...headers }).end(JSON.stringify(body));
    if (path === "/v3/auth/tokens") {
      fake.logins++;
      const endpoints = [
        { interface: "internal", region: "one", url: "http://127.0.0.1:1" },
        { interface: "public", region: "two", url: "http://127.0.0.1:1" },
        ...(fake.logins > fake.early ? [{ interface: "public", region: "one", url: `${fake.url}/v2.0` }] : []),
      ];
      const expires_at = new Date(Date.now() + validSeconds * 1000).toISOString();
      const token = { expires_at, project: { id: "p1", name: "estate" }, catalog: [{ type: "network", endpoints }] };
      send(201, { token }, { "x-subject-token": `token-${fake.logins}` });
      return;
    }
    fake.seen.push(`${request.method} ${path} ${request.headers["x-auth-token"]}`);
    send(...answer(path, request, fake));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  fake.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return fake;
}

const clouds = (url: string) => `
clouds:
  admin:
    auth: { auth_url: "${url}/v3", username: admin, password: pa55, project_name: admin, user_domain_name: Default }
    region_name: one
  estate:
    auth_type: v3applicationcredential
    auth: { auth_url: "${url}", application_credential_id: abc, application_credential_secret: s3cret }
`;

test("a collection is read over all its pages, with one login", async () => {
  const fake = await fakeCloud((path, _, { url }) =>
    path.includes("marker")
      ? [200, { ports: [{ id: "c" }], ports_links: [{ rel: "previous", href: "x" }] }]
      : [
          200,
          { ports: [{ id: "a" }, { id: "b" }], ports_links: [{ rel: "next", href: `${url}/v2.0/ports?marker=b` }] },
        ],
  );
  const cloud = connect(parseCloud(clouds(fake.url), "admin"));
  const ports = await cloud.list<{ id: string }>("network", "/v2.0/ports", "ports", { query: { fields: "id" } });
  expect(ports.map(({ id }) => id)).toEqual(["a", "b", "c"]);
  expect(fake.seen).toEqual(["GET /v2.0/ports?fields=id token-1", "GET /v2.0/ports?marker=b token-1"]);
  expect(fake.logins).toBe(1);
  expect(await cloud.projectId()).toBe("p1");
});

test("a revoked token is renewed once, an expiring one before it is used", async () => {
  const fake = await fakeCloud((_, request) =>
    request.headers["x-auth-token"] === "token-1" ? [401, {}] : [200, { ok: 1 }],
  );
  const cloud = connect(parseCloud(clouds(fake.url), "admin"));
  expect(await cloud.get("network", "/v2.0/agents")).toEqual({ ok: 1 });
  expect(fake.logins).toBe(2);

  const short = await fakeCloud(() => [200, {}], 30);
  const other = connect(parseCloud(clouds(short.url), "admin"));
  await other.get("network", "/v2.0/agents");
  await other.get("network", "/v2.0/agents");
  expect(short.logins).toBe(2);
});

test("a service that came into the catalog after the token was given is found", async () => {
  const fake = await fakeCloud(() => [200, { ok: 1 }]);
  fake.early = 1;
  const cloud = connect(parseCloud(clouds(fake.url), "admin"));
  expect(await cloud.get("network", "/v2.0/agents")).toEqual({ ok: 1 });
  expect(fake.logins).toBe(2);
});

test("what the catalog offers is known without a request to it", async () => {
  const fake = await fakeCloud(() => [200, {}]);
  const cloud = connect(parseCloud(clouds(fake.url), "admin"));
  expect(await Promise.all([cloud.offers("network"), cloud.offers("dns")])).toEqual([true, false]);
  expect([fake.logins, fake.seen]).toEqual([1, []]);
});

test("a busy service is asked again, but nothing is created twice", async () => {
  let calls = 0;
  const fake = await fakeCloud(() => (++calls % 2 === 1 ? [503, { message: "busy" }] : [200, { fine: true }]));
  const cloud = connect(parseCloud(clouds(fake.url), "admin"));
  expect(await cloud.get("network", "/v2.0/ports")).toEqual({ fine: true });
  await expect(cloud.request("POST", "network", "/v2.0/ports", { body: {} })).rejects.toThrow("503 busy");
  expect(calls).toBe(3);
});

test("errors say which request failed and why, in one line", async () => {
  const body = { NeutronError: { type: "PortNotFound", message: "Port x could not be found.", detail: "" } };
  const fake = await fakeCloud(() => [404, body]);
  const cloud = connect(parseCloud(clouds(fake.url), "admin"));
  const error = await cloud.get("network", "/v2.0/ports/x").catch((caught: unknown) => caught);
  expect(String(error)).toBe(`Trouble: GET ${fake.url}/v2.0/ports/x: 404 Port x could not be found.`);
  expect(isNotFound(error)).toBe(true);
  await expect(cloud.get("compute", "/servers")).rejects.toThrow("no public endpoint of compute in region one");
  expect(reasonIn("<html><h1>Bad Gateway</h1></html>")).toBe("Bad Gateway");
});

test("clouds.yaml: both kinds of credentials, and what is missing is named", () => {
  const text = clouds("http://192.0.2.10:5000");
  expect(loginBody(parseCloud(text, "estate").credentials)).toEqual({
    identity: { methods: ["application_credential"], application_credential: { id: "abc", secret: "s3cret" } },
  });
  expect(loginBody(parseCloud(text, "admin").credentials)).toEqual({
    identity: {
      methods: ["password"],
      password: { user: { name: "admin", domain: { name: "Default" }, password: "pa55" } },
    },
    scope: { project: { name: "admin", domain: { id: "default" } } },
  });
  expect(() => parseCloud(text, "prod")).toThrow("clouds.yaml has no cloud 'prod', only: admin, estate");
  expect(() => parseCloud("clouds: {a: {auth: {auth_url: x}}}", "a")).toThrow("cloud 'a': auth.username is missing");
});

test("clouds.yaml: a certificate authority of the cloud's own must be one that Node.js knows too", () => {
  const text =
    "clouds: { a: { cacert: /etc/ca.pem, auth: { auth_url: x, username: u, password: p, project_name: n } } }";
  vi.stubEnv("NODE_EXTRA_CA_CERTS", "");
  expect(() => parseCloud(text, "a")).toThrow("set NODE_EXTRA_CA_CERTS=/etc/ca.pem as well");
  vi.stubEnv("NODE_EXTRA_CA_CERTS", "/etc/ca.pem");
  expect(parseCloud(text, "a").authUrl).toBe("x");
  vi.unstubAllEnvs();
});

test("a version that the catalog has already is not doubled", () => {
  expect(join("http://api:9696", "/v2.0/ports")).toBe("http://api:9696/v2.0/ports");
  expect(join("http://api:9696/v2.0", "/v2.0/ports")).toBe("http://api:9696/v2.0/ports");
  expect(join("http://api:8774/v2.1", "/servers", { all_tenants: true })).toBe(
    "http://api:8774/v2.1/servers?all_tenants=true",
  );
});
