import { execa } from "execa";
import { project } from "../../local/place.ts";
import { chooseStack } from "../check/document.ts";
import { operatorPulumi } from "../operator-pulumi.ts";
import { backUp } from "../state/backup.ts";
import { healStack } from "./up.ts";

interface Options {
  readonly stack?: string;
  readonly yes?: boolean;
}

/** Runs `pulumi destroy`, and tells the gates that everything is to go: they drain nothing, and no pause or window holds them back. */
export async function destroy({ stack: named, yes }: Options): Promise<void> {
  const stack = await chooseStack(named, process.env);
  await healStack(stack, "estate destroy");
  await backUp(stack, operatorPulumi(project, "estate destroy"), "destroy");
  // Ctrl-C reaches pulumi too, which then ends in good order; we wait for that
  const ignore = () => undefined;
  process.on("SIGINT", ignore);
  const result = await execa("pulumi", ["destroy", "--stack", stack, ...(yes ? ["--yes", "--skip-preview"] : [])], {
    ...{ cwd: project, reject: false, stdio: "inherit", env: { ESTATE_DESTROY: "1" } },
  });
  process.off("SIGINT", ignore);
  process.exitCode = result.exitCode ?? 1;
}
