import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import type { Flags } from "../../../cli/init/flags.ts";
import type { Pulumi } from "../../../cli/stack-secrets.ts";
import { Trouble } from "../../../local/say.ts";

/** All that has no default. */
export const flags: Flags = {
  stack: "mine",
  zone: "meet.example.org",
  external: "public",
  admin: ["office=198.51.100.0/24"],
  nameserver: ["cloud=192.0.2.53"],
  download: ["mirror=192.0.2.80/32:443"],
  image: "Flatcar Stable",
  flavor: ["orchestrator=m1.medium", "bbb=c1 large=fast", "worker=m1.small"],
  k3sUrl: "https://mirror.example.org/k3s",
  k3sSha512: "ab".repeat(64),
};

type Config = Record<string, unknown>;

/** A command line that really writes files, and only looks as if it encrypted. Like the real one, it takes the last line end away. */
export function fakePulumi(
  folder: string,
  { resources = [], full = false }: { resources?: object[]; full?: boolean } = {},
) {
  const commands: string[] = [];
  const pulumi: Pulumi = async (command, input) => {
    commands.push(command.join(" "));
    const [noun, verb] = command;
    const after = (flag: string) => command[command.indexOf(flag) + 1] ?? "";
    const file = join(folder, `Pulumi.${verb === "select" ? command.at(-1) : after("--stack")}.yaml`);
    if (verb === "export") return JSON.stringify({ deployment: resources.length > 0 ? { resources } : {} });
    if (verb === "select") {
      if (!existsSync(file)) await writeFile(file, "encryptionsalt: v1:salt\n");
      return "";
    }
    if (verb === "set") {
      // a disk that is full while the secrets are written
      if (full && commands.length > 6) throw new Trouble("no space left on device");
      const draft = after("--config-file");
      const content = parse(await readFile(draft, "utf8")) as { config?: Config };
      const secure = Buffer.from((input ?? "").replace(/\n$/, "")).toString("base64");
      await writeFile(
        draft,
        stringify({ ...content, config: { ...content.config, [command.at(-1) ?? ""]: { secure } } }),
      );
      return "";
    }
    if (noun !== "config") throw new Error(`the fake does not know ${command.join(" ")}`);
    const { config = {} } = (parse(await readFile(file, "utf8")) ?? {}) as { config?: Config };
    const shown = Object.entries(config).map(([key, value]) => {
      const { secure } = value as { secure?: string };
      return [key, secure === undefined ? { objectValue: value } : { value: Buffer.from(secure, "base64").toString() }];
    });
    return JSON.stringify(Object.fromEntries(shown));
  };
  return { pulumi, commands };
}
