# Sourced by scripts that are the superuser: chooses the password that the server takes.
#   PASSWORD_FILE           the password that is to be
#   PREVIOUS_PASSWORD_FILE  the one before it; both are the same as long as it was never changed
#   WAIT_SECONDS            how long the server may take to answer
# shellcheck shell=bash
wait_for_server() {
  local left=${WAIT_SECONDS:-120}
  until pg_isready --quiet; do
    if ((left-- <= 0)); then
      echo "PostgreSQL at $PGHOST does not answer. Look at its pod, and run this again." >&2
      return 1
    fi
    sleep 1
  done
}

connect() {
  local file
  wait_for_server
  for file in "$PASSWORD_FILE" "$PREVIOUS_PASSWORD_FILE"; do
    PGPASSWORD=$(<"$file")
    export PGPASSWORD
    if psql --no-psqlrc --no-password --quiet --dbname=postgres --command='SELECT 1' >/dev/null 2>"${TMPDIR:-/tmp}/connect"; then
      return 0
    fi
  done
  cat "${TMPDIR:-/tmp}/connect" >&2
  echo "Neither the superuser's password nor the one before it is taken. Was superuser.generation counted up twice at once?" >&2
  return 1
}
