import { type Command, InvalidArgumentError } from "commander";
import { exitCodes } from "./exit-codes.ts";

const help = `
Each image of stacks/versions.ts is asked of its registry: what has no digest gets one, and what has another now is shown and, if you
agree, gets that. A tag that moved is either an image that was built anew, as Docker's own are, or not what it was: look before you agree.
Nothing but digests is written, and nothing is pulled. Look at what changed with 'git diff', and with 'estate preview' at what it replaces.

Exit codes:
  ${exitCodes.pinned}   every image has the digest of its registry (with --check: had it)
  ${exitCodes.failed}   an image could not be asked, or there is no such tag; what could is done
  ${exitCodes.differs}   with --check: an image has no digest, or another one now`;

export interface PinOptions {
  readonly check?: boolean;
  readonly mirror?: Readonly<Record<string, string>>;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** `estate pin`. It is loaded when it is used. */
export function addPinCommand(program: Command): void {
  program
    .command("pin")
    .description("ask registries for the digests of the estate's images, and write them into stacks/versions.ts")
    .argument("[images...]", "only images whose names hold one of these, such as postgres (default: all)")
    .option("--check", "write nothing: say what differs")
    .option("--mirror <registry=url>", "ask there, such as docker.io=https://mirror.example.org (repeatable)", mirror)
    .option("--yes", "write digests of tags that moved without asking")
    .option("--json", "print JSON, for machines")
    .addHelpText("after", help)
    .action(async (images: string[], options: PinOptions) => (await import("./pin.ts")).pin(images, options));
}

function mirror(text: string, before: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  const [, registry = "", url = ""] = text.match(/^([^=/]+)=(https?:\/\/.+)$/) ?? [];
  if (!registry || !URL.canParse(url))
    throw new InvalidArgumentError("write a registry and its address, such as docker.io=https://mirror.example.org.");
  return { ...before, [registry]: url };
}
