import { webPort } from "./names.ts";
import type { OidcSettings, OutsideSettings, SmtpSettings } from "./settings.ts";

/** What every pod is told. */
export interface Told extends OutsideSettings {
  /** The name under which people reach the portal. Like all that follows, changing it rolls the pods, which read it at their start. */
  readonly host: string;
  /** The language of new accounts, such as de or pt_BR. */
  readonly language: string;
  /** Where browsers and the portal reach Scalelite, such as https://meet.example.org. */
  readonly meetings: string;
  /** Names of the Secrets with its own secrets, with the database and with Redis. */
  readonly secrets: { readonly own: string; readonly database: string; readonly redis: string };
}

export interface Variable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: { readonly secretKeyRef: { readonly name: string; readonly key: string } };
}

/** Keys of its own Secret. */
export const keys = {
  ...{ base: "secretKeyBase", meetings: "bigBlueButton", oidc: "oidcClientSecret", smtp: "smtpPassword" },
  ...{ s3Access: "s3AccessKey", s3Secret: "s3SecretKey" },
} as const;

/**
 * The environment of the portal and of its migration. BIGBLUEBUTTON_ENDPOINT is the public address, though a nearer one is there: links
 * by which browsers join meetings are made of it. LOADBALANCER_ENDPOINT is not set: it is for portals of several tenants, whose sessions
 * and sign-in are others. Mail server and meetings do not count for /health_check: the portal is of use without either.
 */
export function environmentOf(told: Told): readonly Variable[] {
  const { host, language, meetings, secrets, oidc, smtp, files } = told;
  const plain = {
    ...{ RAILS_ENV: "production", PORT: webPort, RAILS_SERVE_STATIC_FILES: true, RAILS_MAX_THREADS: 5 },
    // names and addresses of people are in what debug writes
    ...{ RAILS_LOG_TO_STDOUT: true, LOG_LEVEL: "info" },
    // the user has no home, and what the image has can not be fetched anew: there is no way to npm's registry
    ...{ HOME: "/tmp", SKIP_YARN_INSTALL: true },
    ...{ URL_HOST: host, DEFAULT_LOCALE: language, BIGBLUEBUTTON_ENDPOINT: `${meetings}/bigbluebutton/api/` },
    ...{ SMTP_HEALTH_CHECK_DISABLED: true, BBB_HEALTH_CHECK_DISABLED: true },
    ...(oidc ? signIn(oidc, host) : {}),
    ...(smtp ? mail(smtp) : {}),
    ...(files.s3 ? objects(files.s3) : {}),
  };
  const own = (variable: string, key: string) => fromSecret(variable, secrets.own, key);
  return [
    ...Object.entries(plain).map(([name, value]) => ({ name, value: String(value) })),
    own("SECRET_KEY_BASE", keys.base),
    own("BIGBLUEBUTTON_SECRET", keys.meetings),
    ...(oidc ? [own("OPENID_CONNECT_CLIENT_SECRET", keys.oidc)] : []),
    ...(smtp?.user ? [own("SMTP_PASSWORD", keys.smtp)] : []),
    ...(files.s3 ? [own("S3_ACCESS_KEY_ID", keys.s3Access), own("S3_SECRET_ACCESS_KEY", keys.s3Secret)] : []),
    fromSecret("DATABASE_URL", secrets.database, "url"),
    fromSecret("REDIS_URL", secrets.redis, "url"),
  ];
}

function signIn({ issuer, clientId, uid, accountsByMail }: OidcSettings, host: string) {
  return {
    ...{ OPENID_CONNECT_ISSUER: issuer, OPENID_CONNECT_CLIENT_ID: clientId, OPENID_CONNECT_UID_FIELD: uid },
    // it adds auth/openid_connect/callback
    ...{ OPENID_CONNECT_REDIRECT: `https://${host}/`, USE_EMAIL_AS_EXTERNAL_ID_FALLBACK: accountsByMail },
  };
}

/** STARTTLS is asked for, or off: if it were only tried, whoever is in between could leave it out. */
function mail({ host, port, encryption, sender, senderName, domain, user, auth }: SmtpSettings) {
  return {
    ...{ SMTP_SERVER: host, SMTP_PORT: port, SMTP_DOMAIN: domain ?? sender.replace(/^.*@/, "") },
    ...{ SMTP_SENDER_EMAIL: sender, ...(senderName ? { SMTP_SENDER_NAME: senderName } : {}) },
    ...(user ? { SMTP_USERNAME: user, SMTP_AUTH: auth } : {}),
    ...(encryption === "tls" ? { SMTP_TLS: true } : {}),
    ...(encryption === "starttls" ? { SMTP_STARTTLS: true } : {}),
    ...{ SMTP_STARTTLS_AUTO: false, SMTP_SSL_VERIFY: true },
  };
}

function objects({ endpoint, bucket, region, pathStyle }: NonNullable<OutsideSettings["files"]["s3"]>) {
  return { S3_ENDPOINT: endpoint, S3_BUCKET: bucket, S3_REGION: region, S3_FORCE_PATH_STYLE: pathStyle };
}

function fromSecret(variable: string, name: string, key: string): Variable {
  return { name: variable, valueFrom: { secretKeyRef: { name, key } } };
}
