/** The roles of a new estate, with what their hosts should have at the least. */
const roles = {
  orchestrator: "2 cores, 4 GiB of memory, a fast disk for etcd",
  bbb: "8 cores, 16 GiB of memory",
  worker: "2 cores, 4 GiB of memory",
} as const;

type Role = keyof typeof roles;

/** What can be asked for: flags, as commander names them, and the flavor of each role. */
export type Key =
  | ("stack" | "zone" | "mode" | "external" | "network" | "cidr" | "admin" | "nameserver" | "download" | "image")
  | ("k3sUrl" | "k3sSha512" | "bbb" | "orchestrators" | `flavor.${Role}`);

/** As they were given. Of a flag that may be given several times, all of them with spaces between. */
export type Answers = Readonly<Partial<Record<Key, string>>>;

/** One thing an operator must say about a new estate. */
export interface Question {
  readonly key: Key;
  readonly flag: string;
  /** What the flag takes. */
  readonly value: string;
  /** Whether it takes several of them. */
  readonly several?: boolean;
  /** What it is about, on one line. */
  readonly text: string;
  /** An answer that is right, from the ranges for documentation. */
  readonly example: string;
  /** The answer where nobody gives one. */
  readonly fallback?: (mode: string | undefined) => string | undefined;
  /** The only mode of the network in which it is asked. */
  readonly mode?: "private" | "provider";
  /** How an answer, or each of several, is written; what it says is for the document to judge. */
  readonly form?: RegExp;
  /** What to do about an answer that is not written so. @default to write the value, with the example */
  readonly cure?: string;
  /** Where in the estate document a mistake of this answer is found. */
  readonly at: readonly string[];
}

const count = { form: /^\d+$/, value: "NUMBER" };
const named = { form: /^[^=]+=.+$/, several: true };

/** In the order in which they are asked. */
export const questions: readonly Question[] = [
  {
    ...{ key: "stack", flag: "--stack", value: "NAME", example: "production", at: [] },
    text: "name of the Pulumi stack; an estate has one of its own",
    form: /^(?!local)[A-Za-z0-9][\w-]{0,99}$/,
    cure: "use letters, digits, '-' and '_'; names that begin with local are for local stacks",
  },
  {
    ...{ key: "zone", flag: "--zone", value: "DOMAIN", example: "meet.example.org", at: ["zone"] },
    text: "the DNS zone that is made for the estate in Designate",
  },
  {
    ...{ key: "mode", flag: "--mode", value: "private|provider", example: "private", at: ["network.mode"] },
    text: "private: own networks behind a router, with floating IPs; provider: a network of the cloud",
    fallback: () => "private",
  },
  {
    ...{ key: "external", flag: "--external", value: "NETWORK", example: "public", at: ["network.external"] },
    ...{ mode: "private", text: "the cloud's external network, which floating IPs come from" },
  },
  {
    ...{ key: "network", flag: "--network", value: "NETWORK", example: "campus", at: ["sites.main.network"] },
    ...{ mode: "provider", text: "the cloud's network that the hosts are on" },
  },
  {
    ...{ key: "cidr", flag: "--cidr", value: "RANGE", example: "203.0.113.0/24" },
    at: ["sites.main.cidr", "orchestrator.podCidr", "orchestrator.serviceCidr"],
    text: "addresses of the hosts; in mode provider give those of the cloud's subnet",
    fallback: (mode) => (mode === "provider" ? undefined : "10.20.0.0/24"),
  },
  {
    ...{ ...named, key: "admin", flag: "--admin", value: "NAME=CIDR", at: ["admins.cidrs"] },
    ...{ example: "office=198.51.100.0/24", text: "where administrators come from: SSH and the API are open to them" },
  },
  {
    ...{ ...named, key: "nameserver", flag: "--nameserver", value: "NAME=ADDRESS", at: ["network.nameservers"] },
    ...{ example: "cloud=192.0.2.53", text: "DNS resolvers of the hosts, which must know the estate's zone" },
  },
  {
    ...{ key: "k3sUrl", flag: "--k3s-url", value: "URL", at: ["orchestrator.k3s.url"] },
    ...{ example: "https://mirror.example.org/k3s", text: "where hosts download the k3s program" },
  },
  {
    ...{ key: "k3sSha512", flag: "--k3s-sha512", value: "HEX", at: ["orchestrator.k3s.sha512"] },
    ...{ example: "0".repeat(128), text: "SHA-512 of that program, as 'sha512sum' prints it" },
  },
  {
    ...{ ...named, key: "download", flag: "--download", value: "NAME=CIDR:PORT", at: ["network.downloads"] },
    ...{ example: "mirror=192.0.2.80/32:443", form: /^[^=]+=.+:\d+$/ },
    text: "where hosts may download from, the place of k3s among them",
  },
  {
    ...{ key: "image", flag: "--image", value: "NAME", example: "flatcar-stable", at: ["image.name"] },
    text: "the hosts' operating system: an image in Glance that runs Ignition at its first boot",
  },
  ...(Object.keys(roles) as Role[]).map(
    (role): Question => ({
      ...{ key: `flavor.${role}`, flag: "--flavor", value: `${role}=FLAVOR`, at: [`roles.${role}.flavor`] },
      ...{ example: "m1.large", text: `flavor of the hosts of ${role}: ${roles[role]} or more` },
    }),
  ),
  {
    ...{ ...count, key: "orchestrators", flag: "--orchestrators", value: "1|3", at: ["roles.orchestrator.count"] },
    ...{ example: "3", text: "servers of the orchestrator: three, or a single one", fallback: () => "3" },
  },
  {
    ...{ ...count, key: "bbb", flag: "--bbb", example: "2", at: ["roles.bbb.count"] },
    ...{ text: "hosts of BigBlueButton", fallback: () => "2" },
  },
];

/** Whether it is asked in this mode. */
export function applies({ mode: only }: Question, mode: string | undefined): boolean {
  return only === undefined || only === mode;
}

/** Several answers in one. */
export function splitAnswer(answer: string | undefined): readonly string[] {
  return (answer ?? "").split(/[\s,]+/).filter(Boolean);
}
