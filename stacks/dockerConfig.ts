/** With what images of a registry are pulled. */
export interface RegistryLogin {
  /** As names of images begin. */
  readonly registry: string;
  readonly user: string;
  readonly password: string;
}

/** What Docker Hub is called where credentials are kept: `docker login` and kubectl write it so. */
const dockerHub = "https://index.docker.io/v1/";

/** The file in which Docker, and so Kubernetes, keeps the credentials of registries. */
export function dockerConfig(logins: readonly RegistryLogin[]): string {
  const auths = logins.map(({ registry, user, password }) => [
    registry === "docker.io" ? dockerHub : registry,
    { username: user, password, auth: Buffer.from(`${user}:${password}`).toString("base64") },
  ]);
  return JSON.stringify({ auths: Object.fromEntries(auths) });
}
