# Lets the TURN server end when its last relay has: it takes no new ones from now on. Kubernetes runs this before it ends the pod, and waits
# for it as long as the pod may take to end.
set -eu

pid=$(cat "$RUN/turnserver.pid")

# a server that does not take SIGUSR1 (coturn before 4.7) would be ended by it, with all relays, and at once
caught=$(sed -n 's/^SigCgt:[[:space:]]*//p' "/proc/$pid/status")
if [ $((0x$caught & 0x200)) -eq 0 ]; then
  echo "This turnserver cannot be drained: coturn can from 4.7 on." >&2
  exit 0
fi

kill -USR1 "$pid"
while kill -0 "$pid" 2>/dev/null; do
  sleep 1
done
