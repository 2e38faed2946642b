/** The certificate authorities of k3s, and the file each has under its `tls` folder. */
export const authorities = {
  server: "server-ca",
  client: "client-ca",
  requestHeader: "request-header-ca",
  etcdPeer: "etcd/peer-ca",
  etcdServer: "etcd/server-ca",
} as const;

/**
 * Every secret of the estate: a key of the stack's configuration each (`estate:<name>`), encrypted there.
 * Certificates are not secret, but they belong to their keys and travel with them.
 */
export const secretNames = [
  /** The estate's SSH private key, in OpenSSH's format. */
  "sshKey",
  /** 32 bytes, base64. Every host's SSH host key is derived from it and the host's name. */
  "hostKeySeed",
  /** Joins servers to the orchestrator; whoever has it is its administrator. */
  "serverToken",
  /** Joins agents to the orchestrator. */
  "agentToken",
  "serverCaCert",
  "serverCaKey",
  "clientCaCert",
  "clientCaKey",
  "requestHeaderCaCert",
  "requestHeaderCaKey",
  "etcdPeerCaCert",
  "etcdPeerCaKey",
  "etcdServerCaCert",
  "etcdServerCaKey",
  /** Signs service account tokens (RSA). */
  "serviceKey",
  /** The operator's client certificate, of group system:masters. */
  "adminCert",
  "adminKey",
] as const;

export type SecretName = (typeof secretNames)[number];

/** All secrets in clear. It exists in memory only: inside `apply`, and in a gate. */
export type Secrets = Readonly<Record<SecretName, string>>;

/**
 * Keys of the authorities: who has them is the orchestrator, for ever. They are needed once, by the server that founds it. Where the base
 * is a stack of its own, it alone has them.
 */
export const authorityKeyNames = [
  "serverCaKey",
  "clientCaKey",
  "requestHeaderCaKey",
  "etcdPeerCaKey",
  "etcdServerCaKey",
  "serviceKey",
] as const satisfies readonly SecretName[];

export type AuthorityKeys = Pick<Secrets, (typeof authorityKeyNames)[number]>;

/** What the estate needs every day: all but the authorities' keys. */
export type EstateSecrets = Omit<Secrets, keyof AuthorityKeys>;

/** The names of those. */
export const estateSecretNames = secretNames.filter(
  (name): name is keyof EstateSecrets => !(authorityKeyNames as readonly string[]).includes(name),
);
