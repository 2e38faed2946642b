/** Tries connections from the namespace it runs in. Reads a JSON list of `Attempt` from standard input, writes one of booleans. */
import { createSocket } from "node:dgram";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { execa } from "execa";
import type { Attempt } from "./attempt.ts";

const attempts = JSON.parse(await text(process.stdin)) as readonly Attempt[];
/** Seconds after which nobody answers: the machine may be busy, and all attempts run at once. */
const patience = 4;
const tries = { tcp, udp, icmp } as const;
const results = await Promise.all(attempts.map((attempt) => tries[attempt.protocol](attempt)));
process.stdout.write(JSON.stringify(results));

function tcp({ address: host, port, source }: Attempt): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, ...(source ? { localAddress: source } : {}) });
    const end = (open: boolean) => {
      socket.destroy();
      resolve(open);
    };
    socket.setTimeout(patience * 1000, () => end(false));
    // one that nobody listens on says so, if its refusal gets through: that is open as well
    socket
      .once("connect", () => end(true))
      .once("error", ({ code }: NodeJS.ErrnoException) => end(code === "ECONNREFUSED"));
  });
}

function udp({ address, port, source }: Attempt): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket("udp4");
    const send = () => socket.send("?", port, address);
    const again = setInterval(send, 500);
    const end = (open: boolean) => {
      clearInterval(again);
      clearTimeout(limit);
      socket.close();
      resolve(open);
    };
    const limit = setTimeout(() => end(false), patience * 1000);
    socket.once("message", () => end(true)).once("error", () => end(false));
    socket.bind({ address: source ?? "0.0.0.0" }, send);
  });
}

async function icmp({ address, source }: Attempt): Promise<boolean> {
  const from = source ? ["-I", source] : [];
  return !(await execa("ping", ["-c", "1", "-W", String(patience), ...from, address], { reject: false })).failed;
}
