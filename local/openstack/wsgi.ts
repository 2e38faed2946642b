/** One API, served by uWSGI in a single process with threads. */
export interface WsgiApplication {
  /** A Python module with an `application`. */
  readonly module: string;
  /** `address:port` each. */
  readonly listen: readonly string[];
  /** @default 8 */
  readonly threads?: number;
  /** What the application finds as its command line. */
  readonly arguments?: readonly string[];
}

/** The command that serves it; `bin` is the environment's folder of programs. */
export function wsgiCommand(bin: string, name: string, application: WsgiApplication): [string, ...string[]] {
  const { module, listen, threads = 8, arguments: args = [] } = application;
  return [
    `${bin}/python`,
    `${bin}/pyuwsgi`,
    ...listen.flatMap((address) => ["--http-socket", address]),
    ...["--module", `${module}:application`],
    ...(args.length > 0 ? ["--pyargv", args.join(" ")] : []),
    ...["--processes", "1", "--threads", String(threads), "--enable-threads"],
    // without an application it would answer 500 for ever
    ...["--need-app", "--die-on-term"],
    // tokens and application credentials make long headers
    ...["--buffer-size", "65535", "--listen", "100"],
    // a kept connection would keep a thread
    ...["--add-header", "Connection: close"],
    ...["--procname-prefix", `${name} `, "--disable-logging"],
  ];
}
