/** Certificates that are given as files. */
import { expect, it } from "vitest";
import { certificateSecret, keyOf } from "../../../../apps/ingress/certificate.ts";
import { certificateFor } from "./certificates.ts";

const { chain, key } = await certificateFor("meet.example.org");
const other = await certificateFor("meet.example.org");

const messageOf = (pem: string) => {
  try {
    return keyOf(chain, pem, "ingress.key");
  } catch (error) {
    return (error as Error).message;
  }
};

it("are taken with their own key", () => {
  expect(keyOf(chain, key, "ingress.key")).toBe(key);
  expect(certificateSecret("coturn-certs", chain, key)).toMatchObject({
    ...{ type: "kubernetes.io/tls", stringData: { "tls.crt": chain, "tls.key": key } },
  });
});

it("are refused with the key of another, or with what is none, without a word of it", () => {
  const cure = "pulumi config set --secret estate:ingress.key < key.pem";
  for (const [pem, what] of [
    [other.key, "is the key of another certificate"],
    ["unique-text", "is no private key in PEM without a passphrase"],
  ] as const) {
    const message = messageOf(pem);
    expect(message).toContain(`estate:ingress.key ${what}`);
    expect(message).toContain(cure);
    expect(message).not.toMatch(/PRIVATE KEY|unique-text/);
  }
});
