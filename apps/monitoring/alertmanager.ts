import { written } from "./config.ts";
import { folders } from "./names.ts";

/** Where alerts are sent, from the document. Without any they are only shown. */
export interface NotifyFacts {
  /** POSTs alerts as JSON to the address in key `url` of a Secret. */
  readonly webhook?: { readonly secret: string } | undefined;
  readonly mail?:
    | {
        readonly to: string;
        readonly from: string;
        readonly server: string;
        readonly port: number;
        readonly user?: string | undefined;
        /** Name of the Secret with key `password`. */
        readonly secret?: string | undefined;
      }
    | undefined;
}

/** Where the container has the Secret of a way of sending. */
export function notifyFolder(way: keyof NotifyFacts): string {
  return `${folders.notify}/${way}`;
}

/** alertmanager.yml. No secret is in it: Alertmanager reads those from files each time that it sends. */
export function alertmanagerYml({ webhook, mail }: NotifyFacts): string {
  const receiver = {
    name: "operators",
    ...(webhook ? { webhook_configs: [{ url_file: `${notifyFolder("webhook")}/url`, send_resolved: true }] } : {}),
    ...(mail ? { email_configs: [mailOf(mail)] } : {}),
  };
  return written({
    route: {
      ...{ receiver: receiver.name, group_by: ["alertname", "estate"] },
      // what begins together is told together; what goes on is told again after hours, or at once a day when nobody need wake
      ...{ group_wait: "30s", group_interval: "5m", repeat_interval: "4h" },
      routes: [{ matchers: ['severity="info"'], receiver: receiver.name, repeat_interval: "24h" }],
    },
    inhibit_rules: [
      // a host that is gone takes its targets with it; what is said of meetings there is said nevertheless
      {
        source_matchers: ['alertname="HostUnseen"'],
        target_matchers: ['alertname="TargetDown"'],
        equal: ["instance"],
      },
      {
        source_matchers: ['alertname="DiskFull"'],
        target_matchers: ['alertname=~"DiskAlmostFull|DiskFullSoon"'],
        equal: ["instance", "mountpoint"],
      },
    ],
    receivers: [receiver],
  });
}

function mailOf({ to, from, server, port, user, secret }: NonNullable<NotifyFacts["mail"]>) {
  const login = user ? { auth_username: user } : {};
  const password = secret ? { auth_password_file: `${notifyFolder("mail")}/password` } : {};
  return { to, from, smarthost: `${server}:${port}`, ...login, ...password, require_tls: true, send_resolved: true };
}
