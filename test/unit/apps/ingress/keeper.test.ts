/** The program beside lego: what it keeps, brings, and never loses. */

import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Keeper } from "../../../../apps/ingress/service/keeper.ts";
import { ApiSecrets, type Data, type Secrets } from "../../../../apps/ingress/service/secrets.ts";
import { readTree, writeTree } from "../../../../apps/ingress/service/tree.ts";
import { certificateFor } from "./certificates.ts";

const settings = {
  state: "ingress-acme-state",
  certificates: [
    { secret: "ingress-certs", names: ["meet.example.org"], id: "ingress-certs-1" },
    { secret: "coturn-certs", names: ["turn-01.estate.test"], id: "coturn-certs-1" },
  ],
};
const first = await certificateFor("meet.example.org");
const renewed = await certificateFor("meet.example.org");

/** Secrets in memory. */
class Memory implements Secrets {
  readonly all = new Map<string, Data & { readonly type?: string }>();
  writes = 0;
  away = false;

  async read(name: string): Promise<Data | undefined> {
    if (this.away) throw new Error("away");
    return this.all.get(name);
  }

  async write(name: string, _type: string, data: Data): Promise<void> {
    if (this.away) throw new Error("away");
    this.writes += 1;
    this.all.set(name, { ...this.all.get(name), ...data });
  }
}

describe("the keeper", () => {
  let folder: string;
  let secrets: Memory;
  const lines: string[] = [];
  const keeper = (at = folder) => new Keeper(settings, at, secrets, (line) => void lines.push(JSON.stringify(line)));
  const lego = (tree: Record<string, string>, at = folder) => writeTree(join(at, "lego"), tree);
  const pair = ({ chain, key }: typeof first, id = "ingress-certs-1") => ({
    [`certificates/${id}.crt`]: chain,
    [`certificates/${id}.key`]: key,
  });

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "ingress-"));
    secrets = new Memory();
    lines.length = 0;
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("brings what lego has got to its Secret, once, and tells until when it is good", async () => {
    const one = keeper();
    await one.restore();
    lego({ "accounts/one/account.json": "{}", ...pair(first) });
    await one.look();
    expect(secrets.all.get("ingress-certs")).toEqual({ "tls.crt": first.chain, "tls.key": first.key });
    expect(secrets.all.has("coturn-certs")).toBe(false);
    const { writes } = secrets;
    await one.look();
    expect(secrets.writes).toBe(writes);
    expect(lines.join("\n")).toContain('"until":"Jan  1 00:00:00 2126 GMT"');
    expect(lines.join("\n")).not.toContain("PRIVATE KEY");
  });

  it("brings a renewed one, and brings back one that somebody deleted", async () => {
    const one = keeper();
    await one.restore();
    lego(pair(first));
    await one.look();
    lego(pair(renewed));
    await one.look();
    expect(secrets.all.get("ingress-certs")?.["tls.crt"]).toBe(renewed.chain);
    secrets.all.delete("ingress-certs");
    await one.look();
    expect(secrets.all.get("ingress-certs")?.["tls.crt"]).toBe(renewed.chain);
  });

  it("brings no half of a pair, and no halves of two", async () => {
    const one = keeper();
    await one.restore();
    lego({ "certificates/ingress-certs-1.crt": first.chain });
    await one.look();
    lego({ "certificates/ingress-certs-1.key": renewed.key });
    await one.look();
    expect(secrets.all.has("ingress-certs")).toBe(false);
  });

  it("gives lego on another host all that it had: account, certificates, keys; and not those that nobody wants", async () => {
    const one = keeper();
    await one.restore();
    const had = { "accounts/one/account.json": "{}", "accounts/one/one.key": "a key", ...pair(first) };
    lego({ ...had, ...pair(renewed, "ingress-certs-0") });
    await one.look();
    const other = join(folder, "other");
    writeTree(other, {});
    writeTree(folder, { "other/here": "" });
    await keeper(other).restore();
    expect(readTree(join(other, "lego"))).toEqual(had);
    expect(existsSync(join(other, "restored"))).toBe(true);
  });

  it("does not let lego begin while nobody can say what it had", async () => {
    secrets.away = true;
    await expect(keeper().restore()).rejects.toThrow("away");
    expect(existsSync(join(folder, "restored"))).toBe(false);
  });

  it("keeps the state before it brings a certificate, and says nothing is kept when it is not", async () => {
    const one = keeper();
    await one.restore();
    lego(pair(first));
    secrets.away = true;
    await expect(one.look()).rejects.toThrow("away");
    expect(existsSync(join(folder, "kept"))).toBe(false);
    secrets.away = false;
    await one.look();
    expect([...secrets.all.keys()]).toEqual(["ingress-acme-state", "ingress-certs"]);
    expect(existsSync(join(folder, "kept"))).toBe(true);
  });
});

describe("Secrets of the orchestrator", () => {
  const asked: { method?: string | undefined; url?: string | undefined; body: string; type?: string | undefined }[] =
    [];
  const kept = new Map<string, string>();
  const server = createServer(async (request, answer) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method, url, headers } = request;
    const body = Buffer.concat(chunks).toString();
    asked.push({ method, url, body, type: headers["content-type"] });
    if (headers.authorization !== "Bearer unique-token") return void answer.writeHead(403).end();
    const found = kept.get(url ?? "");
    if (method === "POST") kept.set(`${url}/${JSON.parse(body).metadata.name}`, body);
    else if (found === undefined) return void answer.writeHead(404).end("{}");
    answer.writeHead(200).end(method === "GET" ? found : "{}");
  });
  const open = async (token = "unique-token") => {
    if (!server.listening) await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const { port } = server.address() as AddressInfo;
    return new ApiSecrets({ url: `http://127.0.0.1:${port}/secrets`, token: () => token });
  };
  afterEach(() => {
    asked.length = 0;
    server.close();
  });

  it("are made where they are not there, and changed where they are", async () => {
    const secrets = await open();
    expect(await secrets.read("one")).toBeUndefined();
    await secrets.write("one", "kubernetes.io/tls", { "tls.crt": "a", "tls.key": "b" });
    await secrets.write("one", "kubernetes.io/tls", { "tls.crt": "c", "tls.key": "d" });
    expect(asked.map(({ method, url }) => `${method} ${url}`)).toEqual([
      ...["GET /secrets/one", "PATCH /secrets/one", "POST /secrets", "PATCH /secrets/one"],
    ]);
    expect(JSON.parse(asked[2]?.body ?? "")).toMatchObject({ type: "kubernetes.io/tls", data: { "tls.crt": "YQ==" } });
    expect(asked[3]?.type).toBe("application/merge-patch+json");
    expect(await secrets.read("one")).toEqual({ "tls.crt": "a", "tls.key": "b" });
  });

  it("are refused with the name and the status, and no word of what is in them", async () => {
    const secrets = await open("another");
    const refused = "the orchestrator's API answered 403 for the Secret two";
    await expect(secrets.read("two")).rejects.toThrow(refused);
    await expect(secrets.write("two", "Opaque", { key: "unique" })).rejects.toThrow(new Error(refused));
  });
});

describe("lego's script", async () => {
  const { execFile } = await import("node:child_process");
  const script = join(import.meta.dirname, "../../../../apps/ingress/scripts/lego.sh");

  it("waits for the keeper, then asks for every certificate by its names", async () => {
    const folder = mkdtempSync(join(tmpdir(), "lego-"));
    writeFileSync(join(folder, "lego"), `#!/bin/sh\necho "$@" >> ${folder}/asked\n`, { mode: 0o755 });
    writeFileSync(join(folder, "certificates"), "one-1 a.example.org,b.example.org\ntwo-2 c.example.org\n");
    const environment = { STATE: folder, CERTIFICATES: join(folder, "certificates"), ARGUMENTS: "--http --path /x" };
    const path = `${folder}:${process.env.PATH}`;
    const child = execFile("sh", [script], { env: { ...environment, PATH: path } });
    const ended = new Promise<number | null>((done) => child.once("exit", done));
    await expect.poll(() => existsSync(join(folder, "alive")), { timeout: 5000 }).toBe(true);
    expect(existsSync(join(folder, "asked"))).toBe(false);
    writeFileSync(join(folder, "restored"), "");
    await expect
      .poll(() => readTree(folder).asked, { timeout: 5000 })
      .toBe(
        [
          "run --http --path /x --cert.name one-1 --domains a.example.org,b.example.org",
          "run --http --path /x --cert.name two-2 --domains c.example.org\n",
        ].join("\n"),
      );
    child.kill("SIGTERM");
    expect(await ended).toBe(0);
    rmSync(folder, { recursive: true });
  });
});
