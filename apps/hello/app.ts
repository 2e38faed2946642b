import { defineApplication } from "../../stacks/application.ts";
import { whole } from "../../stacks/schema/told.ts";

export const application = defineApplication({
  about: "A small workload that shows that the orchestrator runs pods and leads requests to them.",
  byDefault: true,
  settings: {
    /** Pods of it. Changed in place. */
    replicas: whole(1, 20, "pods").default(2),
  },
  ports: { http: { port: 8080, from: ["hosts"] } },
});
