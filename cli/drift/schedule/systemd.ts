import { environmentFile } from "./variables.ts";

/**
 * A service and a timer for a workstation, as units of the operator's own: credentials stay in a file of theirs. A machine that slept
 * catches up once. Drift, and an update that runs, are no failures of the unit; a check that broke is one.
 */
export function renderSystemd(stack: string, folder: string): string {
  const unit = `estate-drift-${stack.replaceAll(/[^\w.-]/g, "-")}`;
  const program = word(`${folder}/cli/estate`);
  return `# ~/.config/systemd/user/${unit}.service
[Unit]
Description=Drift of the estate ${percent(stack)}
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
WorkingDirectory=${percent(folder)}
# a node_exporter of this user tells of it with --collector.textfile.directory=%S/estate
# PATH with pulumi on it, OS_CLOUD instead of the OS_* if there is a clouds.yaml, and, mode 0600:
${environmentFile("PULUMI_CONFIG_PASSPHRASE_FILE")}
EnvironmentFile=%h/.config/estate/${percent(stack)}.env
ExecStart=${program} drift --stack ${word(stack)} --sightings 2 --html %S/estate/${unit}.html --metrics %S/estate/${unit}.prom
StateDirectory=estate
UMask=0077
SuccessExitStatus=2 75
TimeoutStartSec=30min
NoNewPrivileges=yes

# ~/.config/systemd/user/${unit}.timer; then: systemctl --user enable --now ${unit}.timer
[Unit]
Description=Drift of the estate ${percent(stack)}, hourly

[Timer]
OnCalendar=hourly
RandomizedDelaySec=10min
Persistent=true

[Install]
WantedBy=timers.target
`;
}

/** A specifier of systemd begins with %. */
function percent(text: string): string {
  return text.replaceAll("%", "%%");
}

/** One word of a command line of systemd. */
function word(text: string): string {
  const escaped = percent(text).replaceAll("$", "$$$$");
  return /^[\w./@%$-]+$/.test(escaped) ? escaped : `"${escaped.replaceAll(/["\\]/g, "\\$&")}"`;
}
