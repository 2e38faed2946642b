import { Keeper } from "./keeper.ts";

const { BBB_SETTINGS: settings, BBB_CERTIFICATE: certificate, BBB_TOLD: told } = process.env;
if (!settings || !certificate || !told)
  throw new Error("BBB_SETTINGS, BBB_CERTIFICATE and BBB_TOLD must be set: folders");

const keeper = new Keeper({ settings, certificate, told }, (line) => {
  process.stdout.write(`${JSON.stringify({ time: new Date().toISOString(), ...line })}\n`);
});

keeper.look();
// Kubernetes replaces the files within some minute
const timer = setInterval(() => keeper.look(), 5000);

for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => clearInterval(timer));
