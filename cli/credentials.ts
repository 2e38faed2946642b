import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { type Cloud, type Named, readCloud } from "../local/openstack-client/clouds.ts";
import { Trouble } from "../local/say.ts";

/**
 * The cloud the environment names, as the engine's plugin takes it: OS_CLOUD and clouds.yaml, or OS_AUTH_URL with the rest of what an
 * `openrc` file sets. Nothing is asked of it yet.
 *
 * @throws Trouble that says what is not set, or what this client does not do
 */
export async function findCloud(environment: NodeJS.ProcessEnv): Promise<Cloud> {
  const { OS_CLOUD: name, OS_CLIENT_CONFIG_FILE: named } = environment;
  if (!name) return fromEnvironment(environment);
  const files = ["clouds.yaml", join(homedir(), ".config/openstack/clouds.yaml"), "/etc/openstack/clouds.yaml"];
  const file = named ?? files.find((candidate) => existsSync(candidate));
  if (!file) throw new Trouble(`OS_CLOUD is ${name}, but there is no clouds.yaml; looked at ${files.join(", ")}`);
  return readCloud(file, name);
}

/** The variables an `openrc` file sets. */
function fromEnvironment(environment: NodeJS.ProcessEnv): Cloud {
  const need = (name: string): string => {
    const value = environment[name];
    if (value) return value;
    const hint = "name a cloud of clouds.yaml in OS_CLOUD, or read the openrc file that the cloud's dashboard offers";
    throw new Trouble(`neither OS_CLOUD nor ${name} is set, so that the cloud cannot be asked: ${hint}`);
  };
  const authUrl = need("OS_AUTH_URL");
  const { OS_CACERT: authority, NODE_EXTRA_CA_CERTS: trusted } = environment;
  if (authority && !trusted)
    throw new Trouble(`OS_CACERT is not read here; set NODE_EXTRA_CA_CERTS=${authority} as well`);
  const { OS_REGION_NAME: region } = environment;
  return {
    ...{ authUrl, interface: sideOf(environment), ...(region ? { region } : {}) },
    credentials: credentialsOf(environment, need),
  };
}

function credentialsOf(environment: NodeJS.ProcessEnv, need: (name: string) => string): Cloud["credentials"] {
  const { OS_APPLICATION_CREDENTIAL_ID: id, OS_PROJECT_ID: projectId } = environment;
  if (id) return { kind: "application credential", id, secret: need("OS_APPLICATION_CREDENTIAL_SECRET") };
  const domain = domainOf(environment.OS_PROJECT_DOMAIN_ID, environment.OS_PROJECT_DOMAIN_NAME);
  return {
    ...{ kind: "password", username: need("OS_USERNAME"), password: need("OS_PASSWORD") },
    userDomain: domainOf(environment.OS_USER_DOMAIN_ID, environment.OS_USER_DOMAIN_NAME),
    project: { ...(projectId ? { id: projectId } : { name: need("OS_PROJECT_NAME") }), domain },
  };
}

function domainOf(id: string | undefined, name: string | undefined): Named {
  if (id) return { id };
  return name ? { name } : { id: "default" };
}

/** Some `openrc` files say `publicURL`. */
function sideOf({ OS_INTERFACE: side = "" }: NodeJS.ProcessEnv): Cloud["interface"] {
  const plain = side.replace(/URL$/, "");
  return plain === "internal" || plain === "admin" ? plain : "public";
}
