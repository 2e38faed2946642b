import type { Command } from "commander";

interface Common {
  readonly json?: boolean;
}

/** `estate local ...`. Each command is loaded when it is used: starting must be quick. */
export function addLocalCommands(local: Command): void {
  const json = "print JSON, for machines";
  local
    .command("up")
    .description("set up what is missing, start the local cloud, run `pulumi up` on the stack `local`")
    .option("-y, --yes", "install missing system packages without asking")
    .option("--no-estate", "start the cloud only, without an estate on it")
    .option("--json", json)
    .action(async (options: Common & { yes?: boolean; estate: boolean }) => (await import("./up.ts")).up(options));
  local
    .command("down")
    .description("stop everything; what was built stays and is there again after the next up")
    .option("--json", json)
    .action(async (options: Common) => (await import("./down.ts")).down(options));
  local
    .command("reset")
    .description("stop everything and delete the state and the data of the local stack")
    .option("--json", json)
    .action(async (options: Common) => (await import("./down.ts")).reset(options));
  local
    .command("status")
    .description("show services and hosts, what is real and what is played; exit code 1 unless all are well")
    .option("--json", json)
    .action(async (options: Common) => (await import("./status.ts")).status(options));
  local
    .command("logs")
    .description("show why a host has not joined, or the log of a service")
    .argument("<name>", "a host or a service, as `estate local status` names them")
    .option("-n, --lines <count>", "how many lines", "40")
    .option("-f, --follow", "go on as it grows")
    .option("--json", json)
    .action(async (name: string, options: Common & { lines: string; follow?: boolean }) =>
      (await import("./logs.ts")).logs(name, options),
    );
  local
    .command("doctor")
    .description("check what this machine has and what it lacks; exit code 1 if something is missing")
    .option("--json", json)
    .action(async (options: Common) => (await import("./doctor.ts")).doctor(options));
  local
    .command("heal", { hidden: true })
    .description("put the state and the cloud right after an engine was killed; up does it by itself")
    .action(async () => (await import("./heal.ts")).healLocal());
  local
    .command("shell")
    .description("a shell inside the stack, where pulumi, kubectl, openstack, dig and curl work")
    .action(async () => (await import("./enter.ts")).enter([process.env.SHELL ?? "/bin/sh"]));
  local
    .command("exec")
    .description("run a command inside the stack; its exit code is passed on")
    .argument("<command...>", "after --")
    .action(async (command: string[]) => (await import("./enter.ts")).enter(command));
  local
    .command("open")
    .description("forward a page of the estate to a loopback port of yours, until interrupted")
    .argument("<name>", "kubernetes, a service of OpenStack, or any NAME:PORT of the estate")
    .option("-p, --port <number>", "the port on 127.0.0.1; 0 takes a free one", "0")
    .option("--json", json)
    .action(async (name: string, options: Common & { port: string }) =>
      (await import("./open.ts")).open(name, options),
    );
  local
    .command("restart")
    .description("restart a service of the local cloud")
    .argument("<service>")
    .option("--json", json)
    .action(async (name: string, options: Common) => (await import("./restart.ts")).restart(name, options));
  local
    .command("break")
    .description("make a host fail on purpose, to see what then happens")
    .argument("<host>")
    .argument("<how>", "never-boots, boots-late:SECONDS, dies-after:SECONDS, or none")
    .option("--json", json)
    .action(async (host: string, how: string, options: Common) =>
      (await import("./break.ts")).breakHost(host, how, options),
    );
}
