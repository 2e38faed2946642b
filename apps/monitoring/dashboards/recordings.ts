import type { Dashboard } from "./panel.ts";

/** From a server's spool to the store. */
export const recordings: Dashboard = {
  ...{ id: "recordings", title: "Recordings" },
  panels: [
    { title: "Wait for their import", queries: [["scalelite_spool_recordings", "recordings"]] },
    { title: "The oldest waits for", unit: "s", queries: [["scalelite_spool_oldest_seconds", "seconds"]] },
    {
      ...{ title: "Room in the store", unit: "percentunit" },
      queries: [["scalelite_store_free_bytes / scalelite_store_size_bytes", "left"]],
    },
    {
      title: "Importer",
      queries: [
        ['kube_deployment_status_replicas_ready{namespace="estate",deployment="scalelite-importer"}', "pods ready"],
      ],
    },
  ],
};
