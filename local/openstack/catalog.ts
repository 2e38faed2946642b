import type { OpenStack } from "../openstack-client/client.ts";
import { type CloudFacts, region, url } from "./facts.ts";
import { findOrMake, type Named } from "./find.ts";
import { serviceUsers } from "./secrets.ts";

/** The services that others find through keystone: name, type, and where. Cinder has the two types that clients ask for. */
export function catalog(facts: Pick<CloudFacts, "api">): readonly { name: string; type: string; url: string }[] {
  const volumes = `${url(facts, "cinder")}/v3/%(project_id)s`;
  return [
    { name: "glance", type: "image", url: url(facts, "glance") },
    { name: "placement", type: "placement", url: url(facts, "placement") },
    { name: "nova", type: "compute", url: `${url(facts, "nova")}/v2.1` },
    { name: "neutron", type: "network", url: url(facts, "neutron") },
    { name: "cinder", type: "block-storage", url: volumes },
    { name: "cinderv3", type: "volumev3", url: volumes },
    { name: "designate", type: "dns", url: url(facts, "designate") },
    { name: "octavia", type: "load-balancer", url: url(facts, "octavia") },
  ];
}

/** Registers the users of the services, and where the services are. */
export async function registerServices(admin: OpenStack, facts: CloudFacts): Promise<void> {
  const project = await findOrMake(admin, "project", { name: "service", domain_id: "default" });
  const roles = await Promise.all(["admin", "service"].map((name) => findOrMake(admin, "role", { name })));
  await Promise.all(
    serviceUsers.map(async (name) => {
      const password = facts.secrets.services[name];
      const user = await findOrMake(admin, "user", { name, password, domain_id: "default" });
      for (const role of roles) await grant(admin, project, user, role);
    }),
  );
  await Promise.all(catalog(facts).map((entry) => registerEndpoints(admin, entry)));
}

async function registerEndpoints(admin: OpenStack, { name, type, url }: { name: string; type: string; url: string }) {
  const service = await findOrMake(admin, "service", { name, type });
  const query = { service_id: service.id };
  const known = await admin.list<{ interface: string }>("identity", "/v3/endpoints", "endpoints", { query });
  for (const side of ["public", "internal", "admin"]) {
    if (known.some((endpoint) => endpoint.interface === side)) continue;
    const endpoint = { service_id: service.id, interface: side, url, region_id: region };
    await admin.request("POST", "identity", "/v3/endpoints", { body: { endpoint } });
  }
}

/** Gives a user a role in a project; giving it again changes nothing. */
export async function grant(admin: OpenStack, project: Named, user: Named, role: Named): Promise<void> {
  await admin.request("PUT", "identity", `/v3/projects/${project.id}/users/${user.id}/roles/${role.id}`);
}
