/** A throw-away sshd on loopback, with host keys and users' keys of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { createConnection, createServer } from "node:net";
import { userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";

export interface Sshd {
  /** What a connection of @pulumi/command needs to log in. */
  readonly connection: { host: string; port: number; user: string; privateKey: string };
  /** The login key, protected by this password. */
  readonly encrypted: { privateKey: string; privateKeyPassword: string };
  /** The path of the login key. */
  readonly keyFile: string;
  /** The host's public key, as `ssh-ed25519 AAAA...`. */
  readonly hostKey: string;
  /** A public key that is not the host's. */
  readonly otherKey: string;
  stop(): void;
}

const program = "/usr/sbin/sshd";

/** Starts it in a folder of the test. Takes the variables `ESTATE_*` and `PULUMI_COMMAND_*` from clients. */
export async function startSshd(folder: string): Promise<Sshd> {
  await mkdir(folder, { recursive: true });
  const file = (name: string): string => join(folder, name);
  await Promise.all([
    key(file("host-ed25519"), "ed25519"),
    key(file("host-ecdsa"), "ecdsa"),
    key(file("login"), "ed25519"),
  ]);
  await key(file("encrypted"), "ed25519", "open sesame");
  const logins = [await readFile(file("login.pub"), "utf8"), await readFile(file("encrypted.pub"), "utf8")];
  await writeFile(file("authorized_keys"), logins.join(""));
  await chmod(folder, 0o700);
  if (process.getuid?.() === 0) await mkdir("/run/sshd", { recursive: true, mode: 0o755 });
  const port = await freePort();
  await writeFile(file("config"), configuration(folder, port));
  const child = spawn(program, ["-D", "-e", "-f", file("config")], { stdio: ["ignore", "ignore", "pipe"] });
  await listening(child, port);
  const privateKey = await readFile(file("login"), "utf8");
  const text = async (name: string): Promise<string> => (await readFile(file(name), "utf8")).trim();
  return {
    connection: { host: "127.0.0.1", port, user: userInfo().username, privateKey },
    encrypted: { privateKey: await readFile(file("encrypted"), "utf8"), privateKeyPassword: "open sesame" },
    keyFile: file("login"),
    hostKey: await text("host-ed25519.pub"),
    otherKey: await text("login.pub"),
    stop: () => child.kill(),
  };
}

function configuration(folder: string, port: number): string {
  return `Port ${port}
ListenAddress 127.0.0.1
HostKey ${folder}/host-ed25519
HostKey ${folder}/host-ecdsa
AuthorizedKeysFile ${folder}/authorized_keys
StrictModes no
UsePAM no
PasswordAuthentication no
PermitRootLogin prohibit-password
PidFile none
MaxStartups 100
AcceptEnv ESTATE_* PULUMI_COMMAND_*
Subsystem sftp internal-sftp
`;
}

async function key(file: string, type: string, password = ""): Promise<void> {
  await execa("ssh-keygen", ["-q", "-t", type, "-N", password, "-C", "", "-f", file]);
}

/** A port of loopback that nothing listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  return typeof address === "object" && address ? address.port : 0;
}

async function listening(child: ChildProcess, port: number): Promise<void> {
  let said = "";
  child.stderr?.on("data", (data) => {
    said += data;
  });
  for (let tries = 0; tries < 100; tries++) {
    if (child.exitCode !== null) throw new Error(`${program} ended: ${said}`);
    const socket = createConnection(port, "127.0.0.1");
    const open = await Promise.race([
      once(socket, "connect").then(() => true),
      once(socket, "close").then(() => false),
    ]).catch(() => false);
    socket.destroy();
    if (open) return;
    await sleep(50);
  }
  throw new Error(`${program} does not answer on port ${port}: ${said}`);
}
