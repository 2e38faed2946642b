import { nginx, open } from "./names.ts";

/**
 * haproxy.cfg: TLS ends here, and upstream's nginx gets the rest with the caller's address. TURN has hosts of its own, so that nothing here
 * has to guess what a connection is. Nothing listens on the announced address, which behind a floating IP is not the host's.
 *
 * A new certificate is taken by new workers; sockets of running meetings stay with the old ones, for half a day at the most.
 */
export function haproxyConfig(
  { fixed, domain }: { readonly fixed: string; readonly domain: string },
  certificate = "/certificate/host.pem",
): string {
  const tls = "ssl-min-ver TLSv1.2 alpn h2,http/1.1";
  return [
    "global",
    "  log stdout format raw local0 notice",
    "  maxconn 20000",
    "  user haproxy",
    "  group haproxy",
    "  hard-stop-after 12h",
    "",
    "defaults",
    "  log global",
    "  timeout connect 5s",
    "  timeout client 60s",
    "  timeout server 60s",
    // of meetings: BigBlueButton's own heartbeats are far more often
    "  timeout tunnel 1h",
    "",
    "frontend http",
    "  mode http",
    `  bind ${fixed}:${open.http}`,
    // the name, not what the caller says of it
    `  http-request redirect code 301 location https://${domain}%[capture.req.uri]`,
    "",
    "frontend https",
    "  mode tcp",
    `  bind ${fixed}:${open.https} ssl crt ${certificate} ${tls}`,
    "  use_backend http2 if { ssl_fc_alpn h2 }",
    "  default_backend http1",
    "",
    "backend http1",
    "  mode tcp",
    `  server nginx 127.0.0.1:${nginx.http1} send-proxy`,
    "",
    "backend http2",
    "  mode tcp",
    `  server nginx 127.0.0.1:${nginx.http2} send-proxy`,
    "",
  ].join("\n");
}
