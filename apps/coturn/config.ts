import { folders, turnPorts } from "./names.ts";

/** What the configuration of a TURN server says. */
export interface ConfigFacts {
  /** Of all of the estate's: its DNS zone. */
  readonly realm: string;
  /** The host's address on its network: what it can bind. */
  readonly fixed: string;
  /** The address that others are told. Behind a floating IP it is another one. */
  readonly announced: string;
  /** With the same one everywhere, a nonce is good after a restart, too. */
  readonly nonceSecret: string;
}

interface Places {
  readonly run: string;
  readonly certificate: string;
}

/**
 * turnserver.conf. Changing it drains and restarts the server. So what changes from day to day is not in it: secrets and allowed peers are
 * in the database, which the server reads anew every few seconds, and the certificate's files are read anew when it is told to.
 *
 * No peer is allowed but those of the database. Behind a floating IP the announced address is no host's own: binding it would fail.
 */
export function turnserverConf(
  { realm, fixed, announced, nonceSecret }: ConfigFacts,
  places: Places = { run: folders.run, certificate: folders.certificate },
): string {
  // not `announced/fixed`: coturn allows the second as a peer, whatever is denied, and so all that listens on the host, its overlay too
  const external = announced === fixed ? [] : [`external-ip=${announced}`];
  return [
    // first, or what is said before it goes to a file
    ...["log-file=stdout", "simple-log", `pidfile=${places.run}/turnserver.pid`],
    ...[`listening-ip=${fixed}`, `relay-ip=${fixed}`, ...external],
    ...[`listening-port=${turnPorts.plain}`, `tls-listening-port=${turnPorts.tls}`, "dtls"],
    ...[`min-port=${turnPorts.relay.from}`, `max-port=${turnPorts.relay.to}`],
    ...[`cert=${places.certificate}/tls.crt`, `pkey=${places.certificate}/tls.key`, "no-tlsv1", "no-tlsv1_1"],
    ...[`realm=${realm}`, "use-auth-secret", `userdb=${places.run}/turndb`],
    ...["fingerprint", "stale-nonce=600", `stateless-nonce-secret=${nonceSecret}`],
    // media goes over UDP; the rest would be a way into the estate, or to amplify an attack
    ...["no-tcp-relay", "no-multicast-peers", "no-rfc5780", "no-software-attribute"],
    ...["denied-peer-ip=0.0.0.0-255.255.255.255", "denied-peer-ip=::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
    "allocation-default-address-family=keep",
    ...["prometheus", `prometheus-port=${turnPorts.metrics}`, ""],
  ].join("\n");
}
