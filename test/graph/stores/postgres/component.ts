export { build } from "../../../../apps/postgres/component.ts";
