/** What is tried with a real turnserver, in this order, on one that runs all the time. Each has a client that stays: its relay must live. */
import { strict as assert } from "node:assert";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { connect } from "node:tls";
import { execa } from "execa";
import { type TurnCredential, timeLimitedCredential } from "../../../apps/coturn/credential.ts";
import { peersOf } from "../../../apps/coturn/hosts.ts";
import { turnPorts } from "../../../apps/coturn/names.ts";
import { turnSecrets } from "../../../apps/coturn/secrets.ts";
import { TurnClient } from "./client.ts";
import { type Endpoint, encode, methods } from "./message.ts";
import { hosts } from "./network.ts";
import { seed, type TurnServer } from "./server.ts";

export interface Lab {
  readonly turn: TurnServer;
  /** A client whose relay was there before anything changed. */
  readonly live: TurnClient;
}

export const echoPort = 20_000;
const first = { generation: 0, revoked: -1 };
const second = { generation: 1, revoked: -1 };
const plain: Endpoint = { address: hosts.turn.announced, port: turnPorts.plain };
const bbb = peersOf([hosts.bbb]);

const hour = () => Date.now() / 1000 + 3600;
export const credentialOf = (generation: number, until = hour()): TurnCredential =>
  timeLimitedCredential(turnSecrets(seed, { generation, revoked: generation - 1 })[0] ?? "", until);

/** Tries until it is so, for half a minute: coturn looks for peers every five seconds. */
export async function soon(is: () => Promise<boolean>, what: string): Promise<void> {
  for (let attempt = 0; attempt < 60; attempt++) {
    if (await is()) return;
    await sleep(500);
  }
  throw new Error(`it did not come to that in half a minute: ${what}`);
}

/** What a new client is answered that asks for a relay: its address, or a code. */
async function asked(credential: TurnCredential): Promise<Endpoint | number> {
  const client = await TurnClient.open(plain);
  try {
    return await client.allocate(credential);
  } finally {
    client.close();
  }
}

async function relays(client: TurnClient, address: string): Promise<boolean> {
  if ((await client.permit(address)) !== 0) return false;
  return (await client.echo({ address, port: echoPort }, "media")) === "media";
}

/** The name in the certificate on 443, and whether a STUN binding is answered behind it. */
async function secured(): Promise<{ readonly name: unknown; readonly answer: number }> {
  const socket = connect({ host: hosts.turn.announced, port: turnPorts.tls, rejectUnauthorized: false });
  try {
    await new Promise((resolve, reject) => socket.once("secureConnect", resolve).once("error", reject));
    socket.write(encode(methods.binding, []).bytes);
    const bytes = await new Promise<Buffer>((resolve, reject) => socket.once("data", resolve).once("error", reject));
    return { name: socket.getPeerCertificate().subject.CN, answer: bytes.readUInt16BE(0) };
  } finally {
    socket.destroy();
  }
}

export const scenarios: Readonly<Record<string, (lab: Lab) => Promise<void>>> = {
  "answers a STUN binding from outside, by its floating IP": async ({ turn }) => {
    const client = await TurnClient.open(plain);
    assert.equal((await client.binding()).address, "198.51.100.7");
    client.close();
    assert.equal(await turn.ready(), true);
  },
  "gives a relay that others are told by the floating IP, in the ports that are open for it": async () => {
    const relay = await asked(credentialOf(0));
    assert.ok(typeof relay === "object", `refused with ${relay}`);
    assert.equal(relay.address, hosts.turn.announced);
    assert.ok(relay.port >= 32_769 && relay.port <= 65_535);
  },
  "refuses a credential that has run out, one of another secret, and none": async () => {
    assert.equal(await asked(credentialOf(0, Date.now() / 1000 - 60)), 401);
    assert.equal(await asked(timeLimitedCredential("guessed", hour())), 401);
    assert.equal(await asked({ username: "", password: "" }), 401);
  },
  "relays to a bbb host by both of its addresses, and back": async ({ live }) => {
    assert.equal(await relays(live, hosts.bbb.fixed), true);
    assert.equal(await relays(live, hosts.bbb.announced), true);
  },
  "refuses every peer that is no bbb host": async ({ live }) => {
    const peers = [hosts.other.fixed, hosts.other.announced, hosts.turn.fixed, hosts.turn.announced, "127.0.0.1"];
    for (const peer of [...peers, "169.254.169.254", "198.51.100.7", "10.20.0.1"])
      assert.equal(await live.permit(peer), 403, peer);
  },
  "relays to a new bbb host without being restarted, and no more to one that left": async ({ live, turn }) => {
    const pid = await turn.pid();
    await turn.allow(peersOf([hosts.bbb, hosts.other]), first);
    await soon(() => relays(live, hosts.other.fixed), "a new peer is allowed");
    assert.equal(await relays(live, hosts.bbb.fixed), true);
    await turn.allow(bbb, first);
    await soon(async () => (await live.permit(hosts.other.fixed)) === 403, "a peer that left is refused");
    assert.equal(await relays(live, hosts.bbb.fixed), true);
    assert.equal(await turn.pid(), pid);
  },
  "takes the next secret before it is in use, and the one before until it is revoked": async ({ live, turn }) => {
    assert.equal(typeof (await asked(credentialOf(1))), "object");
    assert.equal(await asked(credentialOf(2)), 401);
    await turn.allow(bbb, second);
    await soon(async () => typeof (await asked(credentialOf(2))) === "object", "the secret after that is taken");
    assert.equal(typeof (await asked(credentialOf(0))), "object");
    await turn.allow(bbb, { ...second, revoked: 0 });
    await soon(async () => (await asked(credentialOf(0))) === 401, "the revoked secret is refused");
    assert.equal(typeof (await asked(credentialOf(1))), "object");
    assert.equal(await live.refresh(), 0, "a relay that was made with the revoked one lives on");
    assert.equal(await relays(live, hosts.bbb.fixed), true);
  },
  "keeps what it allows where the file is not whole": async ({ live, turn }) => {
    await turn.pod.mount("allowed", { "allowed.json": '{ "realm": "estate.test", "secrets": [] }' });
    await sleep(7000);
    assert.equal(typeof (await asked(credentialOf(1))), "object");
    assert.equal(await relays(live, hosts.bbb.fixed), true);
    await turn.allow(bbb, { ...second, revoked: 0 });
  },
  "takes a renewed certificate on 443, and no relay ends": async ({ live, turn }) => {
    assert.deepEqual(await secured(), { name: "old.example.org", answer: 0x0101 });
    await turn.certify("new.example.org");
    await soon(async () => (await secured()).name === "new.example.org", "the new certificate is shown");
    assert.equal(await relays(live, hosts.bbb.fixed), true);
  },
  "is not ended by a drain that it does not know": async ({ live, turn }) => {
    const status = await execa("grep", ["SigCgt", `/proc/${await turn.pid()}/status`]);
    const knows = (BigInt(`0x${status.stdout.split(/\s+/)[1]}`) & 0x200n) !== 0n;
    assert.equal(knows, false, "this turnserver can be drained: have this scenario drain it");
    assert.deepEqual(await turn.drain(), {
      ...{ exitCode: 0, text: "This turnserver cannot be drained: coturn can from 4.7 on." },
    });
    assert.equal(await relays(live, hosts.bbb.fixed), true);
  },
  "is waited for, once it was asked to drain": async ({ turn }) => {
    const run = await turn.pod.mkdir("standin");
    const program = 'trap "sleep 2; echo drained >asked; exit 0" USR1; while :; do sleep 0.1; done';
    const standIn = execa("setpriv", ["--reuid=65534", "--clear-groups", "bash", "-c", program], {
      ...{ cwd: run, reject: false },
    });
    await sleep(500);
    await writeFile(join(run, "turnserver.pid"), String(standIn.pid));
    // it is nobody's child here, and so not waited for as long as it is a zombie
    const [drained] = await Promise.all([turn.drain(run), standIn]);
    assert.deepEqual(drained, { exitCode: 0, text: "" });
    assert.equal((await execa("cat", [join(run, "asked")])).stdout, "drained");
  },
};
