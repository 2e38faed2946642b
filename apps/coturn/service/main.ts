import { Keeper } from "./keeper.ts";

const { COTURN_ALLOWED: allowed, COTURN_CERTIFICATE: certificate, COTURN_RUN: run } = process.env;
if (!allowed || !certificate || !run)
  throw new Error("COTURN_ALLOWED (a file), COTURN_CERTIFICATE and COTURN_RUN (folders) must be set");

const keeper = new Keeper({ allowed, certificate, run }, (line) => {
  process.stdout.write(`${JSON.stringify({ time: new Date().toISOString(), ...line })}\n`);
});

keeper.look();
// Kubernetes replaces the files within some minute
const timer = setInterval(() => keeper.look(), 2000);

for (const signal of ["SIGTERM", "SIGINT"] as const)
  process.once(signal, () => {
    clearInterval(timer);
    keeper.close();
  });
