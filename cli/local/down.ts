import { rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { clientOf } from "../../local/daemon/client.ts";
import { killDaemon, removeData, runningDaemon } from "../../local/daemon/launch.ts";
import { type Place, place, project } from "../../local/place.ts";
import { removeEstateFiles } from "../estate-folder.ts";
import { exclusive } from "./lock.ts";

/** Seconds that services have to end by themselves; then the kernel ends them with their namespaces. */
const patience = 40;

/** Stops the stack. Doing it twice is not an error. */
export async function down({ json }: { json?: boolean }): Promise<void> {
  const here = place();
  const stopped = await exclusive(here, "down", () => stopDaemon(here));
  process.stdout.write(
    json
      ? `${JSON.stringify({ stopped })}\n`
      : stopped
        ? "The local stack is down.\n"
        : "The local stack was not running.\n",
  );
}

/** Stops the stack and deletes its data, its state, its stack file and the journal of its rolls. What was built stays in the cache. */
export async function reset({ json }: { json?: boolean }): Promise<void> {
  const here = place();
  await exclusive(here, "reset", async () => {
    await stopDaemon(here);
    await removeData(here);
    await rm(join(project, `Pulumi.${here.stack}.yaml`), { force: true });
    await removeEstateFiles(here.stack);
  });
  process.stdout.write(
    json ? `${JSON.stringify({ reset: here.data })}\n` : `The local stack and its data in ${here.data} are gone.\n`,
  );
}

async function stopDaemon(here: Place): Promise<boolean> {
  const daemon = await runningDaemon(here);
  if (!daemon) return false;
  await clientOf(daemon)
    .stop()
    .catch(() => undefined);
  for (let waited = 0; waited < patience * 10 && (await runningDaemon(here)); waited += 1) await sleep(100);
  await killDaemon(here, daemon);
  return true;
}
