/** A type of Pulumi's package schema, as far as generated Node SDKs use it. */
export interface TypeSpec {
  readonly type?: "string" | "number" | "boolean" | "array" | "object";
  readonly items?: TypeSpec;
  readonly additionalProperties?: TypeSpec;
  readonly $ref?: string;
}

/** A property: its type, and what the SDK does with it. */
export interface PropertySpec extends TypeSpec {
  readonly secret?: true;
  readonly deprecationMessage?: string;
  /** Taken from the first of these variables that is set, when the program says nothing. */
  readonly defaultInfo?: { readonly environment: readonly string[] };
}

/** Properties by name; a name is in `required` when the typings give it no `?` and no `undefined`. */
export interface ObjectSpec {
  readonly properties: Readonly<Record<string, PropertySpec>>;
  readonly required: readonly string[];
}

/** A managed resource. */
export interface ResourceSpec extends ObjectSpec {
  readonly inputProperties: Readonly<Record<string, PropertySpec>>;
  readonly requiredInputs: readonly string[];
}

/** A data source. */
export interface FunctionSpec {
  readonly inputs: ObjectSpec;
  readonly outputs: ObjectSpec;
}

/** A package in Pulumi's own schema format, so that the engine and the plugin can read it. */
export interface PackageSpec {
  readonly name: string;
  readonly version: string;
  /** How the module is found in a token: `compute/instance` is in the module `compute`. */
  readonly meta: { readonly moduleFormat: string };
  readonly config: { readonly variables: Readonly<Record<string, PropertySpec>> };
  readonly provider: { readonly inputProperties: Readonly<Record<string, PropertySpec>> };
  readonly types: Readonly<Record<string, ObjectSpec & { readonly type: "object" }>>;
  readonly resources: Readonly<Record<string, ResourceSpec>>;
  readonly functions: Readonly<Record<string, FunctionSpec>>;
}
