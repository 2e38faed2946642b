/** A real nginx with the configuration of Scalelite's pods, run as they run it, before an API of the test's own. */
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { nginxFiles } from "../../../apps/scalelite/manifests.ts";
import { type NginxFacts, nginxConf } from "../../../apps/scalelite/nginx.ts";
import { freePort, Pod, type Running } from "../stores/pod.ts";

const soon = { timeout: 20_000, interval: 50 };
const host = "meet.example.org";
const secretName = "Ada%20Lovelace";

let pod: Pod;
let api: Server;
let facts: NginxFacts;
let running: Running;
/** What the API was asked, and what it does when it is asked next. */
const asked: IncomingMessage[] = [];
let answer: (path: string) => {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
};

beforeAll(async () => {
  pod = await Pod.make("/usr/sbin");
  api = createServer((message, response) => {
    asked.push(message);
    const { status, headers = {}, body = "" } = answer(message.url ?? "");
    message.resume().once("end", () => response.writeHead(status, headers).end(body));
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => api.once("listening", resolve));
  const store = await pod.mkdir("store");
  await pod.mount("store/published/presentation/rec-1", {
    "metadata.xml": "<recording/>",
    "index.html": "a recording",
  });
  await pod.mount("store/playback/presentation/2.3", { "index.html": "the player", "player.js": "play()" });
  facts = {
    ...{ host, recordings: true, store, scratch: await pod.mkdir("scratch"), port: await freePort() },
    api: `127.0.0.1:${(api.address() as AddressInfo).port}`,
  };
  running = await start(facts, "config");
  await vi.waitFor(async () => expect((await ask("/nginx-health")).status).toBe(200), soon);
});

afterAll(async () => {
  await pod.remove();
  await new Promise((resolve) => api.close(resolve));
});

/** With its output in a file: it opens that by name, which the pipe of a container allows and the socket that a test has does not. */
function nginx(config: string, log: string, ...args: readonly string[]): readonly string[] {
  const command = ["nginx", "-e", "/dev/stderr", "-c", config, ...args];
  return ["sh", "-c", 'log=$1; shift; exec "$@" > "$log" 2>&1', "sh", join(pod.folder, log), ...command];
}

async function start(told: NginxFacts, name: string): Promise<Running> {
  const folder = await pod.mount(name, { "nginx.conf": nginxConf(told) });
  return pod.start(nginx(join(folder, "nginx.conf"), `${name}.log`, "-g", "daemon off;"));
}

const logOf = (name: string) => readFile(join(pod.folder, `${name}.log`), "utf8");

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers: IncomingMessage["headers"];
}

function ask(path: string, { method = "GET", body = "", port = facts.port } = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = { host: "scalelite-nginx:8080", "content-length": Buffer.byteLength(body) };
    const asking = request({ host: "127.0.0.1", port, path, method, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => void chunks.push(chunk));
      response.once("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          body: Buffer.concat(chunks).toString(),
          headers: response.headers,
        }),
      );
    });
    asking.once("error", reject).end(body);
  });
}

test.each([true, false])(
  "what the pods are given is a configuration that nginx takes, with recordings: %s",
  async (recordings) => {
    const given = nginxFiles({ host, recordings: recordings ? { claim: "recordings" } : undefined })["nginx.conf"];
    // in a pod the name is the Service's; nginx looks it up when it reads its configuration
    expect(given).toContain("proxy_pass http://scalelite-api:3000;");
    const folder = await pod.mount(`given-${recordings}`, {
      "nginx.conf": given.replace("scalelite-api", "127.0.0.1"),
    });
    const { exitCode } = await pod.run(nginx(join(folder, "nginx.conf"), "given.log", "-t"));
    const said = await logOf("given");
    expect(said).toContain("test is successful");
    expect(said).not.toMatch(/\[(warn|alert|emerg)\]/);
    expect(exitCode).toBe(0);
  },
);

test("the API is asked by the name that it does not refuse, with the query as it was sent", async () => {
  answer = () => ({ status: 200, body: "<response/>" });
  asked.length = 0;
  const path = `/bigbluebutton/api/create?name=Test+Meeting&fullName=${secretName}&checksum=abc`;
  expect(await ask(path)).toMatchObject({ status: 200, body: "<response/>" });
  expect(asked.map(({ url }) => url)).toEqual([path]);
  expect(asked[0]?.headers).toMatchObject({ host, "x-forwarded-proto": "https", "x-forwarded-for": "127.0.0.1" });
});

test("slides come with a request, a failed one is not made twice, and a redirect is passed on as it is", async () => {
  asked.length = 0;
  answer = () => ({ status: 502 });
  expect(await ask("/bigbluebutton/api/create", { method: "POST", body: "x".repeat(8 << 20) })).toMatchObject({
    status: 502,
  });
  expect(asked).toHaveLength(1);
  const location = "https://bbb-01.example.org/bigbluebutton/api/join?fullName=a";
  answer = () => ({ status: 302, headers: { location } });
  expect((await ask("/bigbluebutton/api/join")).headers.location).toBe(location);
});

test("a file of a recording is sent where the API says so, and to nobody who asks for it himself", async () => {
  answer = (path) => ({ status: 200, headers: { "x-accel-redirect": `/static-resource${path}` } });
  expect(await ask("/presentation/rec-1/metadata.xml?v=1")).toMatchObject({ status: 200, body: "<recording/>" });
  expect(await ask("/presentation/rec-1/")).toMatchObject({ status: 200, body: "a recording" });
  expect(await ask("/presentation/rec-2/metadata.xml")).toMatchObject({ status: 404 });
  answer = () => ({ status: 403, body: "not for you" });
  expect(await ask("/presentation/rec-1/metadata.xml")).toMatchObject({ status: 403, body: "not for you" });
  asked.length = 0;
  expect(await ask("/static-resource/presentation/rec-1/metadata.xml")).toMatchObject({ status: 404 });
  expect(asked).toEqual([]);
});

test("the player comes for every recording, its files as they are", async () => {
  expect(await ask("/playback/presentation/2.3/player.js")).toMatchObject({ status: 200, body: "play()" });
  expect(await ask("/playback/presentation/2.3/rec-1?t=9")).toMatchObject({ status: 200, body: "the player" });
  answer = (path) => ({ status: 200, headers: { "x-accel-redirect": `/static-resource${path}` } });
  expect(await ask("/static-resource/playback/presentation/2.3/player.js")).toMatchObject({ status: 404 });
});

test("without recordings it knows none of their addresses", async () => {
  answer = () => ({ status: 404, body: "the API's own" });
  const port = await freePort();
  const without = await start({ ...facts, recordings: false, port, scratch: await pod.mkdir("other") }, "without");
  await vi.waitFor(async () => expect((await ask("/nginx-health", { port })).status).toBe(200), soon);
  expect(await ask("/playback/presentation/2.3/rec-1", { port })).toMatchObject({ status: 404, body: "the API's own" });
  without.terminate("SIGQUIT");
  expect(await without.ended).toMatchObject({ exitCode: 0 });
});

test("is alive while the API is away, and names of people are in none of its logs", async () => {
  await new Promise((resolve) => {
    api.close(resolve);
    api.closeAllConnections();
  });
  expect((await ask(`/bigbluebutton/api/join?fullName=${secretName}`)).status).toBe(502);
  expect(await ask("/nginx-health")).toMatchObject({ status: 200, body: "alive\n" });
  running.terminate("SIGQUIT");
  expect(await running.ended).toMatchObject({ exitCode: 0 });
  const text = await logOf("config");
  expect(text).toContain('"GET /bigbluebutton/api/join" 502');
  expect(text).not.toContain("Lovelace");
  expect(text).not.toContain("checksum");
  expect(text).not.toContain("/nginx-health");
});
