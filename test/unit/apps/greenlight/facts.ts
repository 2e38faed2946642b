import type { GreenlightFacts } from "../../../../apps/greenlight/manifests.ts";
import { Oidc, Smtp } from "../../../../apps/greenlight/settings.ts";
import { greenlightImage } from "../documents.ts";

export const oidc = { issuer: "https://login.example.org/realms/meet", clientId: "portal" };
export const smtp = { host: "mail.example.org", sender: "meet@example.org", user: "meet" };
export const s3 = { endpoint: "https://objects.example.org", bucket: "rooms", region: "one", pathStyle: true };

/** The portal with an identity provider, a mail server and an object store. */
export const facts: GreenlightFacts = {
  ...{ host: "rooms.example.org", language: "de", meetings: "https://meet.example.org", image: greenlightImage },
  ...{ replicas: 2, revision: "r1", oidc: Oidc.parse(oidc), smtp: Smtp.parse(smtp), files: { s3 } },
  secrets: { own: "greenlight", database: "greenlight-postgres", redis: "greenlight-redis" },
};

/** The least that it can have: accounts of its own, no mail, a volume. */
export const least: GreenlightFacts = { ...facts, oidc: undefined, smtp: undefined, files: { claim: "uploads" } };
