/** A client of TURN over UDP: what a browser does to have its media relayed. */
import { createSocket, type Socket } from "node:dgram";
import { EventEmitter, once } from "node:events";
import type { TurnCredential } from "../../../apps/coturn/credential.ts";
import {
  type Attribute,
  attributes,
  decode,
  decodeEndpoint,
  type Endpoint,
  encode,
  encodeEndpoint,
  errorOf,
  type Login,
  type Message,
  methods,
} from "./message.ts";

const udp = Buffer.from([17, 0, 0, 0]);
const indication = 0x10;
/** What is heard of a peer: an answer that comes late must not be taken for that of the next one. */
const from = ({ address, port }: Endpoint) => `data from ${address}:${port}`;

export class TurnClient {
  readonly #server: Endpoint;
  readonly #socket: Socket;
  readonly #events = new EventEmitter();
  #login: Login | undefined;

  private constructor(server: Endpoint, socket: Socket) {
    this.#server = server;
    this.#socket = socket;
    socket.on("message", (bytes) => {
      const message = decode(bytes);
      const data = message.type === (methods.data | indication);
      this.#events.emit(
        data ? from(decodeEndpoint(message.attributes.get(attributes.peer))) : message.transaction,
        message,
      );
    });
  }

  static async open(server: Endpoint): Promise<TurnClient> {
    const socket = createSocket("udp4");
    socket.bind();
    await once(socket, "listening");
    return new TurnClient(server, socket);
  }

  /** The address that the server sees. */
  async binding(): Promise<Endpoint> {
    return decodeEndpoint((await this.#ask(methods.binding, [])).attributes.get(attributes.mapped));
  }

  /** Asks for a relay: its address, or the code of the refusal. */
  async allocate(credential: TurnCredential): Promise<Endpoint | number> {
    const first = await this.#ask(methods.allocate, [[attributes.transport, udp]]);
    if (errorOf(first) !== 401) return errorOf(first);
    const text = (type: number) => first.attributes.get(type)?.toString() ?? "";
    this.#login = { ...credential, realm: text(attributes.realm), nonce: text(attributes.nonce) };
    const answer = await this.#ask(methods.allocate, [[attributes.transport, udp]], this.#login);
    return errorOf(answer) || decodeEndpoint(answer.attributes.get(attributes.relayed));
  }

  /** Wants to exchange packets with a peer: 0, or the code of the refusal. */
  async permit(address: string): Promise<number> {
    const peer = encodeEndpoint({ address, port: 0 });
    return errorOf(await this.#ask(methods.createPermission, [[attributes.peer, peer]], this.#login));
  }

  /** Lets the relay live on: 0, or the code of the refusal. */
  async refresh(): Promise<number> {
    const lifetime = Buffer.from([0, 0, 2, 0x58]);
    return errorOf(await this.#ask(methods.refresh, [[attributes.lifetime, lifetime]], this.#login));
  }

  /** Sends to a peer through the relay, up to five times, and gives the text that comes back from there: nothing, after five seconds. */
  async echo(peer: Endpoint, text: string): Promise<string | undefined> {
    const given: Attribute[] = [
      [attributes.peer, encodeEndpoint(peer)],
      [attributes.data, Buffer.from(text)],
    ];
    const { bytes } = encode(methods.send | indication, given);
    return (await this.#insist(bytes, from(peer)))?.attributes.get(attributes.data)?.toString();
  }

  close(): void {
    this.#socket.close();
  }

  async #ask(method: number, given: readonly Attribute[], login?: Login): Promise<Message> {
    const { bytes, transaction } = encode(method, given, login);
    const message = await this.#insist(bytes, transaction);
    if (message) return message;
    throw new Error(`${this.#server.address}:${this.#server.port} does not answer`);
  }

  /** Sends up to five times: UDP loses packets, and who is to answer may still be starting. */
  async #insist(bytes: Buffer, event: string): Promise<Message | undefined> {
    for (let attempt = 0; attempt < 5; attempt++) {
      const answer = this.#next(event, 1000);
      this.#send(bytes);
      const message = await answer;
      if (message) return message;
    }
    return undefined;
  }

  async #next(event: string, milliseconds: number): Promise<Message | undefined> {
    const heard = once(this.#events, event, { signal: AbortSignal.timeout(milliseconds) });
    const [message] = await heard.catch(() => []);
    return message as Message | undefined;
  }

  #send(bytes: Buffer): void {
    this.#socket.send(bytes, this.#server.port, this.#server.address);
  }
}
