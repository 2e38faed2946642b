#!/usr/bin/env bash
# Makes databases and roles what the estate says. May be run at any time, any number of times.
#   PGHOST PGUSER  the server, and its superuser
#   PLAN           the SQL that does it; verifiers of passwords are in it, no password
# and what connect.sh reads.
set -euo pipefail
: "${PGHOST:?}" "${PGUSER:?}" "${PLAN:?}" "${PASSWORD_FILE:?}" "${PREVIOUS_PASSWORD_FILE:?}"
# shellcheck source=connect.sh
source "$(dirname "${BASH_SOURCE[0]}")/connect.sh"

connect
psql --no-psqlrc --no-password --quiet --set=ON_ERROR_STOP=1 --dbname=postgres --file="$PLAN" >/dev/null
echo "Databases and roles are as the estate says."
