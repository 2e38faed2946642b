import ts from "typescript";
import { members, type Refer } from "./members.ts";
import { interfaceNamed, type Source } from "./sources.ts";
import type { FunctionSpec, ObjectSpec, PropertySpec, ResourceSpec } from "./specification.ts";

const nothing: ObjectSpec = { properties: {}, required: [] };

/** A resource of the SDK with its token, if the file declares one. */
export function resource({ declarations, code }: Source, refer: Refer): [string, ResourceSpec] | undefined {
  const declared = declarations.statements.find(ts.isClassDeclaration);
  const token = /__pulumiType = ['"](openstack:[^'"]+)['"]/.exec(code)?.[1];
  if (!declared?.name || !token) return undefined;
  const outputs = members(declared, refer);
  const args = interfaceNamed(declarations, `${declared.name.text}Args`);
  const inputs = args ? members(args, refer) : nothing;
  const secret = secrets(code);
  return [
    token,
    {
      properties: mark(outputs.properties, secret),
      required: outputs.required,
      inputProperties: mark(inputs.properties, secret),
      requiredInputs: inputs.required,
    },
  ];
}

/** A data source of the SDK with its token, if the file declares one. */
export function dataSource({ declarations, code }: Source, refer: Refer): [string, FunctionSpec] | undefined {
  const token = /runtime\.invoke\("(openstack:[^"]+)"/.exec(code)?.[1];
  const declared = declarations.statements.find(ts.isFunctionDeclaration)?.name?.text;
  if (!token || !declared) return undefined;
  const name = declared.charAt(0).toUpperCase() + declared.slice(1);
  const args = interfaceNamed(declarations, `${name}Args`);
  const result = interfaceNamed(declarations, `${name}Result`);
  if (!result) throw new Error(`${token} has no ${name}Result`);
  return [token, { inputs: args ? members(args, refer) : nothing, outputs: members(result, refer) }];
}

/** The settings of the provider, with the variables its constructor takes them from. */
export function providerInputs({ declarations, code }: Source, refer: Refer): Record<string, PropertySpec> {
  const args = interfaceNamed(declarations, "ProviderArgs");
  if (!args) throw new Error("the SDK has no ProviderArgs");
  const found = mark(members(args, refer).properties, secrets(code));
  for (const [, name, variables] of code.matchAll(/resourceInputs\["(\w+)"\] = .*getEnv\w*\(([^)]*)\)/g)) {
    const environment = variables?.match(/\w+/g);
    if (name && environment) found[name] = { ...found[name], defaultInfo: { environment } };
  }
  return found;
}

/** Which inputs the constructor wraps as secrets. */
function secrets(code: string): ReadonlySet<string | undefined> {
  return new Set([...code.matchAll(/pulumi\.secret\(args\.(\w+)\)/g)].map((match) => match[1]));
}

function mark(
  properties: Readonly<Record<string, PropertySpec>>,
  secret: ReadonlySet<string | undefined>,
): Record<string, PropertySpec> {
  return Object.fromEntries(
    Object.entries(properties).map(([name, spec]) => [name, secret.has(name) ? { ...spec, secret: true } : spec]),
  );
}
