import { execa } from "execa";

/** A package of Debian that the local stack needs, and what for. */
export interface DebianPackage {
  readonly name: string;
  readonly why: string;
  /** What Debian starts at boot once it is installed, and what would then listen outside the stack's namespaces. */
  readonly units?: readonly string[];
}

/** What the local stack takes from Debian. Debian's own signatures verify them. */
export const packages: readonly DebianPackage[] = [
  { name: "mariadb-server", why: "the databases of OpenStack", units: ["mariadb.service"] },
  {
    name: "rabbitmq-server",
    why: "the messages between OpenStack's services",
    // the last two come with Erlang, which it brings along
    units: ["rabbitmq-server.service", "epmd.service", "epmd.socket"],
  },
  { name: "bind9", why: "answers the estate's DNS names, told by Designate", units: ["named.service"] },
  { name: "bind9-dnsutils", why: "dig" },
  { name: "openssh-server", why: "the sshd of each host", units: ["ssh.service", "ssh.socket"] },
  { name: "openssh-client", why: "ssh" },
  { name: "sudo", why: "what user core runs on a host as root" },
  { name: "systemd", why: "checks the units of hosts (systemd-analyze verify) and enables them" },
  { name: "haproxy", why: "metadata for hosts, and the load balancers of Octavia", units: ["haproxy.service"] },
  {
    name: "postgresql",
    why: "the databases of applications, and the test of states in a database",
    // Debian makes a cluster of its own, which nothing here uses
    units: ["postgresql.service"],
  },
  { name: "redis-server", why: "the Redis of applications", units: ["redis-server.service"] },
  { name: "nginx", why: "checks and runs the configuration of Scalelite's nginx", units: ["nginx.service"] },
  { name: "coturn", why: "the TURN servers of the estate", units: ["coturn.service"] },
  { name: "prometheus", why: "the Prometheus of the estate", units: ["prometheus.service"] },
  {
    name: "prometheus-alertmanager",
    why: "the Alertmanager of the estate",
    units: ["prometheus-alertmanager.service"],
  },
  {
    name: "prometheus-node-exporter",
    why: "measurements of hosts",
    units: ["prometheus-node-exporter.service"],
  },
  {
    name: "prometheus-process-exporter",
    why: "measurements of hosts' processes",
    units: ["prometheus-process-exporter.service"],
  },
  {
    name: "prometheus-postgres-exporter",
    why: "measurements of PostgreSQL",
    units: ["prometheus-postgres-exporter.service"],
  },
  {
    name: "prometheus-redis-exporter",
    why: "measurements of Redis",
    units: ["prometheus-redis-exporter.service"],
  },
  { name: "nftables", why: "security groups and NAT, as packets see them" },
  { name: "iproute2", why: "namespaces, bridges and addresses" },
  { name: "iputils-ping", why: "ping inside the stack" },
  { name: "procps", why: "ps, and sysctl of hosts' namespaces" },
  { name: "curl", why: "how a host fetches its user data" },
  { name: "gcc", why: "compiles Ignition, which uses libblkid" },
  { name: "libc6-dev", why: "compiles Ignition" },
  { name: "libblkid-dev", why: "compiles Ignition" },
  { name: "python3-venv", why: "the Python environment of OpenStack" },
];

/** What `npm test` takes beside them. */
export const testPackages: readonly DebianPackage[] = [
  { name: "chromium-headless-shell", why: "opens maps and the feedback page in the tests" },
];

/** What an operator types to install them. */
export function installCommand(names: readonly string[]): string {
  return `apt-get install --no-install-recommends ${names.join(" ")}`;
}

/** Those that are not installed, by name. */
export async function missingPackages(wanted = packages): Promise<string[]> {
  const names = wanted.map(({ name }) => name);
  // it exits with 1 when it does not know one, and lists the others all the same
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is dpkg that fills these in
  const format = "${Package} ${db:Status-Status}\n";
  const { stdout } = await execa("dpkg-query", ["--show", `--showformat=${format}`, ...names], {
    reject: false,
  });
  return missingOf(names, stdout);
}

/** The pure part: `list` has a line `name status` for each package that dpkg knows. */
export function missingOf(names: readonly string[], list: string): string[] {
  const installed = new Set(
    list.split("\n").flatMap((line) => (line.endsWith(" installed") ? [line.split(" ")[0]] : [])),
  );
  return names.filter((name) => !installed.has(name));
}
