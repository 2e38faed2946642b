import type * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import type { Fragment } from "../ignition/config.ts";
import type { EstateFacts } from "./facts.ts";
import type { Workload } from "./schema/workload.ts";
import type { Estate } from "./schema.ts";

/** Settings by name. */
export type SettingsShape = Readonly<Record<string, z.ZodType>>;
export type SettingsOf<Shape extends SettingsShape> = z.output<z.ZodObject<Shape>>;

/** How a secret of an application comes to be: so many random bytes in hexadecimal digits, or what the operator was given elsewhere. */
export type SecretKind = ({ readonly bytes: number } | { readonly given: string }) & {
  /** Whether these settings need it. @default always */
  readonly when?: (settings: Readonly<Record<string, unknown>>) => boolean;
};

/** A name under which people reach an application, by the ingress. TLS ends there: the application gets HTTP, and `X-Forwarded-Proto`. */
export interface WebRoute {
  /** The DNS name. One in the estate's zone gets its record; that of another name is for whoever has its zone. */
  readonly host: string;
  /** Only what is below this path, such as `/prometheus`. @default all */
  readonly path?: string;
  /** Where requests go: a Service of the application, and its port. A port of the pods behind must have `ingress` among its callers. */
  readonly service: string;
  readonly port: number;
  /** Who may come: anyone, or the ranges of administrators. @default world */
  readonly from?: "world" | "admins";
}

/** A certificate that pods read from a Secret with tls.crt and tls.key. They must take a renewed one while they run. */
export interface WantedCertificate {
  readonly secret: string;
  /** The DNS names that it is for. */
  readonly names: readonly string[];
}

/** A port that pods of an application listen on. */
export interface PodPort {
  readonly port: number;
  /** @default tcp */
  readonly protocol?: "tcp" | "udp";
  /**
   * Who may reach it: applications by name, all that `use` this one, `hosts` of the estate, or `world`. An application that does not
   * run is left out.
   */
  readonly from: readonly string[];
  /** Whether Prometheus reads metrics here. */
  readonly scrape?: boolean;
  /** The part that listens (label `app.kubernetes.io/component`), where not all pods of the application do. @default all of them */
  readonly component?: string;
  /**
   * Whether each application that uses this one has pods of its own here, called `<user>-<this>` (label `app.kubernetes.io/instance`).
   * @default false
   */
  readonly perUser?: boolean;
  /** Whether it is there with these settings. @default always */
  readonly when?: (settings: Readonly<Record<string, unknown>>) => boolean;
}

/** Says what is wrong at a place below the application's settings, and what to write instead. */
export type WrongSetting = (path: readonly PropertyKey[], message: string) => void;

/**
 * What `apps/<name>/app.ts` exports as `application`: all of it but its resources, so that the command line need not load Pulumi to
 * check a document. It imports neither Pulumi nor `stacks/schema.ts`, which is made of it (types are free).
 */
export interface Application<Shape extends SettingsShape = SettingsShape, Secret extends string = string> {
  /** What it is for, in a sentence. */
  readonly about: string;
  /** What the document may say below `apps.<name>`, besides `enabled`. Strict: any other key is a mistake. */
  readonly settings: Shape;
  /** Whether it runs where the document does not name it. @default false */
  readonly byDefault?: boolean;
  /** Applications that it cannot do without, by name: they must run, and it is built after them and removed before them. */
  readonly uses?: readonly string[];
  /** The same of applications that may be missing. */
  readonly after?: readonly string[];
  /** Each is kept encrypted in the stack file, as `estate:<application>.<secret>`; `estate init` makes what can be made. */
  readonly secrets?: Readonly<Record<Secret, SecretKind>>;
  /** By name, which is that of the container's and the service's port: its part of the port catalogue. */
  readonly ports?: Readonly<Record<string, PodPort>>;
  /** How people reach it. Without the ingress in the document, they do not. */
  web?(settings: SettingsOf<Shape>, estate: Pick<Estate, "zone">): readonly WebRoute[];
  /** Certificates besides those of `web`: the ingress keeps them in their Secrets. */
  certificates?(settings: SettingsOf<Shape>, estate: Pick<Estate, "zone" | "roles">): readonly WantedCertificate[];
  /**
   * Files and units that hosts get at their first boot which run these workloads, for software that is no pod. It is in their user data:
   * changing it replaces those hosts, one after another. So it holds no secret, and nothing that is better told to a running host.
   */
  host?(settings: SettingsOf<Shape>, runs: readonly Workload[]): Fragment | undefined;
  /** Rules that cross settings, or look at the rest of the document. Called where the application runs. */
  check?(settings: SettingsOf<Shape>, estate: Estate, wrong: WrongSetting): void;
}

/** Keeps the types of settings and secrets, for `Build`. */
export function defineApplication<Shape extends SettingsShape, Secret extends string = never>(
  application: Application<Shape, Secret>,
): Application<Shape, Secret> {
  return application;
}

type Settings<Of> = Of extends Application<infer Shape, string> ? SettingsOf<Shape> : never;
type SecretOf<Of> = Of extends Application<SettingsShape, infer Secret> ? Secret : never;

/** What the component of an application is given. */
export interface Context<Of, Used = Readonly<Record<string, pulumi.ComponentResource>>> {
  /** The name of its folder: the logical name of its component. */
  readonly name: string;
  readonly settings: Settings<Of>;
  /** What is known of the estate before it exists: its zone, its hosts by role, who may reach whom. */
  readonly facts: EstateFacts;
  /** Addresses of hosts, by host name: the one on the estate's network, and the one that others are told. */
  readonly addresses: Readonly<
    Record<string, { readonly fixed: pulumi.Output<string>; readonly announced: pulumi.Output<string> }>
  >;
  /** The namespace of the estate's applications. */
  readonly namespace: pulumi.Output<string>;
  readonly secrets: Readonly<Record<SecretOf<Of>, pulumi.Output<string>>>;
  /** Components of the applications that it `uses`, by name, and of those that it comes `after`, where they run. */
  readonly used: Used;
  /** Hosts that take any pod: workloads are made after them, and removed before them. */
  readonly after: readonly pulumi.Resource[];
  /** For the component: the providers of the orchestrator and of the cloud, and what it comes after. */
  readonly options: pulumi.ComponentResourceOptions;
}

/** What `apps/<name>/component.ts` exports as `build`. It makes the resources; `Used` are the components of what it `uses`. */
export type Build<Of, Used = Readonly<Record<string, pulumi.ComponentResource>>> = (
  context: Context<Of, Used>,
) => pulumi.ComponentResource;
