import { describe, expect, it } from "vitest";
import { fingerprintOf, readPublicKey } from "../../../stacks/publicKey.ts";
import { keys } from "./administrators.ts";

/** Made by `ssh-keygen -t rsa -b 2048` and `-b 1024`. */
const rsa = {
  long: "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQC7pXgM4pz/PLhL0zCW3VNYcGQTiAh5SwXtdgMx/RdUTSH+zNg1O+xekuElDSkTToO1NWUHY6Au0HrcP1XfZKIsFN/nA5LL0vNXg7oIwsl0BYC+12TukfEAt4g5Vc5rAfLmy1NHyK2e9FrtVaGMiWheM7yl9UNvYCBJqXvGQDed5KgEitQ9Ly3NOP7PWGjjmr+YSb/H1JLQ2iq0hc9U17Fx3ccECzW77STe8cGZ4ULv/kAuvN9mFNBwuql3W7VzK/YgXZHjY2YmvxxSOpgvcaXggEGV7NbZYuDAZQj/a54KegWujXGPz5iikuUQxspN7lAeIkGJHsMznRB6LyxrpTR/ long",
  short:
    "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQDKQIx3MYeDMLkEcxBpEtuFq5JXx7buEJXQMd1NLWUkKc7oCNyB88nhfMfZXCzH2FZqGxQ0yLUuhkMnl0RdkJ5wPoct9xi6Z7iLXkT3XCm2oZlYM4NsunHDsHujw2e6POiaAA4ubYk/bN54YmN37NeNOgK4KdvTe2b7M2fAuaQ9hw== short",
};

const field = (value: Buffer | string) => {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
};
/** A line whose parts are what they are said to be. */
const line = (type: string, ...parts: (Buffer | string)[]) =>
  `${type} ${Buffer.concat([type, ...parts].map(field)).toString("base64")}`;
const point = (length: number) => Buffer.alloc(length, 4);

describe("public keys", () => {
  it.each([
    ["ed25519", keys.anna],
    ["ecdsa", keys.ben],
    ["rsa", rsa.long],
    ["a longer curve", line("ecdsa-sha2-nistp521", "nistp521", point(133))],
    ["a hardware key", line("sk-ssh-ed25519@openssh.com", point(32), "ssh:")],
    ["a hardware key on a curve", line("sk-ecdsa-sha2-nistp256@openssh.com", "nistp256", point(65), "ssh:")],
  ])("of %s are read, with and without a comment", (_, text) => {
    const [type, blob] = text.split(" ");
    expect(readPublicKey(text)).toEqual({ type, blob });
    expect(readPublicKey(`  ${type} ${blob}\n`)).toEqual({ type, blob });
    expect(readPublicKey(`${type} ${blob} Änne Müller, on call`)).toEqual({ type, blob });
  });

  it.each([
    ["nothing", ""],
    ["a type alone", "ssh-ed25519"],
    ["a key that is cut off", keys.anna.slice(0, 60)],
    ["a key of another type than it says", keys.anna.replace("ssh-ed25519", "ssh-rsa")],
    ["options before it", `command="rm -rf /" ${keys.anna}`],
    ["two keys", `${keys.anna}\n${keys.ben}`],
    ["a comment that goes on in another line", `${keys.anna}\rssh-rsa AAAA`],
    ["a point of another length", line("ssh-ed25519", point(31))],
    ["a curve of another name", line("ecdsa-sha2-nistp256", "nistp384", point(65))],
    ["more than there should be", line("ssh-ed25519", point(32), "more")],
    ["rsa of 1024 bits", rsa.short],
    ["dsa, which sshd no longer takes", line("ssh-dss", point(128), point(20), point(128), point(128))],
    ["a certificate", line("ssh-ed25519-cert-v01@openssh.com", point(32), point(32))],
    ["a private key", "-----BEGIN OPENSSH PRIVATE KEY-----"],
    ["a name that every object has", line("constructor", point(32))],
  ])("are not: %s", (_, text) => expect(readPublicKey(text)).toBeUndefined());

  it("have the fingerprint that ssh-keygen shows", () => {
    const of = (text: string) => fingerprintOf(readPublicKey(text) ?? expect.fail());
    expect(of(keys.anna)).toBe("SHA256:OG8k0i/vloOqg/X0Aoyab0DHB4DlUtFcLar1CILUr2c");
    expect(of(keys.ben)).toBe("SHA256:tohTFEtOmdRh3Us3DM4zrx2c+ihI72yFvjjN03Nm0oM");
  });
});
