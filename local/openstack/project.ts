import { connect, type OpenStack } from "../openstack-client/client.ts";
import { grant } from "./catalog.ts";
import { type CloudFacts, identityUrl } from "./facts.ts";
import { findOrMake, type Named } from "./find.ts";

/** What the estate's user may do in its project: everything of its own, nothing of others. */
export const roles = ["member", "load-balancer_member"] as const;

/** Of the estate's project, of its user, and of the application credential. */
export const estateProject = "estate";

/**
 * A project and its user of the same name, who is no admin.
 *
 * @param password of a user that is made; one that is there keeps its own
 */
export async function ensureProject(
  admin: OpenStack,
  { name, password }: { readonly name: string; readonly password: string },
): Promise<{ project: Named; user: Named }> {
  const project = await findOrMake(admin, "project", { name, domain_id: "default" });
  const user = await findOrMake(admin, "user", {
    name,
    password,
    domain_id: "default",
    default_project_id: project.id,
  });
  for (const role of roles) await grant(admin, project, user, await findOrMake(admin, "role", { name: role }));
  return { project, user };
}

/** The role with which an admin sees all load balancers: for octavia, `admin` alone is not enough. */
export async function grantLoadBalancerAdmin(admin: OpenStack): Promise<void> {
  const [role, user, project] = [
    await findOrMake(admin, "role", { name: "load-balancer_admin" }),
    await findOrMake(admin, "user", { name: "admin" }),
    await findOrMake(admin, "project", { name: "admin" }),
  ];
  await grant(admin, project, user, role);
}

/** The id of the application credential of the estate's user, which only that user can make. */
export async function ensureApplicationCredential(facts: CloudFacts, user: Named): Promise<string> {
  const estate = connect({
    authUrl: identityUrl(facts),
    interface: "public",
    credentials: {
      kind: "password",
      username: estateProject,
      password: facts.secrets.estate,
      userDomain: { id: "default" },
      project: { name: estateProject, domain: { id: "default" } },
    },
  });
  const path = `/v3/users/${user.id}/application_credentials`;
  const [found] = await estate.list<Named>("identity", path, "application_credentials", {
    query: { name: estateProject },
  });
  if (found) return found.id;
  const body = { application_credential: { name: estateProject, secret: facts.secrets.applicationCredential } };
  const made = await estate.request<{ application_credential: Named }>("POST", "identity", path, { body });
  return made.application_credential.id;
}
