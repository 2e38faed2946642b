import type { Assignment } from "./parse.ts";

/** What is played as systemd does it. */
const played: Readonly<Record<string, string>> = {
  Unit: `After Before Wants Requires BindsTo Requisite RequiresMountsFor DefaultDependencies ConditionPathExists
    ConditionPathIsDirectory ConditionFileNotEmpty ConditionFirstBoot AssertPathExists`,
  Service: `Type ExecStartPre ExecStart ExecStartPost ExecStop Restart RestartSec Environment EnvironmentFile
    WorkingDirectory User Group UMask StandardOutput StandardError RemainAfterExit LimitNOFILE RuntimeDirectory
    StateDirectory TimeoutStartSec TimeoutStopSec TimeoutSec KillSignal`,
  Mount: "What Where Type Options TimeoutSec",
  Timer: "OnBootSec OnUnitActiveSec OnUnitInactiveSec AccuracySec Unit",
  // systemctl itself makes the links
  Install: "WantedBy RequiredBy Alias Also DefaultInstance",
};

/** What is accepted and has no effect here, because the host would behave the same without it, only less confined or less limited. */
const ignored: Readonly<Record<string, string>> = {
  Unit: `Description Documentation StartLimitIntervalSec StartLimitBurst StartLimitInterval PartOf Conflicts
    JobTimeoutSec RefuseManualStart RefuseManualStop AllowIsolate StopWhenUnneeded IgnoreOnIsolate`,
  Service: `KillMode Delegate NotifyAccess PIDFile SyslogIdentifier SyslogLevel ExecReload SendSIGKILL Slice
    LimitNPROC LimitCORE LimitMEMLOCK LimitSTACK LimitAS TasksMax OOMScoreAdjust OOMPolicy Nice IOSchedulingClass
    IOSchedulingPriority CPUWeight CPUQuota CPUSchedulingPolicy MemoryMax MemoryHigh MemoryLow MemoryMin IOWeight
    CPUAccounting MemoryAccounting IOAccounting TasksAccounting StartLimitInterval StartLimitBurst
    NoNewPrivileges ProtectSystem ProtectHome ProtectControlGroups ProtectKernelModules ProtectKernelTunables
    ProtectKernelLogs ProtectClock ProtectHostname ProtectProc ProcSubset PrivateTmp PrivateDevices ReadWritePaths
    ReadOnlyPaths InaccessiblePaths CapabilityBoundingSet AmbientCapabilities RestrictAddressFamilies
    RestrictNamespaces RestrictRealtime RestrictSUIDSGID LockPersonality MemoryDenyWriteExecute SystemCallFilter
    SystemCallArchitectures SystemCallErrorNumber RemoveIPC RuntimeDirectoryMode StateDirectoryMode
    RuntimeDirectoryPreserve LogRateLimitIntervalSec LogRateLimitBurst`,
  Mount: "DirectoryMode LazyUnmount ForceUnmount SloppyOptions ReadWriteOnly",
};

const known = new Set(
  [played, ignored].flatMap((table) =>
    Object.entries(table).flatMap(([section, keys]) => keys.split(/\s+/).map((key) => `${section} ${key}`)),
  ),
);

/** The directives that the local stack neither plays nor may ignore, as `Key= of [Section]`. Extensions (`X-...`) are nobody's. */
export function unsupported(assignments: readonly Assignment[]): string[] {
  const found = assignments
    .filter(({ section, key }) => !section.startsWith("X-") && !key.startsWith("X-"))
    .filter(({ section, key }) => !known.has(`${section} ${key}`))
    .map(({ section, key }) => `${key}= of [${section}]`);
  return [...new Set(found)];
}
