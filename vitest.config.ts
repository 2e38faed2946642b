import { basename } from "node:path";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { keepCompiled } from "./local/compile-cache.ts";

// half of what tests compute is spent on compiling, of the same modules in each worker and in each command that they start
keepCompiled();

/** Engine tests share one estate: it is built first and taken down last, the others come in between. */
class EstateInBetween extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const turn = ({ moduleId }: TestSpecification) =>
      ["estate-up.test.ts", "", "estate-destroy.test.ts"].indexOf(
        basename(moduleId).replace(/^(?!estate-(up|destroy)\.).*/, ""),
      );
    return [...files].sort((a, b) => turn(a) - turn(b) || a.moduleId.localeCompare(b.moduleId));
  }
}

const minutes = 60_000;
/** Against real programs: one file at a time, and never again after a failure. */
const real = {
  fileParallelism: false,
  testTimeout: 20 * minutes,
  hookTimeout: 10 * minutes,
  retry: 0,
};

const plugins = ["test/engine/conformance/command*.test.ts", "test/engine/policy-pack.test.ts"];

export default defineConfig({
  test: {
    sequence: { sequencer: EstateInBetween },
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/unit/**/*.test.ts", "test/graph/**/*.test.ts"],
          testTimeout: 20_000,
          hookTimeout: 60_000,
          // by default one less than there are processors: of two, half would have nothing to do
          maxWorkers: "100%",
        },
      },
      /** Inside the stack's namespaces, on the first estate. */
      { test: { name: "engine", include: ["test/engine/**/*.test.ts"], exclude: plugins, ...real } },
      /** There as well, at the same time, in a project of OpenStack of their own: other estates, and parts without an estate. */
      {
        test: {
          name: "beside",
          include: ["test/beside/**/*.test.ts"],
          globalSetup: ["test/beside/project.ts"],
          ...real,
        },
      },
      /** With the engine alone: no estate, and no cloud. */
      { test: { name: "plugins", include: plugins, ...real } },
      /** On the first estate, but with an hour of their own: not in `npm test`, which CI must end in time. */
      {
        test: {
          name: "long",
          include: ["test/engine/estate-{up,destroy}.test.ts", "test/long/**/*.test.ts"],
          ...real,
          testTimeout: 60 * minutes,
          env: { ESTATE_TEST_MINUTES: "60" },
        },
      },
      /** Beside the stack, on the machine it runs on. */
      { test: { name: "machine", include: ["test/machine/**/*.test.ts"], ...real } },
      /** Pages in a browser. */
      { test: { name: "browser", include: ["test/browser/**/*.test.ts"], ...real } },
    ],
  },
});
