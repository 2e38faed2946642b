import { type ExportedState, estates, stateOf } from "./states.ts";

/** A state in which a word is another wherever it is. */
function renamed(state: ExportedState, from: string, to: string): ExportedState {
  return JSON.parse(JSON.stringify(state).replaceAll(from, JSON.stringify(to).slice(1, -1))) as ExportedState;
}

/** What no document can name a host; a browser that runs any of it changes the title of the page around the map. */
const hostile = `"><img src="x" onerror="parent.document.title='run'"><script>parent.document.title='run'</script>&'\u0007\uD800`;

const empty = { version: 3, deployment: { manifest: { time: "" } } };

const made: Record<string, unknown> = { "an empty stack": empty };
// one after another: the program is run in this process
for (const name of estates) made[name] = await stateOf(name);
const six = await stateOf("six hosts");
made["long names"] = renamed(six, "bbb", "a-very-long-name-of-a-role-and-its-hosts");
made["names that are markup"] = renamed(six, "worker-01", hostile);
made["names in wide characters"] = renamed(six, "worker-01", "会議サーバー".repeat(4));
made["every health"] = await everyHealth();

/** States that maps are drawn of; each call of `state` gives a copy. */
export const cases: readonly { readonly name: string; readonly state: () => unknown }[] = Object.entries(made).map(
  ([name, state]) => ({ name, state: () => structuredClone(state) }),
);

async function everyHealth(): Promise<ExportedState> {
  const state = await stateOf("six hosts");
  const { deployment } = state;
  const without = ["bbb-02-ready", "orchestrator-02-floating-ip-association"];
  deployment.resources = deployment.resources.filter(({ urn }) => !without.some((name) => urn.endsWith(`::${name}`)));
  const marked = (name: string) => deployment.resources.filter(({ urn }) => urn.endsWith(`::${name}`));
  for (const gate of marked("bbb-01-ready")) gate.pendingReplacement = true;
  for (const server of marked("worker-01")) if (server.type.endsWith(":Instance")) server.pendingReplacement = true;
  return state;
}
