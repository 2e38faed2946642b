import { handoverServer } from "./handover.ts";
import { Keeper } from "./keeper.ts";

const {
  BBB_SETTINGS: settings,
  BBB_CERTIFICATE: certificate,
  BBB_TOLD: told,
  BBB_SAID: said,
  BBB_PORT: port,
} = process.env;
if (!settings || !certificate || !told || !said || !port)
  throw new Error("BBB_SETTINGS, BBB_CERTIFICATE, BBB_TOLD and BBB_SAID must be set: folders; and BBB_PORT");

const keeper = new Keeper({ settings, certificate, told }, (line) => {
  process.stdout.write(`${JSON.stringify({ time: new Date().toISOString(), ...line })}\n`);
});

keeper.look();
// Kubernetes replaces the files within some minute
const timer = setInterval(() => keeper.look(), 5000);
const server = handoverServer(said).listen(Number(port));

for (const signal of ["SIGTERM", "SIGINT"] as const)
  process.once(signal, () => {
    clearInterval(timer);
    server.close();
    server.closeIdleConnections();
  });
