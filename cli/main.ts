import { program } from "commander";
import { addCheckCommand } from "./check/command.ts";
import { addInitCommand } from "./init/command.ts";
import { addLocalCommands } from "./local/commands.ts";
import { addMapCommand } from "./map/command.ts";
import { report } from "./report.ts";

program
  .name("estate")
  .description("Describes, builds and keeps a video-conferencing estate on OpenStack.")
  .showHelpAfterError("(add --help for the usage)");
addInitCommand(program);
addCheckCommand(program);
addMapCommand(program);
addLocalCommands(program.command("local").description("the whole estate on this machine, against real APIs"));

try {
  await program.parseAsync();
} catch (error) {
  report(error, process.argv.includes("--json"));
}
