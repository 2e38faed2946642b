import { place } from "../../local/place.ts";
import { startCloud } from "./cloud.ts";
import { describeEstate, printEstate } from "./estate-table.ts";
import { apiAddress } from "./kubeconfig.ts";
import { exclusive } from "./lock.ts";
import { prepareStack, upStack } from "./stack.ts";

interface Options {
  readonly yes?: boolean;
  readonly json?: boolean;
  /** false: the cloud only. */
  readonly estate: boolean;
}

/** From whatever there is to a running estate. Doing it again changes nothing; after a kill at any moment it goes on. */
export async function up({ yes, json, estate }: Options): Promise<void> {
  const here = place();
  await exclusive(here, "up", async () => {
    const started = Date.now();
    await startCloud(here, { yes: yes ?? false, quiet: json ?? false });
    await prepareStack(here, here.stack);
    if (!estate)
      return void process.stdout.write(
        json ? `${JSON.stringify({ state: "running" })}\n` : "The local cloud is running.\n",
      );
    await upStack(here, here.stack, { quiet: json ?? false });
    const table = await describeEstate(here);
    const { hostname: apiName } = await apiAddress(here);
    printEstate(table, { apiName, json: json ?? false, seconds: Math.round((Date.now() - started) / 1000) });
  });
}
