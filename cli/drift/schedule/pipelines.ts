import { stringify } from "yaml";

/** Read where they are needed, from the protected variables of the CI. */
const secrets = [
  ...["PULUMI_BACKEND_URL", "PULUMI_CONFIG_PASSPHRASE", "OS_AUTH_URL", "OS_REGION_NAME"],
  ...["OS_APPLICATION_CREDENTIAL_ID", "OS_APPLICATION_CREDENTIAL_SECRET", "ESTATE_DRIFT_WEBHOOK"],
] as const;

const head = `# The scheduled drift check: it changes neither the cloud nor the state, and takes no lock that would hold an update back.
# The credential of the cloud needs the role reader alone. The passphrase opens the secrets of the stack: run it for the default
# branch alone, on a runner that is trusted like a workstation and may reach the orchestrator's API (admins.cidrs).
# Exit codes: 0 clean, 1 broken, 2 drift, 75 an update runs.
`;

/** By hash, as pipelines/ has them: a tag is another program tomorrow. */
const actions = {
  checkout: "actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8", // v5.0.0
  cache: "actions/cache@0400d5f644dc74513175e3cd8d07132dd4860809", // v4.2.4
} as const;

/** The line ends with the exit code of the check; 75 is no failure. */
function command(stack: string): string {
  const files = "--markdown drift.md --html drift.html --history .drift/history.sqlite";
  return `cli/estate drift --stack '${stack.replaceAll("'", "'\\''")}' --sightings 2 ${files}`;
}

/** A workflow of GitHub Actions. The history is in the cache. */
export function renderGithub(stack: string): string {
  const check = `${command(stack)} || code=$?\n[ -z "$code" ] || [ "$code" -eq 75 ] || exit "$code"\n`;
  const workflow = {
    name: `drift of ${stack}`,
    on: { schedule: [{ cron: "17 * * * *" }], workflow_dispatch: {} },
    permissions: { contents: "read" },
    concurrency: { group: `estate-drift-${stack}`, "cancel-in-progress": false },
    jobs: {
      drift: {
        "runs-on": ["self-hosted", "estate"],
        environment: stack,
        "timeout-minutes": 30,
        env: Object.fromEntries(secrets.map((name) => [name, `\${{ secrets.${name} }}`])),
        steps: [
          { uses: actions.checkout },
          {
            uses: actions.cache,
            with: { path: ".drift", key: `drift-${stack}-\${{ github.run_id }}`, "restore-keys": `drift-${stack}-` },
          },
          { run: check },
          { if: "always()", run: 'cat drift.md >> "$GITHUB_STEP_SUMMARY" 2>/dev/null || true' },
        ],
      },
    },
  };
  return `${head}${stringify(workflow, { lineWidth: 0 })}`;
}

/** A job of GitLab CI, for a pipeline schedule. GitLab itself gives it the protected variables. */
export function renderGitlab(stack: string): string {
  const job = {
    [`drift of ${stack}`]: {
      rules: [{ if: '$CI_PIPELINE_SOURCE == "schedule" && $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH' }],
      tags: ["estate"],
      environment: { name: stack, action: "verify" },
      resource_group: `estate-drift-${stack}`,
      timeout: "30 minutes",
      cache: { key: `drift-${stack}`, paths: [".drift/"], when: "always" },
      script: [command(stack)],
      allow_failure: { exit_codes: [75] },
      artifacts: { when: "always", expire_in: "1 week", paths: ["drift.html", "drift.md"] },
    },
  };
  const names = `# Protected variables: ${secrets.join(", ")}\n`;
  return `${head}${names}${stringify(job, { lineWidth: 0 })}`;
}
