// Starts a policy pack: node -e <this> <the pack's file> <the engine's address>. The pack finds in process.argv what it
// would find as a program of its own.
const { pathToFileURL } = require("node:url");
import(pathToFileURL(process.argv[1])).catch((error) => {
  process.stderr.write(`${error?.stack ?? error}\n`);
  process.exit(1);
});
