import { readFileSync } from "node:fs";
import { join } from "node:path";
import { dataSource, providerInputs, resource } from "./entries.ts";
import { members, type Refer, token } from "./members.ts";
import { namespacedInterface, source, sources } from "./sources.ts";
import type { FunctionSpec, ObjectSpec, PackageSpec, PropertySpec, ResourceSpec } from "./specification.ts";

/**
 * The schema of the package, rebuilt from the typings and the code of its npm package: every token, every property.
 *
 * @param folder of the npm package `@pulumi/openstack`
 * @throws Error where the SDK holds something this reader does not know, rather than leave it out
 */
export function packageSpec(folder: string): PackageSpec {
  const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { version: string };
  const wanted = new Set<string>();
  const refer: Refer = (module, name) => void wanted.add(`${module}/${name}`);
  const resources: Record<string, ResourceSpec> = {};
  const functions: Record<string, FunctionSpec> = {};
  for (const one of sources(folder)) {
    const made = resource(one, refer);
    if (made) resources[made[0]] = made[1];
    const asked = dataSource(one, refer);
    if (asked) functions[asked[0]] = asked[1];
  }
  const inputProperties = providerInputs(source(folder, "provider"), refer);
  const types = namedTypes(folder, wanted, refer);
  return {
    name: "openstack",
    version: version.replace(/^v/, ""),
    meta: { moduleFormat: "(.*)(?:/[^/]*)" },
    config: { variables: inputProperties },
    provider: { inputProperties },
    types,
    resources,
    functions,
  };
}

/** Describes the wanted types; each may name others, which are added to `wanted` while it is gone through. */
function namedTypes(folder: string, wanted: ReadonlySet<string>, refer: Refer): PackageSpec["types"] {
  const input = source(folder, "types/input").declarations;
  const output = source(folder, "types/output").declarations;
  const types: Record<string, ObjectSpec & { readonly type: "object" }> = {};
  for (const one of wanted) {
    const [module = "", name = ""] = one.split("/");
    const sides = [namespacedInterface(input, module, name), namespacedInterface(output, module, name)]
      .filter((side) => side !== undefined)
      .map((side) => members(side, refer));
    const first = sides[0];
    if (!first) throw new Error(`the typings name ${one} and do not declare it`);
    const properties: Record<string, PropertySpec> = Object.assign(
      {},
      ...sides.map((side) => side.properties).reverse(),
    );
    types[token(module, name)] = { type: "object", properties, required: first.required };
  }
  return types;
}
