/** The control socket, as the daemon's namespaces see it. From outside it is below `/proc/PID/root`. */
export const controlSocket = "/run/estate/control.sock";
