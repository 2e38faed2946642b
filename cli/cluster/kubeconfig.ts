import { parse } from "yaml";
import { z } from "zod";
import { Trouble } from "../../local/say.ts";
import { explain } from "../../stacks/explain.ts";
import { section, text, told } from "../../stacks/schema/told.ts";

/** How to reach a Kubernetes API and who one is there. */
export interface Access {
  readonly server: URL;
  /** The only authority that its certificate may come from. PEM. */
  readonly caCert: string;
  /** PEM. */
  readonly clientCert: string;
  /** PEM. */
  readonly clientKey: string;
}

/**
 * What a kubeconfig says for its current context.
 *
 * It reads the ones that the estate writes (`stacks/kubeconfig.ts`): authority, client certificate and key are in it. Whatever would
 * need a program (`exec`), a file beside it, or leaves the server unchecked (`insecure-skip-tls-verify`) is a mistake here.
 *
 * @throws Trouble with every mistake
 */
export function readKubeconfig(kubeconfig: string): Access {
  const document = read(kubeconfig);
  const { cluster: clusterName, user: userName } = named(document.contexts, document["current-context"]).context;
  const { cluster } = named(document.clusters, clusterName);
  const { user } = named(document.users, userName);
  return {
    server: new URL(cluster.server),
    caCert: cluster["certificate-authority-data"],
    clientCert: user["client-certificate-data"],
    clientKey: user["client-key-data"],
  };
}

const pem = z
  .string(told("write PEM text, encoded as base64"))
  .transform((encoded) => Buffer.from(encoded, "base64").toString())
  .refine((decoded) => decoded.includes("-----BEGIN "), "is no PEM text, encoded as base64");
const server = z.string(told("write the API's address, such as https://api.meet.example.org:6443"));

const Kubeconfig = z
  .object({
    "current-context": text("the name of a context"),
    contexts: list({ context: z.object({ cluster: text("a cluster's name"), user: text("a user's name") }) }),
    clusters: list({
      cluster: section({
        server: server.refine(
          (url) => /^https:/.test(url) && URL.canParse(url),
          "is no address that begins with https://",
        ),
        "certificate-authority-data": pem,
      }),
    }),
    users: list({ user: section({ "client-certificate-data": pem, "client-key-data": pem }) }),
  })
  .superRefine(({ "current-context": current, contexts, clusters, users }, { addIssue }) => {
    const missing = (path: readonly string[], name: string, entries: readonly { readonly name: string }[]) => {
      if (entries.some((entry) => entry.name === name)) return;
      addIssue({ code: "custom", path: [...path], message: `there is no entry named ${name}` });
    };
    missing(["current-context"], current, contexts);
    const context = contexts.find(({ name }) => name === current)?.context;
    if (!context) return;
    missing(["contexts", current, "context", "cluster"], context.cluster, clusters);
    missing(["contexts", current, "context", "user"], context.user, users);
  });

function list<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  return z.array(z.object({ name: text("a name"), ...shape }), told("write a list of entries that have a name"));
}

function read(kubeconfig: string): z.infer<typeof Kubeconfig> {
  let document: unknown;
  try {
    document = parse(kubeconfig);
  } catch (error) {
    throw new Trouble(`the kubeconfig is no YAML: ${(error as Error).message.split("\n", 1)[0]}`);
  }
  const result = Kubeconfig.safeParse(document);
  if (result.success) return result.data;
  throw new Trouble(["the kubeconfig cannot be used:", ...explain(result.error.issues)].join("\n  "));
}

/** The schema has seen to it that there is one. */
function named<Entry extends { readonly name: string }>(entries: readonly Entry[], name: string): Entry {
  const found = entries.find((entry) => entry.name === name);
  if (!found) throw new Trouble(`the kubeconfig has no entry named ${name}`);
  return found;
}
