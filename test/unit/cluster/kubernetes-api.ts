import { randomBytes, webcrypto } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { TLSSocket } from "node:tls";
import "reflect-metadata";
import * as x509 from "@peculiar/x509";
import { type Authority, issueClient, newAuthority } from "../../../cli/pki.ts";
import { renderKubeconfig } from "../../../stacks/kubeconfig.ts";

/** What was asked, and by whom. */
export interface Asked {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly type: string | undefined;
  readonly body: unknown;
  /** The name in the client's certificate, if its authority is the server's. */
  readonly user: string | undefined;
  /** Another one for each connection. */
  readonly connection: number | undefined;
}

export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object | string;
}

/** An HTTPS server on loopback that answers as told. Its certificate is for 127.0.0.1, of an authority of its own. */
export interface KubernetesApi {
  readonly asked: Asked[];
  readonly authority: Authority;
  readonly port: number;
  /** What it answers; may be changed at any time. A function that writes the answer itself gives nothing. */
  answer: (asked: Asked, response: ServerResponse) => Reply | undefined;
  /** The admin's. A test changes what it likes. */
  kubeconfig(changes?: { readonly host?: string; readonly port?: number; readonly caCert?: string }): string;
  /** Closes connections that wait for the next question. */
  hangUp(): void;
  close(): Promise<void>;
}

export async function kubernetesApi(): Promise<KubernetesApi> {
  const authority = await newAuthority("test-server-ca");
  const admin = await issueClient(authority, { commonName: "estate-admin", group: "system:masters" });
  const asked: Asked[] = [];
  const server = createServer(
    { ...(await certificateFor("127.0.0.1", authority)), ca: authority.certificatePem, requestCert: true },
    async (request, response) => {
      const one = await askedBy(request);
      asked.push(one);
      const reply = api.answer(one, response);
      if (!reply) return;
      const { status = 200, headers = {}, body = {} } = reply;
      response.writeHead(status, { "content-type": "application/json", ...headers });
      response.end(typeof body === "string" ? body : JSON.stringify(body));
    },
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const api: KubernetesApi = {
    ...{ asked, authority, port },
    answer: () => ({}),
    kubeconfig: (changes = {}) =>
      renderKubeconfig(
        { name: "test", api: { name: changes.host ?? "127.0.0.1", port: changes.port ?? port } as never },
        {
          ...{ serverCaCert: changes.caCert ?? authority.certificatePem },
          ...{ adminCert: admin.certificatePem, adminKey: admin.keyPem },
        },
      ),
    hangUp: () => server.closeIdleConnections(),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return api;
}

/** An error, in the words of Kubernetes. */
export function failure(status: number, message: string, details?: object): Reply {
  const more = details ? { details } : {};
  return { status, body: { kind: "Status", apiVersion: "v1", status: "Failure", code: status, message, ...more } };
}

async function askedBy(request: IncomingMessage): Promise<Asked> {
  let text = "";
  for await (const chunk of request) text += chunk;
  const { method, url: path, headers } = request;
  const socket = request.socket as TLSSocket;
  const user = socket.authorized ? String(socket.getPeerCertificate().subject.CN) : undefined;
  const body: unknown = text ? JSON.parse(text) : undefined;
  return { method, path, type: headers["content-type"], body, user, connection: socket.remotePort };
}

/** Of a server at an address, for an hour. */
export async function certificateFor(address: string, authority: Authority): Promise<{ cert: string; key: string }> {
  const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const certificate = await x509.X509CertificateGenerator.create(
    {
      ...{ subject: "CN=kube-apiserver", issuer: authority.certificate.subject, publicKey: keys.publicKey },
      ...{
        signingKey: authority.key,
        signingAlgorithm: algorithm,
        serialNumber: `4${randomBytes(8).toString("hex")}0`,
      },
      ...{ notBefore: new Date(Date.now() - 3_600_000), notAfter: new Date(Date.now() + 3_600_000) },
      extensions: [
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
        new x509.SubjectAlternativeNameExtension([{ type: "ip", value: address }]),
      ],
    },
    webcrypto,
  );
  const key = await webcrypto.subtle.exportKey("pkcs8", keys.privateKey);
  return { cert: certificate.toString("pem"), key: x509.PemConverter.encode(key, "PRIVATE KEY") };
}
