import type { Registrator } from "./registrator.ts";
import { versionNumber } from "./release.ts";
import { states } from "./scalelite.ts";
import { healthOf } from "./verdict.ts";
import { viewOf } from "./view.ts";

type Sample = readonly [labels: Readonly<Record<string, string>>, value: number];

/** What Prometheus reads of one replica. All of them look, so that nothing is missing while the lead changes. */
export function metricsOf(registrator: Registrator, leads: boolean): string {
  const { look, trouble, counts } = registrator;
  const servers = look ? viewOf(look) : [];
  const words = Object.keys(healthOf);
  const drains = look?.observed.subjects.filter(({ drain }) => drain) ?? [];
  return [
    gauge("registrator_leader", "Whether this replica acts.", [[{}, Number(leads)]]),
    gauge("registrator_trouble", "Whether the declared state is wrong, or the last look failed.", [
      [{}, Number(trouble !== undefined)],
    ]),
    gauge(
      "registrator_look_timestamp_seconds",
      "When the last look that succeeded ended.",
      look ? [[{}, look.observed.now / 1000]] : [],
    ),
    gauge(
      "registrator_server_condition",
      "How a server is: 1 for the word that holds.",
      servers.flatMap(({ name, condition }) =>
        words.map((word): Sample => [{ server: name, condition: word }, Number(word === condition)]),
      ),
    ),
    gauge(
      "registrator_server_state",
      "State of a server in Scalelite: 1 for the one that holds.",
      servers.flatMap(({ name, state }) =>
        state === undefined
          ? []
          : states.map((word): Sample => [{ server: name, state: word }, Number(word === state)]),
      ),
    ),
    gauge(
      "registrator_server_version",
      "Release of BigBlueButton as a number: 3.0.35 is 3000035.",
      servers.flatMap(({ name, version }): Sample[] =>
        version === undefined ? [] : [[{ server: name, version }, versionNumber(version)]],
      ),
    ),
    gauge(
      "registrator_server_meetings",
      "Meetings, as the server itself counts them.",
      servers.flatMap(({ name, meetings }): Sample[] => (meetings === undefined ? [] : [[{ server: name }, meetings]])),
    ),
    gauge(
      "registrator_server_load",
      "Load as Scalelite counts it.",
      servers.flatMap(({ name, load }): Sample[] => (load === undefined ? [] : [[{ server: name }, load]])),
    ),
    gauge(
      "registrator_server_online",
      "Whether Scalelite's poller reaches the server.",
      servers.flatMap(({ name, online }): Sample[] =>
        online === undefined ? [] : [[{ server: name }, Number(online)]],
      ),
    ),
    gauge(
      "registrator_server_people",
      "People in meetings, as the server itself counts them.",
      servers.flatMap(({ name, people }): Sample[] => (people === undefined ? [] : [[{ server: name }, people]])),
    ),
    gauge(
      "registrator_drain_phase_since_seconds",
      "Since when a drain is in its phase.",
      drains.flatMap(({ name, drain }): Sample[] =>
        drain ? [[{ server: name, phase: drain.phase }, drain.since / 1000]] : [],
      ),
    ),
    series(
      "counter",
      "registrator_steps_total",
      "Steps that this replica has done, or failed to do.",
      [...counts].map(([key, value]): Sample => {
        const [step = "", result = ""] = key.split(" ");
        return [{ step, result }, value];
      }),
    ),
  ].join("");
}

function gauge(name: string, help: string, samples: readonly Sample[]): string {
  return series("gauge", name, help, samples);
}

/** Prometheus' text format. */
function series(type: "gauge" | "counter", name: string, help: string, samples: readonly Sample[]): string {
  const lines = samples.map(([labels, value]) => {
    const written = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`);
    return `${name}${written.length > 0 ? `{${written.join(",")}}` : ""} ${value}\n`;
  });
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join("")}`;
}

function escaped(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
