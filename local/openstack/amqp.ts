import { connect, type Socket } from "node:net";

/** Where a broker listens, and who may log in. */
export interface Broker {
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

/**
 * How many consumers a queue has; 0 when there is no such queue. On loopback, in AMQP 0-9-1.
 *
 * It is how one knows that a service without an API of its own listens. Rejects when the broker does not answer.
 */
export async function consumers(queue: string, { port, user, password }: Broker): Promise<number> {
  const socket = connect({ host: "127.0.0.1", port });
  socket.setTimeout(3000, () => socket.destroy(new Error(`the broker on port ${port} does not answer`)));
  try {
    const methods = readMethods(socket);
    const next = async (): Promise<Method> => {
      const { value } = await methods.next();
      if (!value) throw new Error(`the broker on port ${port} closed the connection`);
      return value;
    };
    socket.write("AMQP\0\0\x09\x01");
    await next();
    const answer = longString(`\0${user}\0${password}`);
    socket.write(method(0, 10, 11, longString(""), shortString("PLAIN"), answer, shortString("en_US")));
    const tune = await next();
    // its own limits, and no heartbeats: this connection lives for a moment
    socket.write(method(0, 10, 31, tune.arguments.subarray(0, 6), Buffer.from([0, 0])));
    socket.write(method(0, 10, 40, shortString("/"), shortString(""), Buffer.from([0])));
    await next();
    socket.write(method(1, 20, 10, shortString("")));
    await next();
    // passive: tells of the queue, does not make one
    socket.write(method(1, 50, 10, Buffer.from([0, 0]), shortString(queue), Buffer.from([1]), longString("")));
    const told = await next();
    // farewell: the broker writes a warning about whoever just leaves
    socket.write(method(0, 10, 50, Buffer.from([0, 200]), shortString(""), Buffer.alloc(4)));
    await next();
    return told.kind === 50 && told.number === 11 ? told.arguments.readUInt32BE(told.arguments.length - 4) : 0;
  } finally {
    socket.destroy();
  }
}

interface Method {
  readonly kind: number;
  readonly number: number;
  readonly arguments: Buffer;
}

/** A frame: type 1, channel, length, payload, end mark. */
function method(channel: number, kind: number, number: number, ...parts: readonly Buffer[]): Buffer {
  const payload = Buffer.concat([Buffer.from([0, kind, 0, number]), ...parts]);
  const head = Buffer.alloc(7);
  head.writeUInt8(1, 0);
  head.writeUInt16BE(channel, 1);
  head.writeUInt32BE(payload.length, 3);
  return Buffer.concat([head, payload, Buffer.from([0xce])]);
}

async function* readMethods(socket: Socket): AsyncGenerator<Method> {
  let rest = Buffer.alloc(0);
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 8 && rest.length >= rest.readUInt32BE(3) + 8) {
      const length = rest.readUInt32BE(3);
      const payload = rest.subarray(7, 7 + length);
      if (rest[0] === 1)
        yield { kind: payload.readUInt16BE(0), number: payload.readUInt16BE(2), arguments: payload.subarray(4) };
      rest = rest.subarray(length + 8);
    }
  }
}

function shortString(text: string): Buffer {
  return Buffer.concat([Buffer.from([Buffer.byteLength(text)]), Buffer.from(text)]);
}

function longString(text: string): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(Buffer.byteLength(text));
  return Buffer.concat([length, Buffer.from(text)]);
}
