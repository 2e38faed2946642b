import type { Dashboard } from "./panel.ts";

/** All replicas of the registrator tell the same. */
const of = (metric: string) => `max by (server) (${metric})`;

/** What the servers themselves count, by the registrator, who asks all of them. */
export const meetings: Dashboard = {
  ...{ id: "meetings", title: "Meetings" },
  panels: [
    { title: "People", queries: [[`sum(${of("registrator_server_people")})`, "people"]], as: "stat" },
    { title: "Meetings", queries: [[`sum(${of("registrator_server_meetings")})`, "meetings"]], as: "stat" },
    { title: "People by server", queries: [[of("registrator_server_people"), "{{server}}"]] },
    { title: "Meetings by server", queries: [[of("registrator_server_meetings"), "{{server}}"]] },
  ],
};

/** What BigBlueButton's own exporter adds to that. */
export const media: Dashboard = {
  ...{ id: "media", title: "BigBlueButton" },
  panels: [
    { title: "API answers", queries: [["bbb_api_up", "{{instance}}"]] },
    {
      ...{ title: "The API takes", unit: "s" },
      queries: [
        [
          "sum by (instance) (rate(bbb_api_latency_sum[$__rate_interval])) / sum by (instance) (rate(bbb_api_latency_count[$__rate_interval]))",
          "{{instance}}",
        ],
      ],
    },
    { title: "With a microphone", queries: [["bbb_meetings_voice_participants", "{{instance}}"]] },
    { title: "With a camera", queries: [["bbb_meetings_video_participants", "{{instance}}"]] },
  ],
};

/** Scalelite's servers, and the programs that it is made of. */
export const scalelite: Dashboard = {
  ...{ id: "scalelite", title: "Scalelite" },
  panels: [
    { title: "Load", queries: [[of("registrator_server_load"), "{{server}}"]] },
    {
      title: "Servers by state",
      queries: [["sum by (state) (max by (server, state) (registrator_server_state))", "{{state}}"]],
    },
    { title: "Reached by its poller", queries: [[of("registrator_server_online"), "{{server}}"]] },
    {
      title: "Servers by release",
      queries: [["count by (version) (max by (server, version) (registrator_server_version))", "{{version}}"]],
    },
    {
      title: "Pods that are ready",
      queries: [
        ['kube_deployment_status_replicas_ready{namespace="estate",deployment=~"scalelite-.*"}', "{{deployment}}"],
      ],
    },
    {
      ...{ title: "Seen by the registrator", unit: "s" },
      queries: [["time() - max(registrator_look_timestamp_seconds)", "seconds ago"]],
    },
  ],
};
