import { stringify } from "yaml";
import { type Images, recordingServices, upstreamServices } from "./images.ts";
import { nginx, open, places } from "./names.ts";

/** What the overlay of a host says; no address and no secret, which are variables of the project's environment. */
export interface OverrideFacts {
  readonly images: Images;
  readonly mtu: number;
  readonly exporter: boolean;
  readonly recording: boolean;
}

/** Only where they are read again: what is mounted of `work` is there before the containers are made. */
const settings = `${places.work}/settings`;

/**
 * The overlay over upstream's compose project: images by digest; the media server's own address beside the one it announces, which upstream
 * takes for one; files of settings in the place of upstream's; haproxy with our certificate; the exporter.
 */
export function composeOverride({ images, mtu, exporter, recording }: OverrideFacts): string {
  const pinned = Object.fromEntries(
    // upstream leaves some without it, and those that end stay so until somebody looks
    [...upstreamServices, ...(recording ? recordingServices : [])].map((service) => [
      service,
      { image: images[service], restart: "unless-stopped" },
    ]),
  );
  const services = {
    ...pinned,
    "webrtc-sfu": {
      ...pinned["webrtc-sfu"],
      environment: {
        MS_WEBRTC_LISTEN_IPS: `[{"ip":"${variable("ESTATE_FIXED")}","announcedIp":"${variable("EXTERNAL_IPv4")}"}]`,
      },
    },
    "bbb-web": {
      ...pinned["bbb-web"],
      volumes: [
        mounted(`${places.work}/bbb-web.properties`, "/etc/bigbluebutton/bbb-web.properties.tmpl"),
        mounted(`${settings}/turn-stun-servers.xml`, "/etc/bigbluebutton/turn-stun-servers.xml.tmpl"),
      ],
    },
    "apps-akka": {
      ...pinned["apps-akka"],
      volumes: [mounted(`${settings}/bbb-html5.yml`, "/etc/bigbluebutton/bbb-html5.yml")],
    },
    haproxy: haproxy(images.haproxy),
    ...(exporter ? { "bbb-exporter": bbbExporter(images.exporter) } : {}),
  };
  const networks = { "bbb-net": { driver_opts: { "com.docker.network.driver.mtu": String(mtu) } } };
  return stringify({ services, networks }, { lineWidth: 0 });
}

/** Binds the ports of the web as root, and gives that up for all that strangers talk to; the master reads renewed certificates. */
function haproxy(image: string) {
  return {
    ...{ image, restart: "unless-stopped", network_mode: "host", user: "0:0", read_only: true },
    cap_drop: ["ALL"],
    cap_add: ["NET_BIND_SERVICE", "SETUID", "SETGID", "KILL"],
    security_opt: ["no-new-privileges:true"],
    volumes: [
      mounted(`${settings}/haproxy.cfg`, "/usr/local/etc/haproxy/haproxy.cfg"),
      // the folder, not the file: a renewed one is another file of that name, which a container with the old one would not see
      mounted(`${places.work}/certificate`, "/certificate"),
    ],
  };
}

/** Asks nginx without TLS, and no recordings: with hundreds of those a reading takes longer than Prometheus waits. */
function bbbExporter(image: string) {
  return {
    ...{ image, restart: "unless-stopped", network_mode: "host" },
    cap_drop: ["ALL"],
    security_opt: ["no-new-privileges:true"],
    environment: {
      API_BASE_URL: `http://127.0.0.1:${nginx.plain}/bigbluebutton/api/`,
      API_SECRET: variable("SHARED_SECRET"),
      ...{ BIND_IP: variable("ESTATE_FIXED"), PORT: String(open.exporter) },
      ...{ RECORDINGS_METRICS: "false", BBB_VERSION_READ_FROM_DISK: "true" },
    },
    volumes: [mounted(`${settings}/bigbluebutton-release`, "/etc/bigbluebutton/bigbluebutton-release")],
  };
}

/** `create_host_path`: where a file is missing, compose would make a folder of its name, and go on. */
function mounted(source: string, target: string) {
  return { type: "bind", source, target, read_only: true, bind: { create_host_path: false } };
}

/** What compose puts the value of the project's environment in the place of; it does not start without one. */
function variable(name: string): string {
  return `\${${name}:?}`;
}
