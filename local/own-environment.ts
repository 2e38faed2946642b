/** What a user may have set for clouds, clusters or engines of their own; also proxies, which must not stand before the stack. */
const foreign = /^(OS_|PULUMI_|KUBE|GIT_)|^((https?|all|no|ftp)_proxy)$/i;

/**
 * The environment for programs of the local stack: the caller's, without what is meant for other clouds, and with the folders
 * where Debian keeps servers, which a user's PATH may lack.
 */
export function ownEnvironment(environment: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const own = Object.fromEntries(Object.entries(environment).filter(([name]) => !foreign.test(name)));
  return { ...own, PATH: [own.PATH, "/usr/local/sbin", "/usr/sbin", "/sbin"].filter(Boolean).join(":") };
}
