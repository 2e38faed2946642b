import { randomBytes } from "node:crypto";
import { createSocket } from "node:dgram";

/** Of every STUN message since RFC 5389. */
const cookie = 0x2112a442;
const bindingRequest = 0x0001;
const bindingSuccess = 0x0101;
const xorMappedAddress = 0x0020;
const header = 20;

/** A binding request: the server tells the address from which it came. */
export function bindingMessage(transaction: Buffer): Buffer {
  const message = Buffer.alloc(header);
  message.writeUInt16BE(bindingRequest, 0);
  message.writeUInt32BE(cookie, 4);
  transaction.copy(message, 8, 0, 12);
  return message;
}

/** The IPv4 address that a binding's answer tells; nothing if it is not the answer to this transaction. */
export function addressIn(message: Buffer, transaction: Buffer): string | undefined {
  const ours = message.length >= header && message.subarray(8, header).equals(transaction);
  if (!ours || message.readUInt16BE(0) !== bindingSuccess || message.readUInt32BE(4) !== cookie) return undefined;
  const end = Math.min(message.length, header + message.readUInt16BE(2));
  for (let at = header; at + 4 <= end; ) {
    const [type, length] = [message.readUInt16BE(at), message.readUInt16BE(at + 2)];
    if (type === xorMappedAddress && length === 8 && at + 12 <= end && message[at + 5] === 1) {
      const address = (message.readUInt32BE(at + 8) ^ cookie) >>> 0;
      return [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join(".");
    }
    // attributes are padded to four bytes
    at += 4 + Math.ceil(length / 4) * 4;
  }
  return undefined;
}

/** Why a STUN server does not answer over UDP within so many milliseconds; nothing if it does. */
export async function stunTrouble(host: string, port: number, milliseconds = 3000): Promise<string | undefined> {
  const transaction = randomBytes(12);
  const socket = createSocket("udp4");
  const timers: NodeJS.Timeout[] = [];
  try {
    return await new Promise<string | undefined>((resolve) => {
      const send = () =>
        socket.send(bindingMessage(transaction), port, host, (error) => error && resolve(error.message));
      socket.on("error", (error) => resolve(error.message));
      socket.on("message", (message) => addressIn(message, transaction) && resolve(undefined));
      timers.push(setTimeout(() => resolve(`${host}:${port} gave no STUN answer`), milliseconds));
      // a datagram may be lost
      timers.push(setInterval(send, milliseconds / 3));
      send();
    });
  } finally {
    for (const timer of timers) clearTimeout(timer);
    socket.close();
  }
}
