import { readFileSync } from "node:fs";
import { connectConsul } from "./client.ts";
import { Keeper } from "./keeper.ts";
import { repeat, say } from "./loop.ts";

/** Registers the estate's services. */
const { CONSUL_URL: url, CONSUL_CATALOGUE: file, CONSUL_TOKEN: token, CONSUL_RUN: run } = process.env;
if (!url || !file || !token || !run)
  throw new Error(
    "CONSUL_URL (an address), CONSUL_CATALOGUE, CONSUL_TOKEN (files) and CONSUL_RUN (a folder) must be set",
  );

const consul = connectConsul(url, () => readFileSync(token, "utf8").trim());
const keeper = new Keeper(consul, { file, run }, say);
await repeat(10, () => keeper.look());
