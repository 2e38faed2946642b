#!/usr/bin/env bash
# Puts a database back to what a backup holds. What it held until now is kept beside it, as DATABASE_before_TIME.
#   PGHOST PGUSER  the server, and its superuser
#   BACKUPS        folder of backup.sh
#   DATABASE       which one
#   BACKUP         the name of a file in BACKUPS/DATABASE, or 'latest'
# and what connect.sh reads. Until the last step, which is one transaction, applications see the old database.
set -euo pipefail
: "${PGHOST:?}" "${PGUSER:?}" "${BACKUPS:?}" "${DATABASE:?which database}" "${BACKUP:?a file of it, or latest}"
: "${PASSWORD_FILE:?}" "${PREVIOUS_PASSWORD_FILE:?}"
# shellcheck source=connect.sh
source "$(dirname "${BASH_SOURCE[0]}")/connect.sh"
folder=$BACKUPS/$DATABASE

refuse() {
  printf 'Nothing was changed: %s\n' "$1" >&2
  exit 1
}

sql() {
  PGOPTIONS='-c client_min_messages=warning' psql --no-psqlrc --no-password --quiet --tuples-only --no-align --set=ON_ERROR_STOP=1 \
    --set=old="$DATABASE" --set=new="${DATABASE}_restoring" --set=aside="${DATABASE}_before_$stamp" --dbname="$1"
}

[[ $DATABASE =~ ^[a-z][a-z0-9_]{0,39}$ ]] || refuse "'$DATABASE' is not a database of the estate."
[[ -d $folder ]] || refuse "there is no backup of $DATABASE in $BACKUPS."
if [[ $BACKUP == latest ]]; then
  BACKUP=$(find "$folder" -maxdepth 1 -type f -name '*T*Z.dump' -printf '%f\n' | sort | tail -n 1)
fi
[[ -n $BACKUP && $BACKUP != */* && -f $folder/$BACKUP ]] ||
  refuse "there is no backup '$BACKUP' of $DATABASE. There are: $(find "$folder" -name '*.dump' -printf '%f ' | head -c 2000)"
[[ $(sha256sum <"$folder/$BACKUP" | cut -d ' ' -f 1) == "$(<"$folder/$BACKUP.sha256")" ]] ||
  refuse "$BACKUP is not what was written: its sha256 differs. Choose another one."
stamp=$(date -u +%Y%m%dT%H%M%SZ | tr '[:upper:]' '[:lower:]')
connect

sql postgres <<'SQL'
DROP DATABASE IF EXISTS :"new" WITH (FORCE);
CREATE DATABASE :"new" OWNER :"old" TEMPLATE template0;
REVOKE ALL ON DATABASE :"new" FROM PUBLIC;
SQL
pg_restore --no-password --exit-on-error --no-owner --no-privileges --role="$DATABASE" \
  --dbname="${DATABASE}_restoring" "$folder/$BACKUP" || refuse "$BACKUP could not be restored. Choose another one."
sql "${DATABASE}_restoring" <<<'ANALYZE;'

# Nobody may connect while names change; if that fails, they may again.
trap 'sql postgres <<<"ALTER DATABASE :\"old\" ALLOW_CONNECTIONS true;" || true' EXIT
sql postgres <<'SQL'
SELECT format('ALTER DATABASE %I ALLOW_CONNECTIONS false', :'old') FROM pg_database WHERE datname = :'old' \gexec
SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname IN (:'old', :'new') AND pid <> pg_backend_pid();
BEGIN;
SELECT format('ALTER DATABASE %I RENAME TO %I', :'old', :'aside') FROM pg_database WHERE datname = :'old' \gexec
SELECT format('COMMENT ON DATABASE %I IS %L', :'aside', 'put aside by a restore') FROM pg_database WHERE datname = :'aside' \gexec
ALTER DATABASE :"new" RENAME TO :"old";
GRANT CONNECT ON DATABASE :"old" TO estate_backup;
COMMENT ON DATABASE :"old" IS 'estate';
COMMIT;
SQL
trap - EXIT
echo "$DATABASE is what $BACKUP holds. What it was before is ${DATABASE}_before_$stamp; drop it when you do not need it:"
echo "  DROP DATABASE \"${DATABASE}_before_$stamp\";"
