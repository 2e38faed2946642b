import { program } from "commander";
import { addCheckCommand } from "./check/command.ts";
import { addCommentCommand } from "./comment/command.ts";
import { addDriftCommands } from "./drift/command.ts";
import { addInitCommand } from "./init/command.ts";
import { addLocalCommands } from "./local/commands.ts";
import { addMapCommand } from "./map/command.ts";
import { addPinCommand } from "./pin/command.ts";
import { addPreviewCommand } from "./preview/command.ts";
import { report } from "./report.ts";
import { addRolloutCommands } from "./rollout/command.ts";
import { addStateCommands } from "./state/command.ts";
import { addUpCommands } from "./up/command.ts";

program
  .name("estate")
  .description("Describes, builds and keeps a video-conferencing estate on OpenStack.")
  .showHelpAfterError("(add --help for the usage)");
addInitCommand(program);
addCheckCommand(program);
addPreviewCommand(program);
addCommentCommand(program);
addUpCommands(program);
addDriftCommands(program);
addRolloutCommands(
  program.command("rollout").description("how hosts are replaced, one after another: look, pause, resume"),
);
addStateCommands(program.command("state").description("what Pulumi knows of the estate: its lock, backups, recovery"));
addMapCommand(program);
addPinCommand(program);
addLocalCommands(program.command("local").description("the whole estate on this machine, against real APIs"));

try {
  await program.parseAsync();
} catch (error) {
  report(error, process.argv.includes("--json"));
}
