import { defineApplication } from "../../../../stacks/application.ts";
import { whole } from "../../../../stacks/schema/told.ts";

export const application = defineApplication({
  about: "Keeps greetings.",
  settings: { sizeGiB: whole(1, 100, "GiB") },
  secrets: { password: { bytes: 24 }, licence: { given: "the licence of the store" } },
  ports: { data: { port: 7000, from: ["greeter"] } },
});
