/** Answers UDP on the ports of its arguments, and TCP where nothing else does; says `ready` when it does. Runs in a host's namespace. */
import { createSocket } from "node:dgram";
import { createServer } from "node:net";
import { execa } from "execa";

const ports = process.argv.slice(2).map(Number);
const table = "ip estate-test-answer";
/** Ports whose UDP the kernel has: that of the overlay. It does not answer questions, so they are led to another port. */
const aside = new Map<number, number>();
await Promise.all(ports.flatMap((port) => [answerTcp(port), answerUdp(port)]));
if (aside.size > 0) await leadAside();
process.stdout.write("ready\n");

/** A port that a program of the host has is as good: somebody answers. */
function answerTcp(port: number): Promise<unknown> {
  return new Promise((resolve) => {
    const server = createServer((connection) => connection.on("error", () => undefined).end());
    server.once("error", resolve).listen(port, "0.0.0.0", () => resolve(undefined));
  });
}

function answerUdp(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = createSocket("udp4", (_, from) => socket.send("!", from.port, from.address));
    socket
      .once("error", ({ code }: NodeJS.ErrnoException) => {
        if (code !== "EADDRINUSE") return reject(new Error(`UDP port ${port} cannot be opened: ${code}`));
        const other = createSocket("udp4", (_, from) => other.send("!", from.port, from.address));
        other.once("error", reject).bind(0, () => {
          aside.set(port, other.address().port);
          resolve();
        });
      })
      .bind(port, () => resolve());
  });
}

/**
 * Leads questions aside, which begin with a question mark; what pods send each other never does. Security groups have seen
 * them by then, on the port that was asked.
 */
async function leadAside(): Promise<void> {
  const rules = [...aside].map(([port, other]) => `udp dport ${port} @th,64,8 0x3f redirect to :${other}`);
  const chain = ["type nat hook prerouting priority dstnat; policy accept;", ...rules].join("\n");
  await execa("nft", ["-f", "-"], {
    // a brace that closes stands on a line of its own
    input: `table ${table}\ndelete table ${table}\ntable ${table} {\nchain in {\n${chain}\n}\n}\n`,
  });
  process.once(
    "SIGTERM",
    () => void execa("nft", ["delete", "table", ...table.split(" ")]).finally(() => process.exit(0)),
  );
}
