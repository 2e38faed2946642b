import { chown, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { ensureObjects } from "../../../local/objects/objects.ts";
import { place } from "../../../local/place.ts";
import { type Backend, serve } from "./server.ts";

/** Stands in the address of the database; it is never to be seen. */
export const databasePassword = "unique-password-of-the-state";

/** A folder of this machine. */
export async function folderBackend(): Promise<Backend> {
  const folder = await mkdtemp(join(tmpdir(), "estate-state-file-"));
  return { url: `file://${folder}`, environment: {}, stop: async () => rm(folder, { recursive: true, force: true }) };
}

/** A real PostgreSQL with a database and a role for the state, as Debian has it. It refuses to be root. */
export async function postgresBackend(): Promise<Backend> {
  const folder = await mkdtemp(join(tmpdir(), "estate-state-postgres-"));
  const programs = await newestPostgres();
  const owner = process.getuid?.() === 0 ? await ids("postgres") : undefined;
  if (owner) await chown(folder, owner.uid, owner.gid);
  const data = join(folder, "data");
  const passwords = join(folder, "password");
  await writeFile(passwords, databasePassword, { mode: 0o644 });
  const flags = ["--username", "estate", "--auth", "scram-sha-256", "--encoding", "UTF8", "--no-locale", "--no-sync"];
  await execa(join(programs, "initdb"), ["--pgdata", data, "--pwfile", passwords, ...flags], { ...owner, cwd: folder });
  const port = await freePort();
  const settings = ["listen_addresses=127.0.0.1", `port=${port}`, `unix_socket_directories=${folder}`, "fsync=off"];
  const args = ["-D", data, ...settings.flatMap((setting) => ["-c", setting])];
  const stop = await serve(join(programs, "postgres"), args, port, owner);
  const environment = { PGPASSWORD: databasePassword };
  const make = ["--host", "127.0.0.1", "--port", String(port), "--username", "estate", "estate"];
  await execa(join(programs, "createdb"), make, { env: environment });
  return {
    url: `postgres://estate:${databasePassword}@127.0.0.1:${port}/estate?sslmode=disable`,
    environment: {},
    stop: async () => {
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A real server of the S3 API over a folder, with a bucket for the state. */
export async function s3Backend(): Promise<Backend> {
  const folder = await mkdtemp(join(tmpdir(), "estate-state-s3-"));
  const { server } = await ensureObjects(place(), () => undefined);
  const [objects, about] = [join(folder, "objects"), join(folder, "about")];
  await mkdir(join(objects, "estate-state"), { recursive: true });
  await mkdir(about);
  const port = await freePort();
  const env = { ...process.env, ROOT_ACCESS_KEY_ID: "estate", ROOT_SECRET_ACCESS_KEY: "unique-key-of-the-state" };
  const args = ["--port", `127.0.0.1:${port}`, "--quiet", "posix", "--sidecar", about, objects];
  const stop = await serve(server, args, port, { env });
  return {
    url: `s3://estate-state?endpoint=http://127.0.0.1:${port}&region=us-east-1&s3ForcePathStyle=true`,
    environment: {
      ...{ AWS_ACCESS_KEY_ID: "estate", AWS_SECRET_ACCESS_KEY: "unique-key-of-the-state" },
      ...{ AWS_REQUEST_CHECKSUM_CALCULATION: "when_required", AWS_RESPONSE_CHECKSUM_VALIDATION: "when_required" },
    },
    stop: async () => {
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Debian keeps the programs of each major version in a folder of their own. */
async function newestPostgres(): Promise<string> {
  const root = "/usr/lib/postgresql";
  const newest = (await readdir(root)).map(Number).sort((a, b) => b - a)[0];
  return join(root, String(newest), "bin");
}

async function ids(user: string): Promise<{ uid: number; gid: number }> {
  const [uid, gid] = await Promise.all(
    ["-u", "-g"].map(async (flag) => Number((await execa("id", [flag, user])).stdout)),
  );
  return { uid: uid ?? 0, gid: gid ?? 0 };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
