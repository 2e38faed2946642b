import { stringify } from "yaml";
import { passwordOf } from "../../stacks/passwords.ts";
import { versions } from "../../stacks/versions.ts";
import type { Relays } from "../coturn/relays.ts";
import { hairpin } from "./hairpin.ts";
import { haproxyConfig } from "./haproxy.ts";
import { propertiesText } from "./properties.ts";
import type { BbbSettings } from "./settings.ts";
import { turnServers } from "./turn.ts";

/** What a host is told after it has joined. */
export interface ToldFacts {
  readonly settings: Pick<
    BbbSettings,
    "welcome" | "footer" | "branding" | "checksums" | "recording" | "keepRecordingDays"
  >;
  /** The store of recordings, as `server:path`. */
  readonly store?: string | undefined;
  /** The name under which people reach the host. */
  readonly domain: string;
  /** The host's address on its network: what its programs bind. */
  readonly fixed: string;
  /** The address that browsers are told. Behind a floating IP it is another one, which no program can bind. */
  readonly announced: string;
  readonly relays: Relays;
  /** Of BigBlueButton's API. */
  readonly apiSecret: string;
  /** The secrets that services of a host call each other with follow from it, others for each host. */
  readonly seed: string;
  /** Where people land after a meeting. @default where they came from */
  readonly landing?: string | undefined;
}

/** The files of a host's settings, by name. Together they are taken by a host that is empty, and by no other. */
export function toldFiles(facts: ToldFacts): Readonly<Record<string, string>> {
  const { fixed, announced, domain, relays, settings, store } = facts;
  return {
    env: environment(facts),
    "bbb-web.properties": webProperties(facts),
    "bbb-html5.yml": stringify(html5(settings)),
    "bigbluebutton-release": `BIGBLUEBUTTON_RELEASE=${versions.bbb.release}\n`,
    "haproxy.cfg": haproxyConfig({ fixed, domain }),
    "hairpin.nft": hairpin({ fixed, announced }),
    "turn-stun-servers.xml": turnServers(relays),
    ...(store ? { recordings: `STORE=${store}\nKEEP_DAYS=${settings.keepRecordingDays}\n` } : {}),
  };
}

/** `.env` of upstream's project. Its scripts take words apart at spaces, and so what people wrote is elsewhere. */
function environment({ domain, fixed, announced, apiSecret, seed, settings }: ToldFacts): string {
  const own = (what: string) => passwordOf(seed, `${domain}/${what}`, 0);
  const all = {
    ...{ DOMAIN: domain, EXTERNAL_IPv4: announced, ESTATE_FIXED: fixed },
    SHARED_SECRET: apiSecret,
    ...{ ETHERPAD_API_KEY: own("etherpad"), FSESL_PASSWORD: own("fsesl"), RAILS_SECRET: own("rails") },
    ...{ POSTGRESQL_SECRET: own("postgresql"), HASURA_SECRET: own("hasura") },
    // the estate has its own of each
    ...{ ENABLE_HTTPS_PROXY: false, ENABLE_COTURN: false, ENABLE_GREENLIGHT: false, ENABLE_PROMETHEUS_EXPORTER: false },
    // upstream deletes what is old, whether or not it was handed over: handover.sh does what it does
    ...{ ENABLE_RECORDING: settings.recording, REMOVE_OLD_RECORDING: false, ENABLE_WEBHOOKS: false },
    // upstream asks for it; nobody is sent there, since the file of TURN and STUN servers is ours
    ...{ STUN_IP: fixed, STUN_PORT: 3478 },
  };
  return Object.entries(all)
    .map(([key, value]) => `${key}=${value}\n`)
    .join("");
}

/** What follows upstream's own properties; of a key that is there twice, the last one counts. */
function webProperties({ settings, landing, domain }: ToldFacts): string {
  const { welcome, footer, branding, checksums, recording } = settings;
  return propertiesText({
    "bigbluebutton.web.serverURL": `https://${domain}`,
    defaultWelcomeMessage: welcome,
    defaultWelcomeMessageFooter: footer ?? "",
    supportedChecksumAlgorithms: checksums.join(","),
    // Scalelite and the exporter tell which host is behind
    allowRevealOfBBBVersion: "true",
    disableRecordingDefault: String(!recording),
    ...(landing ? { "bigbluebutton.web.logoutURL": landing } : {}),
    ...(branding.logo ? { useDefaultLogo: "true", defaultLogoURL: branding.logo } : {}),
  });
}

function html5({ branding: { title, logo } }: ToldFacts["settings"]) {
  const app = {
    ...(title ? { clientTitle: title } : {}),
    ...(logo ? { branding: { displayBrandingArea: true } } : {}),
  };
  return { public: { app } };
}
