/** A long-running process that the daemon of the local stack keeps alive. Its output goes to `logs/<name>.log`. */
export interface Service {
  /** Unique, lower case, also the name of its log. Processes of a host are named `<host>/<unit>`. */
  readonly name: string;
  /** Program and arguments. It must stay in the foreground. */
  readonly command: readonly [string, ...string[]];
  /** Added to the daemon's environment. */
  readonly environment?: Readonly<Record<string, string>>;
  /** @default the data folder */
  readonly directory?: string;
  /** Resolves when the service answers; rejects or throws while it does not. Asked again every 200 ms. Without it, running is ready. */
  readonly ready?: () => Promise<void>;
  /** Seconds after which a service that is not ready is reported as failed (it goes on being restarted). @default 180 */
  readonly readySeconds?: number;
  /** Names of services that must be ready before this one is started. */
  readonly after?: readonly string[];
  /** @default SIGTERM */
  readonly stopSignal?: NodeJS.Signals;
  /** Seconds from the stop signal to SIGKILL. @default 5 */
  readonly stopSeconds?: number;
  /** Seconds to wait before a restart; doubles with each crash in a row, up to 30. @default 0.5 */
  readonly restartSeconds?: number;
  /** Whether it is real or played by a stand-in; `status` says which. @default real */
  readonly kind?: "real" | "played";
}

/** What `status` says about a service. */
export interface ServiceStatus {
  readonly name: string;
  readonly state: "waiting" | "starting" | "ready" | "failed" | "stopped";
  readonly kind: "real" | "played";
  readonly pid?: number;
  readonly restarts: number;
  /** ISO 8601, of the last change of state. */
  readonly since: string;
  /** The last line of its log when it failed, or what it waits for. */
  readonly reason?: string;
}

/** Starts, watches, restarts and stops services. */
export interface Supervisor {
  /** Starts the services in the order `after` asks for, and resolves when all are ready. Those that run already are left alone. */
  start(services: readonly Service[]): Promise<void>;
  /** Stops them, last started first, and forgets them. */
  stop(names: readonly string[]): Promise<void>;
  /** Stops and starts one that runs. */
  restart(name: string): Promise<void>;
  status(): readonly ServiceStatus[];
}
