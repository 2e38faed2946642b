import { stringify } from "yaml";
import { type CloudFacts, identityUrl, region } from "./facts.ts";

/** `clouds.yaml` with two clouds: `estate`, an application credential without admin rights, and `admin`. */
export function cloudsYaml(facts: CloudFacts, applicationCredential: string): string {
  const common = { region_name: region, interface: "public", identity_api_version: 3 };
  return stringify({
    clouds: {
      estate: {
        auth_type: "v3applicationcredential",
        auth: {
          auth_url: identityUrl(facts),
          application_credential_id: applicationCredential,
          application_credential_secret: facts.secrets.applicationCredential,
        },
        ...common,
      },
      admin: {
        auth_type: "password",
        auth: {
          auth_url: identityUrl(facts),
          username: "admin",
          password: facts.secrets.admin,
          project_name: "admin",
          user_domain_id: "default",
          project_domain_id: "default",
        },
        ...common,
      },
    },
  });
}
