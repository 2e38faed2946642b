export { build } from "../../../../apps/redis/component.ts";
