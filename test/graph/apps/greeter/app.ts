import { defineApplication } from "../../../../stacks/application.ts";
import { text } from "../../../../stacks/schema/told.ts";

export const application = defineApplication({
  about: "Greets.",
  settings: { words: text("what it says") },
  uses: ["store"],
  check({ words }, { zone }, wrong) {
    if (words.includes(zone)) wrong(["words"], "leave the zone out");
  },
});
