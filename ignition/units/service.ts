import { lines } from "../config.ts";

/** A service of the host that is started at boot and kept running. */
export interface ServiceOptions {
  readonly description: string;
  /** Program and arguments, without quoting. */
  readonly command: string;
  /** Run each time before the program, one after another, and must succeed. Without quoting, as the program. */
  readonly before?: readonly string[];
  /** Runs each time after the program was started, beside it. Without quoting, as the program. */
  readonly afterwards?: string;
  /** Mount points it waits for, and stops without. */
  readonly mounts?: readonly string[];
  /** Units that must have started before; it does not start when one of them failed. */
  readonly requires?: readonly string[];
}

/** Its unit. What it says goes to the console too: a host that does not join says there why, and nova hands it out. */
export function serviceUnit(options: ServiceOptions): string {
  const { description, command, before = [], afterwards, mounts = [], requires = [] } = options;
  return lines(
    "[Unit]",
    `Description=${description}`,
    "Wants=network-online.target",
    ...(requires.length > 0 ? [`Requires=${requires.join(" ")}`] : []),
    `After=${["network-online.target", ...requires].join(" ")}`,
    ...(mounts.length > 0 ? [`RequiresMountsFor=${mounts.join(" ")}`] : []),
    "",
    "[Service]",
    "Type=notify",
    ...before.map((program) => `ExecStartPre=${program}`),
    `ExecStart=${command}`,
    ...(afterwards ? [`ExecStartPost=${afterwards}`] : []),
    "Restart=always",
    "RestartSec=5",
    "StandardOutput=journal+console",
    "",
    "[Install]",
    "WantedBy=multi-user.target",
  );
}

/** What k3s asks of systemd, as its own installer writes it: containers outlive a restart, waiting is not failing. */
export const limits = lines(
  "[Service]",
  "Delegate=yes",
  "KillMode=process",
  "LimitCORE=infinity",
  "LimitNOFILE=1048576",
  "LimitNPROC=infinity",
  "TasksMax=infinity",
  "TimeoutStartSec=0",
);
