# Gets every certificate that is missing or has less than 30 days left, and looks again: after six hours, or after one where something
# failed, since authorities count failures. Its arguments are in ARGUMENTS, the certificates in the file CERTIFICATES: a line each, with the
# name that it is kept under and the DNS names.
set -u
umask 077
# where the image has it
program=$(command -v lego || echo /lego)
trap 'exit 0' TERM INT

# the keeper brings what was there before
until [ -e "$STATE/restored" ]; do
  touch "$STATE/alive"
  sleep 1 &
  wait $!
done

while :; do
  minutes=360
  while read -r id names; do
    touch "$STATE/alive"
    # in the background, so that a signal is not kept waiting; ARGUMENTS are several words
    "$program" run $ARGUMENTS --cert.name "$id" --domains "$names" &
    wait $! || minutes=60
  done < "$CERTIFICATES"
  while [ "$minutes" -gt 0 ]; do
    touch "$STATE/alive"
    minutes=$((minutes - 1))
    sleep "${MINUTE:-60}" &
    wait $!
  done
done
