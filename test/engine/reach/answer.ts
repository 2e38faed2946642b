/** Answers UDP on the ports of its arguments, and TCP where nothing else does; says `ready` when it does. Runs in a host's namespace. */
import { createSocket } from "node:dgram";
import { createServer } from "node:net";

const ports = process.argv.slice(2).map(Number);
await Promise.all(ports.flatMap((port) => [answerTcp(port), answerUdp(port)]));
process.stdout.write("ready\n");

/** A port that a program of the host has is as good: somebody answers. */
function answerTcp(port: number): Promise<unknown> {
  return new Promise((resolve) => {
    const server = createServer((connection) => connection.on("error", () => undefined).end());
    server.once("error", resolve).listen(port, "0.0.0.0", () => resolve(undefined));
  });
}

function answerUdp(port: number): Promise<unknown> {
  return new Promise((resolve) => {
    const socket = createSocket("udp4", (_, from) => socket.send("!", from.port, from.address));
    socket.once("error", resolve).bind(port, () => resolve(undefined));
  });
}
