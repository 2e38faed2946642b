import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { startBoot } from "../boot/boot.ts";
import { ensureBoot } from "../boot/ignition.ts";
import { ensureKubernetes } from "../kubernetes/kubernetes.ts";
import { startNetwork } from "../network/network.ts";
import { ensureOpenstack } from "../openstack/python.ts";
import { startOpenstack } from "../openstack/start.ts";
import { place } from "../place.ts";
import type { Stack } from "../stack.ts";
import { serveControl } from "./control.ts";
import { failing, forgetFailure } from "./failure.ts";
import { Progress } from "./progress.ts";
import { createSupervisor } from "./supervisor.ts";

// what a host's users may read must not depend on the caller's mask; what is secret is written with a mode of its own
process.umask(0o022);
const here = place();
mkdirSync(join(here.data, "logs"), { recursive: true, mode: 0o700 });
forgetFailure(here.data);
const progress = new Progress();
const supervisor = createSupervisor(here.data);
const fail = failing({
  data: here.data,
  show: (reason) => progress.fail(reason),
  end: endAll,
  exit: () => process.exit(1),
});
for (const event of ["uncaughtException", "unhandledRejection"]) process.on(event, (error) => void fail(error));
const control = await serveControl({ progress, supervisor, stop });
for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => void stop());

try {
  const say = (line: string) => progress.say(line);
  const stack: Stack = { ...here, ...(await programs(say)), supervisor, say };
  await startOpenstack(stack);
  control.network = await startNetwork(stack);
  control.boot = await startBoot(stack, control.network);
  progress.finish();
} catch (error) {
  await fail(error);
}

/** The command has built them all; this finds them, without any network. */
async function programs(say: (line: string) => void): Promise<Pick<Stack, "python" | "kubernetes" | "ignition">> {
  const [{ python }, { binary }, { ignition }] = await Promise.all([
    ensureOpenstack(here, say),
    ensureKubernetes(here, say),
    ensureBoot(here, say),
  ]);
  return { python, kubernetes: binary, ignition };
}

async function stop(): Promise<void> {
  progress.say("stopping");
  await endAll();
  process.exit(0);
}

async function endAll(): Promise<void> {
  try {
    await control.boot?.stop();
    control.network?.stop();
  } finally {
    await supervisor.stop(supervisor.status().map(({ name }) => name));
  }
}
