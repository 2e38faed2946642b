import type { Lacking } from "../stack-secrets.ts";
import type { StackDocument } from "./store.ts";

interface Done {
  readonly stack: string;
  readonly document: StackDocument;
  readonly made: readonly string[];
  readonly kept: readonly string[];
  /** What the operator must still store. */
  readonly lacking: readonly Lacking[];
  /** Name of the stack that has the base, where that is another. */
  readonly base?: string | undefined;
  /** The file of the operator's own SSH key, if there is one. */
  readonly keyFile: string | undefined;
}

/** What was done and what to do next, for a person. It names secrets and holds none. */
export function told({ stack, document, made, kept, lacking, base, keyFile }: Done): string {
  const file = `Pulumi.${stack}.yaml`;
  return [
    ...(document.isNew
      ? [`${file}: the estate document was written.`]
      : [`${file}: its estate document is kept as it is.`]),
    made.length === 0
      ? `All ${kept.length} secrets ${lacking.length === 0 ? "are there: nothing is missing," : "that can be made are there:"} nothing was made.`
      : `Secrets made, and encrypted in it: ${made.join(", ")}.`,
    ...(made.includes("sshKey") ? sshKey(keyFile) : []),
    ...lacking.flatMap(({ key, given }) => [
      `Missing is ${given}. Store it (it is asked for, and not shown):`,
      `  pulumi config set --stack ${stack} --secret estate:${key}`,
    ]),
    ...(base === undefined
      ? []
      : [`Pulumi.${base}.yaml has the keys of the authorities. Its passphrase is not for CI.`]),
    "",
    `The stack ${stack} is selected. Next:`,
    "  estate check      does the cloud have what the document names?",
    ...(base === undefined ? [] : [`  pulumi up --stack ${base}`]),
    "  pulumi preview    what would be made",
    "  pulumi up         make it",
    `Keep ${file} with the program's sources, and the passphrase elsewhere: without it nobody can read the secrets.`,
    "",
  ].join("\n");
}

function sshKey(file: string | undefined): readonly string[] {
  if (file !== undefined) return [`The SSH key is the one of ${file}; the estate does not need that file any more.`];
  return [
    "The SSH key was made. To have it in a file for ssh:",
    "  (umask 077; pulumi config get estate:sshKey > infrastructure/key)",
  ];
}
