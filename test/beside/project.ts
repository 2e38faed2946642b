/**
 * A project of OpenStack, and a user, of their own for the tests beside the first estate: what they make and delete the estate's tests
 * do not see, and cannot be disturbed by. Its `clouds.yaml` names it `estate`, as programs expect; `admin` is the cloud's.
 */
import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { ensureProject } from "../../local/openstack/project.ts";
import { limitProject } from "../../local/openstack/quotas.ts";
import { connect } from "../../local/openstack-client/client.ts";
import { parseCloud } from "../../local/openstack-client/clouds.ts";
import { place } from "../../local/place.ts";

interface Clouds {
  readonly clouds: Readonly<Record<string, { readonly auth: Readonly<Record<string, string>> }>>;
}

/** Vitest calls it once, before the tests of the project `beside`. */
export default async function setup(): Promise<void> {
  const name = "beside";
  const folder = join(place().data, "openstack");
  const text = await readFile(join(folder, "clouds.yaml"), "utf8");
  const admin = connect(parseCloud(text, "admin"));
  const password = randomBytes(24).toString("base64url");
  const { project, user } = await ensureProject(admin, { name, password });
  // of a run before this one it has another, which nobody kept
  await admin.request("PATCH", "identity", `/v3/users/${user.id}`, { body: { user: { password } } });
  await limitProject(admin, project.id);
  const { clouds } = parse(text) as Clouds;
  const estate = { ...clouds.admin, auth: { ...clouds.admin?.auth, username: name, password, project_name: name } };
  const file = join(folder, `clouds-${name}.yaml`);
  await writeFile(file, stringify({ clouds: { ...clouds, estate } }), { mode: 0o600 });
  process.env.OS_CLIENT_CONFIG_FILE = file;
}
