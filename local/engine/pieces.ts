import { readFileSync } from "node:fs";
import { join } from "node:path";
import { versions } from "../../stacks/versions.ts";
import { project } from "../place.ts";
import { type ModulePatch, promptWait } from "./patch.ts";

/** One program of the Pulumi engine. */
export interface Piece {
  /** Also the name of its folder here. */
  readonly name: string;
  readonly version: string;
  /** The name of the program. */
  readonly program: string;
  /** Its Go package, as seen from its folder. */
  readonly main: string;
  /** What the linker sets, so that the program knows its version. */
  readonly set: readonly string[];
  /** A plugin lives in a folder of PULUMI_HOME, the others beside the CLI. */
  readonly kind: "cli" | "language" | "plugin";
  /** Measured from an empty cache on two idle cores, in this order. */
  readonly minutes: string;
  /** What is changed in a module of it, where we build it. */
  readonly patch?: ModulePatch;
}

const cli: Piece = {
  name: "cli",
  version: versions.pulumi,
  program: "pulumi",
  main: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
  set: [`github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${versions.pulumi}`],
  kind: "cli",
  minutes: "5 min",
};

const languageHost: Piece = {
  name: "language-host",
  version: versions.pulumi,
  program: "pulumi-language-nodejs",
  main: ".",
  set: [`main.version=${versions.pulumi}`],
  kind: "language",
  minutes: "10 s",
};

function plugin(name: string, minutes: string, patch?: ModulePatch): Piece {
  const version = npmVersion(`@pulumi/${name}`);
  return {
    name,
    version,
    program: `pulumi-resource-${name}`,
    main: ".",
    set: [],
    kind: "plugin",
    minutes,
    ...(patch ? { patch } : {}),
  };
}

/** The version of an installed npm package: the SDK says which plugin it speaks to. */
function npmVersion(name: string): string {
  const text = readFileSync(join(project, "node_modules", name, "package.json"), "utf8");
  return (JSON.parse(text) as { version: string }).version.replace(/^v/, "");
}

/** All pieces, the longest build first: the others find what it compiled. */
export function pieces(): readonly Piece[] {
  const openstack = plugin("openstack", "1 min", promptWait);
  return [cli, languageHost, openstack, plugin("kubernetes", "2 min"), plugin("command", "20 s")];
}
