export { application } from "../../../../apps/postgres/app.ts";
