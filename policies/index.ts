import { PolicyPack } from "@pulumi/policy";
import { policies } from "./rules.ts";

new PolicyPack("estate", { policies: [...policies] });
