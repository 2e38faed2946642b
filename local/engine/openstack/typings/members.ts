import ts from "typescript";
import type { ObjectSpec, PropertySpec, TypeSpec } from "./specification.ts";

/** What a type refers to by name, such as `compute/InstanceNetwork`: told to the caller, who describes it in its turn. */
export type Refer = (module: string, name: string) => void;

const keywords = new Map<ts.SyntaxKind, TypeSpec>([
  [ts.SyntaxKind.StringKeyword, { type: "string" }],
  [ts.SyntaxKind.NumberKeyword, { type: "number" }],
  [ts.SyntaxKind.BooleanKeyword, { type: "boolean" }],
  [ts.SyntaxKind.AnyKeyword, { $ref: "pulumi.json#/Any" }],
]);

/** The properties of an interface or class of a generated SDK. Members without a type, such as methods, are skipped. */
export function members(of: ts.InterfaceDeclaration | ts.ClassDeclaration, refer: Refer): ObjectSpec {
  const properties: Record<string, PropertySpec> = {};
  const required: string[] = [];
  for (const member of of.members) {
    if (!ts.isPropertySignature(member) && !ts.isPropertyDeclaration(member)) continue;
    if (!member.type || !ts.isIdentifier(member.name)) continue;
    const { type, optional } = unwrap(member.type);
    const deprecated = ts.getJSDocDeprecatedTag(member);
    properties[member.name.text] = {
      ...typeSpec(type, refer),
      ...(deprecated && { deprecationMessage: ts.getTextOfJSDocComment(deprecated.comment) ?? "deprecated" }),
    };
    if (!member.questionToken && !optional) required.push(member.name.text);
  }
  return { properties, required };
}

/** Takes `pulumi.Input<...>`, `pulumi.Output<...>` and `| undefined` off. */
function unwrap(type: ts.TypeNode): { type: ts.TypeNode; optional: boolean } {
  if (
    ts.isTypeReferenceNode(type) &&
    /^pulumi\.(Input|Output)$/.test(type.typeName.getText()) &&
    type.typeArguments?.[0]
  )
    return unwrap(type.typeArguments[0]);
  if (!ts.isUnionTypeNode(type)) return { type, optional: false };
  const rest = type.types.filter((one) => one.kind !== ts.SyntaxKind.UndefinedKeyword);
  const only = rest[0];
  if (rest.length !== 1 || !only) throw new Error(`a union that is not "or undefined": ${type.getText()}`);
  return { type: unwrap(only).type, optional: true };
}

/** The schema's word for a type of the typings. */
function typeSpec(node: ts.TypeNode, refer: Refer): TypeSpec {
  const { type } = unwrap(node);
  const keyword = keywords.get(type.kind);
  if (keyword) return keyword;
  if (ts.isArrayTypeNode(type)) return { type: "array", items: typeSpec(type.elementType, refer) };
  if (ts.isTypeLiteralNode(type)) {
    const index = type.members[0];
    if (type.members.length === 1 && index && ts.isIndexSignatureDeclaration(index))
      return { type: "object", additionalProperties: typeSpec(index.type, refer) };
  }
  const named = /^(?:inputs|outputs)\.(\w+)\.(\w+)$/.exec(type.getText());
  if (named?.[1] && named[2]) {
    refer(named[1], named[2]);
    return { $ref: `#/types/${token(named[1], named[2])}` };
  }
  throw new Error(`a type that is not known here: ${type.getText()}`);
}

/** The token of a named type: `openstack:compute/InstanceNetwork:InstanceNetwork`. */
export function token(module: string, name: string): string {
  return `openstack:${module}/${name}:${name}`;
}
