import { z } from "zod";
import { algorithms } from "./checksum.ts";

const url = z.url({
  protocol: /^https?$/,
  error: "write an address, such as https://bbb-01.example.org/bigbluebutton/api",
});
const secret = z.string().min(1, "empty: write the secret");

const metric = z.string().regex(/^[a-z_:][a-z0-9_:]*$/i);

/** A BigBlueButton server that the estate has. */
const Server = z.strictObject({
  /** Of its API. Scalelite knows it by this address, too. */
  url,
  secret,
  /** Without, it is cordoned and not used, but not taken out. */
  enabled: z.boolean().default(true),
  /** What its load counts; 2 for one that should have half the meetings. */
  multiplier: z.number().positive().default(1),
  /** Scalelite's tag: only meetings that ask for it come here. Empty for none. */
  tag: z.string().default(""),
  /** Name of its node on the orchestrator. @default its own */
  node: z.string().optional(),
  /**
   * Where its host tells how many recordings have not arrived in the shared store, and when it looked: metrics in Prometheus' text format,
   * the time in seconds since 1970.
   * @default only what the server itself still processes is waited for
   */
  handover: z.strictObject({ url, metric, looked: metric }).optional(),
});

/** What the registrator is told: a file that the orchestrator writes from a Secret, and that may change while it runs. */
export const Declared = z.strictObject({
  scalelite: z.strictObject({ url, secret }),
  algorithm: z.enum(algorithms).default("sha256"),
  /** Whoever has it may drain servers. */
  token: z.string().min(32, "too short: a token has at least 32 characters"),
  /**
   * What happens to servers in Scalelite that are not declared: `keep` leaves them alone, `cordon` takes them out when they are
   * empty, `force` ends their meetings and takes them out.
   */
  mode: z.enum(["keep", "cordon", "force"]).default("cordon"),
  /** Only tells what would be done. */
  dryRun: z.boolean().default(false),
  /** Seconds between two looks. */
  passSeconds: z.number().positive().default(10),
  /** Scalelite's POLL_INTERVAL in seconds: so old can be what it says. */
  pollSeconds: z.number().positive().default(60),
  /** Seconds after which a server whose API is silent, and whose node is not Ready, is dead. */
  deadSeconds: z.number().positive().default(180),
  /** People that a server of multiplier 1 can carry. @source Scalelite's readme: some 200 for the smallest server */
  capacity: z.number().positive().default(200),
  /** Servers that must stay enabled while others are drained. */
  leastEnabled: z.number().int().min(0).default(1),
  /** Asks Consul how the hosts are, by the checks of a service; else the orchestrator is asked. */
  consul: z
    .strictObject({
      url,
      service: z.string().min(1),
      token: z.string().min(1).optional(),
      /** The key in its store that says when the checks were last made. Without, they are taken for new. */
      looked: z.string().min(1).optional(),
      /** Whether the orchestrator is asked too: then a host is lost only if both say so. */
      beside: z.boolean().default(false),
    })
    .optional(),
  /** The estate's servers, by name. */
  servers: z.record(z.string().regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/), Server),
});

export type Declared = Readonly<z.output<typeof Declared>>;
export type DeclaredServer = Readonly<z.output<typeof Server>>;

/** @throws Error with every mistake at once, each with its path; no value is in it */
export function parseDeclared(text: string): Declared {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new Error("the declared state is no JSON");
  }
  const parsed = Declared.safeParse(json);
  if (parsed.success) return parsed.data;
  const mistakes = parsed.error.issues.map(({ path, message }) => `${path.join(".") || "(all of it)"}: ${message}`);
  throw new Error(`the declared state is wrong: ${mistakes.join("; ")}`);
}
