import { defineApplication } from "../../../../stacks/application.ts";

export const application = defineApplication({
  about: "Keeps something in both data stores.",
  settings: {},
  uses: ["postgres", "redis"],
});
