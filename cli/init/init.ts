import { project } from "../../local/place.ts";
import type { Say } from "../../local/say.ts";
import { documentSecrets } from "../../stacks/documentSecrets.ts";
import { parseEstate } from "../../stacks/parse.ts";
import { pulumiOfBase } from "../found/base-pulumi.ts";
import { operatorPulumi } from "../operator-pulumi.ts";
import { readStackFile, stackFilePath } from "../stack-file.ts";
import type { Pulumi } from "../stack-secrets.ts";
import { mistakesOf } from "./check.ts";
import { completeAnswers } from "./complete.ts";
import { describeEstate } from "./document.ts";
import type { Flags } from "./flags.ts";
import { questions } from "./questions.ts";
import { readSshKey } from "./ssh-key.ts";
import { store } from "./store.ts";
import { openTerminal, type Terminal } from "./terminal.ts";
import { told } from "./told.ts";

/** What the command works with. */
export interface Surroundings {
  /** Where `Pulumi.yaml` is. */
  readonly folder: string;
  readonly pulumi: Pulumi;
  /** The same with the passphrase of the base. @throws Trouble when nothing says it */
  readonly pulumiOfBase: () => Pulumi;
  /** Nothing where nobody can be asked. */
  readonly terminal?: Terminal | undefined;
  readonly print: (text: string) => void;
  readonly say: Say;
}

/**
 * Describes a new estate on a real cloud in its stack file, with all its secrets, encrypted. What is there stays: a document is
 * kept as it is, and only missing secrets are made.
 *
 * @throws Trouble or DocumentError with all that is missing or wrong; then nothing was written
 */
export async function init(flags: Flags, surroundings: Surroundings = real(flags)): Promise<void> {
  const { folder, pulumi, terminal, print, say } = surroundings;
  const { stack, document, stored, base: known } = await describe(flags, surroundings).finally(() => terminal?.close());
  const estate = parseEstate(document.content, `Pulumi.${stack}.yaml (estate:estate)`);
  const key = await readSshKey({ folder, file: flags.key, stored });
  say(`completing the secrets of the stack ${stack}`);
  const name = flags.base ?? known;
  const base = name === undefined ? undefined : { name, folder, pulumi: surroundings.pulumiOfBase() };
  const done = await store({ name: stack, pulumi, folder }, { document, key, asked: documentSecrets(estate), base });
  const file = stackFilePath(stack, folder);
  const { lacking, ...rest } = done;
  if (flags.json) print(`${JSON.stringify({ stack, file, ...rest, ...(lacking.length > 0 ? { lacking } : {}) })}\n`);
  else print(told({ stack, document, ...done, base: name, keyFile: key?.file }));
}

/** The stack, the document it has or is to have, the name of its base, and whether it has an SSH key. */
async function describe(flags: Flags, { folder, terminal }: Surroundings) {
  const [question] = questions;
  const wrong = (stack: string) => mistakesOf({ stack }, questions.slice(0, 1));
  const named = flags.stack === undefined && question ? await terminal?.ask(question, undefined, wrong) : flags.stack;
  const known = typeof named === "string" && wrong(named).length === 0 ? named : undefined;
  const { config = {} } = known === undefined ? {} : await readStackFile(known, folder);
  const content = config["estate:estate"];
  const stored = config["estate:sshKey"] !== undefined;
  if (known !== undefined && content !== undefined)
    return { stack: known, stored, base: nameIn(config["estate:base"]), document: { content, isNew: false } };
  const answers = await completeAnswers(named === undefined ? flags : { ...flags, stack: named }, terminal);
  const document = { content: describeEstate(answers), isNew: true };
  return { stack: answers.stack ?? "", stored, base: nameIn(config["estate:base"]), document };
}

function nameIn(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function real({ yes }: Flags): Surroundings {
  const asked = !yes && process.stdin.isTTY && process.stderr.isTTY;
  return {
    folder: project,
    pulumi: operatorPulumi(project, "estate init"),
    pulumiOfBase: () => pulumiOfBase(project, process.env, "estate init"),
    terminal: asked ? openTerminal() : undefined,
    print: (text) => void process.stdout.write(text),
    say: (line) => void process.stderr.write(`${line}\n`),
  };
}
