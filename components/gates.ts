import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";

export interface GatesArgs {
  /** Name of the host, and of its node. Changing it checks the host again (`cli/gate.ts check`), and drains nothing: a host's never changes. */
  readonly host: string;
  /** Another server opens both gates anew. Nothing else does: policy and credentials are read when a gate runs. */
  readonly serverId: pulumi.Output<string>;
  /** They begin after these, and a drain ends before these go. Changing them opens no gate anew. */
  readonly needs: readonly pulumi.Resource[];
}

/** The two gates of a host. */
export interface Gates {
  /** Its creation does nothing; its deletion drains the host, before the server goes. */
  readonly drain: command.local.Command;
  /** Its creation waits until the host has joined, is Ready and has stayed so. The next host depends on it. */
  readonly ready: command.local.Command;
}

/**
 * A gate's deletion runs with the inputs it was made with, so it holds nothing that may change: only which host, which
 * server and which stack. They are two, so that a host that never became ready is drained all the same.
 */
export function createGates(name: string, args: GatesArgs, parent: pulumi.Resource): Gates {
  const inputs = {
    environment: { HOST: args.host, SERVER_ID: args.serverId, STACK: pulumi.getStack() },
    triggers: [args.serverId],
  };
  const options = { parent, deleteBeforeReplace: true };
  const drain = new command.local.Command(
    `${name}-drain`,
    { ...inputs, create: ":", update: ":", delete: "node cli/gate.ts drain" },
    { ...options, dependsOn: [...args.needs] },
  );
  // What a drain needs it needs too, and has: it comes after the drain's creation, and its own deletion does nothing.
  const ready = new command.local.Command(
    `${name}-ready`,
    { ...inputs, create: "node cli/gate.ts ready", update: "node cli/gate.ts check" },
    { ...options, dependsOn: [drain] },
  );
  return { drain, ready };
}
