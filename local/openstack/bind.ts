import { type CloudFacts, configuration, internalPorts, state } from "./facts.ts";

/** The key with which designate commands bind. */
export function rndcKey(facts: CloudFacts): string {
  return `key "designate" {\n  algorithm hmac-sha256;\n  secret "${facts.secrets.rndc}";\n};\n`;
}

/** rndc.conf */
export function rndcConf(facts: CloudFacts): string {
  return `include "${configuration(facts, "bind")}/rndc.key";
options {
  default-key "designate";
  default-server 127.0.0.1;
  default-port ${internalPorts.rndc};
};
`;
}

/**
 * named.conf: authoritative for designate's zones and for nothing else. It asks no other server and forwards nothing, so
 * a name that is not the estate's is refused.
 */
export function namedConf(facts: CloudFacts): string {
  return `include "${configuration(facts, "bind")}/rndc.key";
options {
  directory "${state(facts, "bind")}";
  managed-keys-directory "${state(facts, "bind")}";
  pid-file "${facts.run}/named.pid";
  session-keyfile "${facts.run}/named-session.key";
  lock-file none;
  listen-on port 53 { ${facts.dns}; };
  listen-on-v6 { none; };
  recursion no;
  allow-recursion { none; };
  empty-zones-enable no;
  dnssec-validation no;
  minimal-responses yes;
  allow-new-zones yes;
  allow-notify { 127.0.0.1; ${facts.dns}; };
  allow-transfer { 127.0.0.1; };
  request-ixfr no;
  notify no;
  serial-query-rate 1000;
  transfers-in 100;
  transfers-per-ns 100;
};
controls {
  inet 127.0.0.1 port ${internalPorts.rndc} allow { 127.0.0.1; } keys { "designate"; };
};
`;
}
