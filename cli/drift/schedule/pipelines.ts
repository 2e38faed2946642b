import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Document, isScalar, type Pair, parseDocument, type YAMLMap } from "yaml";
import { project } from "../../../local/place.ts";

/** The workflow of GitHub Actions that pipelines/ has, for one stack. pipelines/README.md says what it needs. */
export function renderGithub(stack: string): string {
  const workflow = read("github/estate-drift.yml");
  workflow.set("name", `drift of ${stack}`);
  workflow.setIn(["concurrency", "group"], `estate-drift-${stack}`);
  const steps = (workflow.toJS() as { jobs: { drift: { steps: readonly { name?: string }[] } } }).jobs.drift.steps;
  const at = steps.findIndex(({ name }) => name === "Drift");
  workflow.setIn(["jobs", "drift", "steps", at, "env", "ESTATE_STACK"], stack);
  return workflow.toString({ lineWidth: 0 });
}

/** The job of GitLab CI that pipelines/ has, for a pipeline schedule, with what it extends. */
export function renderGitlab(stack: string): string {
  const pipeline = read("gitlab/estate.gitlab-ci.yml");
  const all = pipeline.contents as YAMLMap;
  all.items = all.items.filter((item) => [".estate", "drift"].includes(keyOf(item)));
  // GitLab's own stage, since those of the pipeline are left out
  pipeline.deleteIn(["drift", "stage"]);
  pipeline.setIn(["drift", "variables"], pipeline.createNode({ ESTATE_STACK: stack }));
  pipeline.commentBefore = " The scheduled look for drift: include it in .gitlab-ci.yml; see pipelines/README.md.";
  return pipeline.toString({ lineWidth: 0 });
}

function keyOf({ key }: Pair): string {
  return String(isScalar(key) ? key.value : key);
}

/** With its comments, which say why. */
function read(file: string): Document {
  return parseDocument(readFileSync(join(project, "pipelines", file), "utf8"));
}
