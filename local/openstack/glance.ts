import { type CloudFacts, state, url } from "./facts.ts";
import { ini } from "./ini.ts";
import { database, events, messaging, tokens, transport } from "./sections.ts";

/** glance-api.conf: images are files. */
export function glanceConf(facts: CloudFacts): string {
  const files = state(facts, "glance");
  return ini({
    DEFAULT: {
      enabled_backends: "files:file",
      transport_url: transport(facts),
      worker_self_reference_url: url(facts, "glance"),
    },
    database: { connection: database(facts, "glance") },
    glance_store: { default_backend: "files" },
    files: { filesystem_store_datadir: `${files}/images` },
    os_glance_tasks_store: { filesystem_store_datadir: `${files}/tasks` },
    os_glance_staging_store: { filesystem_store_datadir: `${files}/staging` },
    paste_deploy: { flavor: "keystone", config_file: `${facts.environment}/etc/glance/glance-api-paste.ini` },
    ...tokens(facts, "glance"),
    ...messaging(facts),
    ...events("noop"),
  });
}
