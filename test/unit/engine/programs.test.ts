import { mkdtemp, readdir, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { archivesOf } from "../../../local/engine/archives.ts";
import { type Engine, ensureEngine } from "../../../local/engine/engine.ts";
import { pieces } from "../../../local/engine/pieces.ts";
import type { Sources } from "../../../local/engine/programs.ts";
import { cli, fakeTar, hashOf, type Published, plugin, publish } from "./publisher.ts";

let machine: string;
let pulumi: Published;
let said: string[];
let warned: string[];
let built: string[];

beforeEach(async () => {
  vi.stubEnv("ESTATE_ENGINE", undefined);
  machine = await mkdtemp(join(tmpdir(), "estate-programs-"));
  pulumi = await publish(join(machine, "published"));
  [said, warned, built] = [[], [], []];
});
afterEach(async () => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
  await pulumi[Symbol.asyncDispose]();
  await rm(machine, { recursive: true, force: true });
});

const cache = () => join(machine, "cache");
const published = (name: string) => join(machine, "published", `${name}.tar.gz`);
const host = () => pulumi.address.replace("http://", "");

/** A machine on which nothing is installed, and whose builds are short. */
function sources(more: Partial<Sources> = {}): Sources {
  return {
    official: async () => new Map(),
    archivesOf: (wanted) => archivesOf(wanted, pulumi, "x64"),
    builtBefore: async () => false,
    built: async ({ name, program }) => {
      built.push(name);
      await writeFile(join(machine, program), "built");
      return join(machine, program);
    },
    ...more,
  };
}

function engine(from = sources(), clone = "clone"): Promise<Engine> {
  const place = { id: "0123456789", stack: "local", data: join(machine, clone), cache: cache() };
  return ensureEngine(
    place,
    (line) => said.push(line),
    (line) => warned.push(line),
    from,
  );
}

const sourcesOf = ({ pieces }: Engine) => Object.fromEntries(pieces.map(({ name, source }) => [name, source]));
const allBuilt = {
  ...{ cli: "built", "language-host": "built" },
  ...{ openstack: "built", kubernetes: "built", command: "built" },
};

describe("an archive whose bytes are pinned", () => {
  test("is downloaded once, used as a whole, and found in the cache from then on", async () => {
    const first = await engine();
    expect(sourcesOf(first)).toEqual({
      ...allBuilt,
      cli: "official",
      "language-host": "official",
      command: "official",
    });
    expect(built).toEqual(["openstack", "kubernetes"]);
    expect(said).toEqual([`${cli}: downloading from ${host()}`, `${plugin}: downloading from ${host()}`]);
    const whole = dirname(await realpath(join(first.bin, "pulumi")));
    expect(whole).toBe(dirname(await realpath(join(first.bin, "pulumi-language-nodejs"))));
    expect(await readdir(whole)).toContain("pulumi-language-python");
    expect(await readdir(dirname(whole))).toEqual(["pulumi"]);
    const command = first.pieces.find(({ name }) => name === "command");
    expect(command?.path).toBe(
      join(cache(), `${plugin}-${pulumi.sha256[`${plugin}.tar.gz`]}`, "pulumi-resource-command"),
    );

    const asked = pulumi.asked.length;
    expect(await engine()).toEqual(first);
    expect(await engine(sources({ builtBefore: async () => true }))).toEqual(first);
    expect(pulumi.asked).toHaveLength(asked);
  });

  test("is taken as it lies on the server", async () => {
    pulumi.answer((response, file, { headers }) => response.end(headers["accept-encoding"] === "identity" ? file : ""));
    expect(sourcesOf(await engine()).cli).toBe("official");
  });

  test("is downloaded once by two runs at once, each of a clone of its own", async () => {
    const both = await Promise.all(["one", "another"].map((clone) => engine(sources(), clone)));
    for (const each of both) expect(sourcesOf(each).cli).toBe("official");
    expect(pulumi.asked.filter((path) => path.includes(cli))).toHaveLength(1);
  });
});

describe("no archive is asked for", () => {
  test("where ESTATE_ENGINE says built, although it is in the cache", async () => {
    await engine();
    const asked = pulumi.asked.length;
    vi.stubEnv("ESTATE_ENGINE", "built");
    expect(sourcesOf(await engine())).toEqual(allBuilt);
    expect(pulumi.asked).toHaveLength(asked);
  });

  test("where the operator has installed the official ones", async () => {
    const official = async () => new Map(pieces().map(({ name, program }) => [name, join(machine, program)]));
    for (const { program } of pieces()) await writeFile(join(machine, program), "");
    expect(new Set(Object.values(sourcesOf(await engine(sources({ official })))))).toEqual(new Set(["official"]));
    expect([pulumi.asked, built]).toEqual([[], []]);
  });

  test("where it was built before, unless ESTATE_ENGINE says official", async () => {
    const before = sources({ builtBefore: async () => true });
    expect(sourcesOf(await engine(before))).toEqual(allBuilt);
    expect([pulumi.asked, said]).toEqual([[], []]);
    vi.stubEnv("ESTATE_ENGINE", "official");
    await expect(engine(before)).rejects.toThrow(/official.*openstack [\d.]+\n.*kubernetes [\d.]+$/s);
    expect(pulumi.asked).toHaveLength(2);
  });
});

describe("it is built instead, and the operator is told why,", () => {
  const fallsBack = async () => {
    expect(sourcesOf(await engine())).toEqual(allBuilt);
    expect(await readdir(cache())).toEqual([expect.stringMatching(/^engine-bin-/)]);
  };

  test("where the bytes are others: nothing of them is unpacked", async () => {
    pulumi.answer((response, file) => response.end(`${file.toString("latin1")}more`, "latin1"));
    await fakeTar(machine, `touch ${machine}/unpacked`);
    await fallsBack();
    expect(await readdir(machine)).not.toContain("unpacked");
    expect(warned).toHaveLength(2);
    const other = Buffer.concat([await readFile(published(`sdk/${cli}`)), Buffer.from("more")]);
    expect(warned[0]).toBe(
      `WARNING: ${pulumi.address}/sdk/${cli}.tar.gz is not the file that is pinned, and is not used: ` +
        `expected SHA-256 ${pulumi.sha256[`${cli}.tar.gz`]}, got ${hashOf(other)}`,
    );
  });

  test.each([403, 404, 503])("where it answers %i", async (status) => {
    pulumi.answer((response, file) => response.writeHead(status).end(file));
    await fallsBack();
    expect(said).toContain(`${cli}: not downloaded (it answers ${status})`);
  });

  test("where it breaks off in the middle", async () => {
    pulumi.answer((response, file) => {
      response.writeHead(200, { "content-length": file.length });
      response.write(file.subarray(0, file.length / 2), () => response.destroy());
    });
    await fallsBack();
    expect(said).toContainEqual(expect.stringMatching(`^${cli}: not downloaded \\(.+\\)$`));
    expect(warned).toEqual([]);
  });

  test("where it ends in the middle without saying so", async () => {
    pulumi.answer((response, file) => {
      response.shouldKeepAlive = false;
      response.removeHeader("transfer-encoding");
      response.writeHead(200, { connection: "close" }).end(file.subarray(0, file.length / 2));
    });
    await fallsBack();
    expect(warned[0]).toMatch(/is not the file that is pinned/);
  });

  test("where nobody is there", async () => {
    await pulumi[Symbol.asyncDispose]();
    await fallsBack();
    expect(said).toContain(`${cli}: not downloaded (ECONNREFUSED)`);
  });

  test("where a proxy refuses", async () => {
    const refusal = new TypeError("fetch failed", {
      cause: new Error("cancelled", { cause: new Error("Proxy: 403") }),
    });
    vi.stubGlobal("fetch", () => Promise.reject(refusal));
    await fallsBack();
    expect(said).toContain(`${cli}: not downloaded (Proxy: 403)`);
  });

  test("where two runs at once ask for it", async () => {
    pulumi.answer((response) => response.writeHead(404).end());
    const both = await Promise.all(["one", "another"].map((clone) => engine(sources(), clone)));
    for (const each of both) expect(sourcesOf(each)).toEqual(allBuilt);
  });

  test("where an archive does not hold the program", async () => {
    const without = await readFile(published(`plugins/${plugin}`));
    pulumi.answer((response) => response.end(without));
    const sha256 = { [`${cli}.tar.gz`]: hashOf(without) };
    const from = sources({ archivesOf: (wanted) => archivesOf(wanted, { ...pulumi, sha256 }, "x64") });
    expect(sourcesOf(await engine(from))).toEqual(allBuilt);
    expect(said.at(-1)).toMatch(new RegExp(`^${cli}: not downloaded \\(ENOENT: .*/pulumi/pulumi'\\)$`));
  });
});
