#!/usr/bin/env bash
# Makes the users of a running Redis what the file says: passwords change without a restart. May be run at any time, again and again.
#   HOST PORT  the server
#   USERS      the file, as Redis reads it; hashes of passwords are in it, no password
#   PASSWORD_FILE PREVIOUS_PASSWORD_FILE  user admin's password that is to be, and the one before it
set -euo pipefail
: "${HOST:?}" "${PORT:=6379}" "${USERS:?}" "${PASSWORD_FILE:?}" "${PREVIOUS_PASSWORD_FILE:?}"

cli() {
  redis-cli -e -h "$HOST" -p "$PORT" --user admin --no-auth-warning "$@"
}

connect() {
  local left=${WAIT_SECONDS:-120} file answer=
  while ((left-- > 0)); do
    for file in "$PASSWORD_FILE" "$PREVIOUS_PASSWORD_FILE"; do
      REDISCLI_AUTH=$(<"$file")
      export REDISCLI_AUTH
      answer=$(cli ping 2>&1) && [[ $answer == PONG ]] && return
    done
    sleep 1
  done
  printf 'Redis at %s does not let user admin in: %s\nWas the generation counted up twice at once?\n' "$HOST" "$answer" >&2
  return 1
}

hashes() {
  grep -oE '[0-9a-f]{64}' | sort -u
}

connect
before=$(cli ACL GETUSER default | hashes)
while read -r _ name rules; do
  # hashes go by standard input; one command, so nobody is without a password in between
  printf 'ACL SETUSER %s reset %s\n' "$name" "$rules" | cli >/dev/null
done <"$USERS"
# a password that is no longer taken must not live on in a connection
if [[ -n $(comm -23 <(printf '%s\n' "$before") <(grep '^user default ' "$USERS" | hashes)) ]]; then
  cli CLIENT KILL USER default >/dev/null
fi
echo "Users of $HOST are as the estate says."
