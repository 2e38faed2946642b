import * as pulumi from "@pulumi/pulumi";
import { urnParts } from "../../stacks/urn.ts";

/** A resource as the program registers it, with its options. Names are short: `<type>::<name>`. */
export interface Registered {
  readonly type: string;
  readonly name: string;
  readonly parent: string;
  readonly dependsOn: readonly string[];
  /** For each input, the resources it is made from. */
  readonly from: Readonly<Record<string, readonly string[]>>;
  readonly deleteBeforeReplace: boolean | undefined;
  readonly replaceOnChanges: readonly string[];
  readonly ignoreChanges: readonly string[];
  /** Only where it is. */
  readonly protect?: true;
  readonly replacementTrigger: unknown;
  readonly custom: boolean;
  /** Names of the hooks that the engine calls when something fails. */
  readonly onError: readonly string[];
  /** Secret values are masked. */
  readonly inputs: Readonly<Record<string, unknown>>;
}

export interface RecordOptions {
  /** As in `pulumi preview`: outputs of new resources are unknown. @default false */
  readonly preview?: boolean;
  /** The stack's configuration; values of `secrets` are secret. */
  readonly config?: Readonly<Record<string, string>>;
  readonly secrets?: readonly string[];
  /** Sees every resource's inputs as its provider would: secrets in clear. */
  readonly provider?: (type: string, name: string, inputs: Readonly<Record<string, unknown>>) => void;
  /** URNs the state holds. */
  readonly state?: readonly string[];
  /** What it holds of some resources, by their URNs. */
  readonly outputs?: Readonly<Record<string, Inputs>>;
  /** What the cloud answers. @default the same address for all names of a length, the same id for all of a kind */
  readonly cloud?: Cloud;
}

type Inputs = Readonly<Record<string, unknown>>;

/** A cloud for the mocks. */
export interface Cloud {
  /** What it says of a resource that is made, beside the inputs. */
  readonly made: (type: string, name: string, inputs: Inputs) => Inputs;
  /** The id of a resource that is looked up. */
  readonly found: (token: string, inputs: Inputs) => string;
}

const secretMark = "4dabf18193072939515e22adb298388d";

function mask(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(mask);
  if (typeof value !== "object" || value === null) return value;
  if (secretMark in value) return "[secret]";
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, mask(inner)]));
}

const short = (urn: string) => urn.split("::").slice(-2).join("::").replace(/^.*\$/, "");

/** A secret value as the SDK hands it on to a provider, in clear. */
export function bare(value: unknown): unknown {
  const wrapped = typeof value === "object" && value !== null && secretMark in value;
  return wrapped && "value" in value ? bare(value.value) : value;
}

/** Values with all secrets in them in clear, as an analyzer unpacks them. */
export function clear<Value>(value: Value): Value {
  if (Array.isArray(value)) return value.map(clear) as Value;
  if (typeof value !== "object" || value === null) return value;
  if (secretMark in value) return clear(bare(value) as Value);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, clear(inner)])) as Value;
}

/** Runs a program without an engine and returns every resource it registers, with options. */
export async function record(program: () => unknown, options: RecordOptions = {}): Promise<Registered[]> {
  const { preview = false, config = {}, secrets = [], state = [], outputs = {}, provider, cloud } = options;
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs }) => {
        provider?.(type, name, inputs);
        return preview
          ? { id: undefined as unknown as string, state: {} }
          : { id: `${name}-id`, state: { ...inputs, ...computed(name), ...cloud?.made(type, name, inputs) } };
      },
      call: ({ token, inputs }) => {
        if (token.endsWith("readStackResourceOutputs")) return { outputs: stateOf(state, outputs) };
        if (/:getImage$|:getNetwork$|:getSubnet$/.test(token))
          return { ...inputs, ...lookedUp, id: cloud?.found(token, inputs) ?? `${token.split(":").at(-1)}-id` };
        throw new Error(`no mock for ${token}`);
      },
    },
    "estate",
    "test",
    preview,
    "organization",
  );
  pulumi.runtime.setAllConfig({ ...config }, [...secrets]);
  const nodes: Registered[] = [];
  // biome-ignore lint/suspicious/noExplicitAny: the monitor's requests are generated code, and not exported
  const monitor = pulumi.runtime.getMonitor() as any;
  const register = monitor.registerResource.bind(monitor);
  // the mocks know no error hooks: registering one would never end
  monitor.registerErrorHook = (_request: unknown, done: (error: null) => void) => done(null);
  // biome-ignore lint/suspicious/noExplicitAny: as above
  monitor.registerResource = (request: any, done: any) => {
    const from: Record<string, string[]> = {};
    // biome-ignore lint/suspicious/noExplicitAny: as above
    request.getPropertydependenciesMap().forEach((value: any, key: string) => {
      from[key] = value.getUrnsList().map(short).sort();
    });
    nodes.push({
      ...{ type: request.getType(), name: request.getName(), custom: request.getCustom(), from },
      parent: request.getParent() ? short(request.getParent()) : "",
      dependsOn: request.getDependenciesList().map(short).sort(),
      deleteBeforeReplace: request.getDeletebeforereplacedefined() ? request.getDeletebeforereplace() : undefined,
      replaceOnChanges: request.getReplaceonchangesList(),
      ignoreChanges: request.getIgnorechangesList(),
      ...(request.getProtect() ? { protect: true as const } : {}),
      onError: request.getHooks()?.getOnErrorList() ?? [],
      replacementTrigger: request.getReplacementTrigger()?.toJavaScript(),
      inputs: mask(request.getObject()?.toJavaScript() ?? {}) as Record<string, unknown>,
    });
    return register(request, done);
  };
  await program();
  for (let seen = -1; seen !== nodes.length; ) {
    seen = nodes.length;
    await new Promise((resolve) => setImmediate(resolve));
    await pulumi.runtime.disconnect();
  }
  return nodes.sort((a, b) => (`${a.type}${a.name}` < `${b.type}${b.name}` ? -1 : 1));
}

/** As the engine gives it: of each resource its type and its outputs. */
function stateOf(urns: readonly string[], outputs: Readonly<Record<string, Inputs>>) {
  const entries = { ...Object.fromEntries(urns.map((urn) => [urn, {}])), ...outputs };
  return Object.fromEntries(
    Object.entries(entries).map(([urn, outputs]) => [urn, { type: urnParts(urn).type, outputs }]),
  );
}

/** What the cloud would answer, for the outputs that the program reads. */
function computed(name: string) {
  const addresses = { allFixedIps: [`10.20.0.${name.length}`], address: `203.0.113.${name.length}` };
  return { ...addresses, macAddress: "fa:16:3e:00:00:01", gatewayIp: "10.20.0.1", mtu: 1450, stdout: `/${name}` };
}

/** The same of what is looked up. */
const lookedUp = { gatewayIp: "198.51.100.1", mtu: 1500 };
