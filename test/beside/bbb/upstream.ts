/**
 * A project in the shape of upstream's: its services by their names, with images by tags, folders to build them from, a network with
 * addresses, and values of the environment with the defaults that upstream has for secrets. It is ours: of upstream's own text, nothing
 * is proven.
 */
import { recordingServices, upstreamServices } from "../../../apps/bbb/images.ts";

/** Secrets that upstream's project has where nobody says another. */
export const defaults = ["ClueCon", "password", "TODO_CHANGE_ME"] as const;

/** Whose services know which secret, as upstream asks for them. */
const environments: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "bbb-web": { SHARED_SECRET: value("SHARED_SECRET"), STUN_SERVER: `stun:${value("STUN_IP")}:${value("STUN_PORT")}` },
  freeswitch: { ESL_PASSWORD: value("FSESL_PASSWORD:-ClueCon"), EXTERNAL_IPv4: value("EXTERNAL_IPv4") },
  etherpad: { ETHERPAD_API_KEY: value("ETHERPAD_API_KEY") },
  "bbb-pads": { ETHERPAD_API_KEY: value("ETHERPAD_API_KEY") },
  "webrtc-sfu": {
    ESL_PASSWORD: value("FSESL_PASSWORD:-ClueCon"),
    MS_WEBRTC_LISTEN_IPS: `[{"ip":"${value("EXTERNAL_IPv4")}","announcedIp":"${value("EXTERNAL_IPv4")}"}]`,
  },
  "fsesl-akka": { FSESL_PASSWORD: value("FSESL_PASSWORD:-ClueCon") },
  "apps-akka": { SHARED_SECRET: value("SHARED_SECRET") },
  "bbb-graphql-server": { HASURA_GRAPHQL_ADMIN_SECRET: "TODO_CHANGE_ME" },
  "bbb-graphql-actions": { SERVER_SECRET: "TODO_CHANGE_ME" },
  postgres: { POSTGRES_PASSWORD: value("POSTGRESQL_SECRET:-password") },
};

/** @param more services that upstream might add */
export function upstreamProject({ recording, more = [] }: { recording: boolean; more?: readonly string[] }): object {
  const names = [...upstreamServices, ...(recording ? recordingServices : []), "haproxy", ...more];
  const services = names.map((name, index) => [
    name,
    {
      build: { context: `mod/${name}`, additional_contexts: { source: `./repos/${name}` } },
      ...{ image: `upstream/${name}:v3`, restart: "unless-stopped" },
      environment: environments[name] ?? {},
      ...(name === "haproxy" ? { network_mode: "host" } : onNet(index)),
    },
  ]);
  const ipam = { driver: "default", config: [{ subnet: "10.7.7.0/24" }] };
  return { services: Object.fromEntries(services), networks: { "bbb-net": { ipam } } };
}

const onNet = (index: number) => ({ networks: { "bbb-net": { ipv4_address: `10.7.7.${index + 10}` } } });

/** What compose puts a value in the place of. */
function value(name: string): string {
  return `\${${name}}`;
}
