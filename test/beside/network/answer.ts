/** Answers on TCP and UDP ports of the namespace it runs in: its name, and who asked. Usage: answer.ts NAME PORT... */
import { createSocket } from "node:dgram";
import { createServer } from "node:net";

const [name = "", ...ports] = process.argv.slice(2);
for (const port of ports.map(Number)) {
  const tcp = createServer((connection) => {
    connection.on("error", () => connection.destroy());
    connection.end(`${name} ${connection.remoteAddress?.replace("::ffff:", "")}\n`);
  });
  tcp.listen(port, "::");
  const udp = createSocket("udp4", (_, from) => udp.send(`${name} ${from.address}\n`, from.port, from.address));
  udp.bind(port);
}
