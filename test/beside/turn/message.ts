/** Messages of STUN and TURN, as far as a test of a server needs them (RFC 8489, RFC 8656; IPv4 only). */
import { createHash, createHmac, randomBytes } from "node:crypto";
import type { TurnCredential } from "../../../apps/coturn/credential.ts";

const cookie = 0x2112a442;

export const methods = { binding: 1, allocate: 3, refresh: 4, send: 6, data: 7, createPermission: 8 } as const;
export const attributes = {
  ...{ username: 0x06, integrity: 0x08, error: 0x09, lifetime: 0x0d, peer: 0x12, data: 0x13, realm: 0x14 },
  ...{ nonce: 0x15, relayed: 0x16, transport: 0x19, mapped: 0x20 },
} as const;

export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

export type Attribute = readonly [type: number, value: Buffer];

export interface Message {
  /** As it is on the wire: the method with the class. */
  readonly type: number;
  readonly transaction: string;
  readonly attributes: ReadonlyMap<number, Buffer>;
}

/** What authenticates a request: the credential, and what the server said of itself. */
export interface Login extends TurnCredential {
  readonly realm: string;
  readonly nonce: string;
}

function header(type: number, length: number, transaction: Buffer): Buffer {
  const bytes = Buffer.alloc(20);
  bytes.writeUInt16BE(type, 0);
  bytes.writeUInt16BE(length, 2);
  bytes.writeUInt32BE(cookie, 4);
  transaction.copy(bytes, 8);
  return bytes;
}

function encodeAttribute([type, value]: Attribute): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16BE(type, 0);
  head.writeUInt16BE(value.length, 2);
  return Buffer.concat([head, value, Buffer.alloc(-value.length & 3)]);
}

/** The bytes of a message, and its transaction. */
export function encode(type: number, given: readonly Attribute[], login?: Login) {
  const transaction = randomBytes(12);
  const who: Attribute[] = login
    ? [
        [attributes.username, Buffer.from(login.username)],
        [attributes.realm, Buffer.from(login.realm)],
        [attributes.nonce, Buffer.from(login.nonce)],
      ]
    : [];
  const body = Buffer.concat([...given, ...who].map(encodeAttribute));
  const bytes = Buffer.concat([header(type, body.length, transaction), body]);
  return { bytes: login ? sign(bytes, login) : bytes, transaction: transaction.toString("hex") };
}

/** The length that is signed counts the signature itself. */
function sign(bytes: Buffer, { username, realm, password }: Login): Buffer {
  const key = createHash("md5").update(`${username}:${realm}:${password}`).digest();
  const counted = Buffer.from(bytes);
  counted.writeUInt16BE(bytes.length - 20 + 24, 2);
  const signature = createHmac("sha1", key).update(counted).digest();
  return Buffer.concat([counted, encodeAttribute([attributes.integrity, signature])]);
}

export function decode(bytes: Buffer): Message {
  const found = new Map<number, Buffer>();
  for (let at = 20; at + 4 <= bytes.length; ) {
    const [type, length] = [bytes.readUInt16BE(at), bytes.readUInt16BE(at + 2)];
    found.set(type, bytes.subarray(at + 4, at + 4 + length));
    at += 4 + length + (-length & 3);
  }
  return { type: bytes.readUInt16BE(0), transaction: bytes.subarray(8, 20).toString("hex"), attributes: found };
}

/** An address as it is in an XOR attribute. */
export function encodeEndpoint({ address, port }: Endpoint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt8(1, 1);
  bytes.writeUInt16BE(port ^ (cookie >>> 16), 2);
  const number = address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
  bytes.writeUInt32BE((number ^ cookie) >>> 0, 4);
  return bytes;
}

export function decodeEndpoint(bytes: Buffer | undefined): Endpoint {
  if (!bytes) throw new Error("the answer has no such address");
  const number = (bytes.readUInt32BE(4) ^ cookie) >>> 0;
  const address = [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join(".");
  return { address, port: bytes.readUInt16BE(2) ^ (cookie >>> 16) };
}

/** The code of an error answer; 0 of a success. */
export function errorOf({ type, attributes: all }: Message): number {
  if ((type & 0x0110) === 0x0100) return 0;
  const error = all.get(attributes.error);
  if (!error) throw new Error("neither a success nor an error");
  return error.readUInt8(2) * 100 + error.readUInt8(3);
}
