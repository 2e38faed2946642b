import { KubeConfig } from "@kubernetes/client-node";
import { run } from "./run.ts";

/**
 * The registrator, in a pod: `node apps/registrator/service/main.ts`, with POD_NAME and POD_NAMESPACE in the environment, and the
 * file that REGISTRATOR_FILE names. It ends with 0 on SIGTERM, once the lease is given back.
 */
const { POD_NAME: me, POD_NAMESPACE: namespace, REGISTRATOR_FILE: file, REGISTRATOR_PORT: port = "8080" } = process.env;

if (me && namespace && file) {
  const kubernetes = new KubeConfig();
  kubernetes.loadFromCluster();
  const say = (line: string) => process.stdout.write(`${new Date().toISOString()} ${line}\n`);
  const running = await run({ file, me, namespace, kubernetes, port: Number(port), say });
  say(`listens on port ${running.port}`);
  process.once("SIGTERM", () => {
    running.stop().then(
      () => process.exit(0),
      (error: Error) => {
        // the others wait for the lease to run out instead
        say(`the lease was not given back: ${error.message}`);
        process.exit(0);
      },
    );
  });
} else {
  process.stderr.write("it needs POD_NAME, POD_NAMESPACE and REGISTRATOR_FILE in its environment\n");
  process.exitCode = 2;
}
