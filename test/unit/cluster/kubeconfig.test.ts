import { beforeAll, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { readKubeconfig } from "../../../cli/cluster/kubeconfig.ts";
import { issueClient, newAuthority } from "../../../cli/pki.ts";
import { renderKubeconfig } from "../../../stacks/kubeconfig.ts";

const base64 = (text: string) => Buffer.from(text).toString("base64");
const [ca, cert, key] = ["CERTIFICATE", "CERTIFICATE", "EC PRIVATE KEY"].map((kind) => `-----BEGIN ${kind}-----\n`);
const right = {
  "current-context": "a",
  contexts: [{ name: "a", context: { cluster: "b", user: "c" } }],
  clusters: [{ name: "b", cluster: { server: "https://api:6443", "certificate-authority-data": base64(ca ?? "") } }],
  users: [{ name: "c", user: { "client-certificate-data": base64(cert ?? ""), "client-key-data": base64(key ?? "") } }],
};

describe("a kubeconfig", () => {
  let rendered: string;
  let expected: object;
  beforeAll(async () => {
    const authority = await newAuthority("ca");
    const admin = await issueClient(authority, { commonName: "admin", group: "system:masters" });
    const secrets = {
      ...{ serverCaCert: authority.certificatePem, adminCert: admin.certificatePem, adminKey: admin.keyPem },
    };
    rendered = renderKubeconfig({ name: "test", api: { name: "api.example.org", port: 6443 } as never }, secrets);
    const { certificatePem: clientCert, keyPem: clientKey } = admin;
    expected = { caCert: authority.certificatePem, clientCert, clientKey };
  });

  it("that the estate writes is read as it was meant", () => {
    const { server, ...rest } = readKubeconfig(rendered);
    expect(server.href).toBe("https://api.example.org:6443/");
    expect(rest).toEqual(expected);
  });

  it("of several contexts is read for the current one", () => {
    const other = { name: "x", cluster: { ...right.clusters[0]?.cluster, server: "https://other:1" } };
    const text = stringify({ ...right, clusters: [other, ...right.clusters] });
    expect(readKubeconfig(text).server.host).toBe("api:6443");
  });

  it("that names what is not there says so", () => {
    expect(() => readKubeconfig(stringify({ ...right, "current-context": "z" }))).toThrow(
      '["current-context"]: there is no entry named z',
    );
    expect(() => readKubeconfig(stringify({ ...right, users: [] }))).toThrow("there is no entry named c");
  });

  it("that would leave the server unchecked, needs a program, or is not encrypted, is refused with every mistake", () => {
    const wrong = {
      ...right,
      clusters: [{ name: "b", cluster: { server: "http://api:6443", "insecure-skip-tls-verify": true } }],
      users: [{ name: "c", user: { exec: { command: "login" }, "client-key-data": "c2VjcmV0" } }],
    };
    const told = messageOf(() => readKubeconfig(stringify(wrong)));
    expect(told).toContain("clusters[0].cluster.server: is no address that begins with https://");
    expect(told).toContain('clusters[0].cluster["insecure-skip-tls-verify"]: there is no such key');
    expect(told).toContain('clusters[0].cluster["certificate-authority-data"]: missing');
    expect(told).toContain("users[0].user.exec: there is no such key");
    expect(told).toContain('users[0].user["client-key-data"]: is no PEM text');
    expect(told).not.toContain("secret");
    expect(told).not.toContain("c2VjcmV0");
  });

  it("that is no YAML, or empty, is refused", () => {
    expect(() => readKubeconfig("{")).toThrow("the kubeconfig is no YAML");
    expect(() => readKubeconfig("")).toThrow("the kubeconfig cannot be used");
  });
});

function messageOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("nothing was thrown");
}
