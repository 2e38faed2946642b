export { application } from "../../../../apps/redis/app.ts";
