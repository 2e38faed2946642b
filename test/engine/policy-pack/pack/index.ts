import { PolicyPack } from "@pulumi/policy";

const lowerCase: RegExp = /^[a-z]+$/;

new PolicyPack("rooms", {
  policies: [
    {
      name: "room-names",
      description: "Rooms have names in lower case.",
      enforcementLevel: "mandatory",
      validateResource: ({ type, name }, reportViolation) => {
        if (type === "test:index:Room" && !lowerCase.test(name)) reportViolation(`${name} is not in lower case`);
      },
    },
  ],
});
