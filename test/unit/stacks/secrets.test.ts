import { createPublicKey, X509Certificate } from "node:crypto";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { generateSecrets } from "../../../cli/secrets.ts";
import { renderKubeconfig } from "../../../stacks/kubeconfig.ts";
import { hostKeyPair, publicKeyOf, sshKeyPair } from "../../../stacks/openssh.ts";
import { secretNames } from "../../../stacks/secrets.ts";

const secrets = await generateSecrets({});

describe("the secrets of an estate", () => {
  it("are all there, each another", () => {
    expect(Object.keys(secrets)).toEqual([...secretNames]);
    expect(new Set(Object.values(secrets)).size).toBe(secretNames.length);
    expect(Object.values(secrets).every((value) => value.length > 40)).toBe(true);
  });

  it("stay what they are when they exist", async () => {
    expect(await generateSecrets(secrets)).toEqual(secrets);
  });

  it("are completed, the rest untouched", async () => {
    const { agentToken, ...rest } = secrets;
    const again = await generateSecrets(rest);
    expect(again.agentToken).not.toBe(agentToken);
    expect({ ...again, agentToken }).toEqual(secrets);
  });

  it("have the administrator's certificate signed by the client authority", () => {
    const [authority, admin] = [new X509Certificate(secrets.clientCaCert), new X509Certificate(secrets.adminCert)];
    expect(admin.verify(authority.publicKey)).toBe(true);
    expect(admin.subject).toContain("O=system:masters");
    expect(authority.ca).toBe(true);
    const key = createPublicKey(secrets.adminKey).export({ type: "spki", format: "pem" });
    expect(admin.publicKey.export({ type: "spki", format: "pem" })).toBe(key);
  });

  it("make a new administrator with a new client authority", async () => {
    const { clientCaKey, ...rest } = secrets;
    const again = await generateSecrets(rest);
    expect(new X509Certificate(again.adminCert).verify(new X509Certificate(again.clientCaCert).publicKey)).toBe(true);
    expect([again.clientCaKey, again.adminCert]).not.toContain(clientCaKey);
    expect(again.serverCaCert).toBe(secrets.serverCaCert);
  });

  it("make a kubeconfig", () => {
    const config = parse(
      renderKubeconfig({ name: "estate", api: { name: "api.estate.test", internalName: "x", port: 6443 } }, secrets),
    );
    expect(config.clusters[0].cluster.server).toBe("https://api.estate.test:6443");
    expect(Buffer.from(config.users[0].user["client-key-data"], "base64").toString()).toBe(secrets.adminKey);
  });
});

describe("SSH keys", () => {
  const pair = sshKeyPair(Buffer.alloc(32, 1), "estate");

  it("are written as ssh-keygen writes them", () => {
    // made by: ssh-keygen -y, from the private key of this pair
    expect(pair.publicKey).toBe(
      "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c estate",
    );
    expect(pair.privateKey).toMatch(/^-----BEGIN OPENSSH PRIVATE KEY-----\n/);
    expect(publicKeyOf(pair.privateKey)).toBe(pair.publicKey);
  });

  it("of hosts are another for each host, and the same each time", () => {
    const seed = Buffer.alloc(32, 2).toString("base64");
    expect(hostKeyPair(seed, "bbb-01")).toEqual(hostKeyPair(seed, "bbb-01"));
    expect(hostKeyPair(seed, "bbb-01").publicKey.split(" ")[1]).not.toBe(
      hostKeyPair(seed, "bbb-02").publicKey.split(" ")[1],
    );
  });

  it("of another kind are refused", () => {
    expect(() => publicKeyOf("-----BEGIN X-----\nAAAA\n-----END X-----")).toThrow("not an Ed25519 key");
  });
});
