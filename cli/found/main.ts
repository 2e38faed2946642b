import { textOf } from "../report.ts";
import { found } from "./found.ts";

const { HOST: host = "", ADDRESS: address = "", STACK: stack = "", BASE: base = "" } = process.env;
await found({ host, address, stack, base }, process.env).catch((error: unknown) => {
  process.stderr.write(`${textOf(error)}\n`);
  process.exitCode = 1;
});
