#!/usr/bin/env bash
# Dumps every database of an application, each to a file of its own; reads each dump back; deletes those that are too old.
#   PGHOST PGUSER PASSWORD_FILE  the server, and who may read everything
#   BACKUPS     folder: DATABASE/TIME.dump, each with its sha256 beside it, and metrics/postgres_backup.prom
#   KEEP_HOURS  every dump that is younger is kept
#   KEEP_DAYS   the last dump of a day (UTC) is kept so long
# The newest dump is always kept. A database that cannot be dumped keeps all it has, and this ends with 1 after the others.
set -euo pipefail
umask 027
: "${PGHOST:?}" "${PGUSER:?}" "${PASSWORD_FILE:?}" "${BACKUPS:?}" "${KEEP_HOURS:?}" "${KEEP_DAYS:?}"
PGPASSWORD=$(<"$PASSWORD_FILE")
export PGPASSWORD
now=${NOW:-$(date -u +%s)}

# seconds since 1970 of a dump's file name
time_of() {
  local name=${1##*/}
  date -u -d "${name:0:4}-${name:4:2}-${name:6:2}T${name:9:2}:${name:11:2}:${name:13:2}Z" +%s
}

# the dumps of a folder, newest first
dumps() {
  find "$1" -maxdepth 1 -type f -name '*T*Z.dump' | sort --reverse
}

# Every step is asked for by name: in a condition, bash's own stop at an error is off.
dump() {
  local database=$1 folder=$BACKUPS/$1 file
  file=$folder/$(date -u -d "@$now" +%Y%m%dT%H%M%SZ).dump
  mkdir -p "$folder" &&
    rm -f "$folder"/*.partial &&
    pg_dump --no-password --format=custom --file="$file.partial" --dbname="$database" &&
    # reads all of it, not only its list of contents
    pg_restore --file=/dev/null "$file.partial" &&
    sync "$file.partial" &&
    (cd "$folder" && sha256sum <"$file.partial" | cut -d ' ' -f 1 >"$file.sha256") &&
    mv "$file.partial" "$file"
}

retain() {
  local folder=$BACKUPS/$1 file time day newest=1
  local -A days=()
  while read -r file; do
    time=$(time_of "$file")
    day=$((time / 86400))
    if ((newest == 0 && now - time > KEEP_HOURS * 3600)) &&
      { [[ -n ${days[$day]:-} ]] || ((now - time > KEEP_DAYS * 86400)); }; then
      rm -f "$file" "$file.sha256"
    fi
    days[$day]=1
    newest=0
  done < <(dumps "$folder")
}

# What is really there, so that a backup that fails, or a volume that is empty, shows.
metrics() {
  local folder=$BACKUPS/metrics database newest
  mkdir -p "$folder"
  {
    echo "# HELP estate_backup_last_success_timestamp_seconds When the newest backup that was read back was begun."
    echo "# TYPE estate_backup_last_success_timestamp_seconds gauge"
    for database in "$@"; do
      newest=$(dumps "$BACKUPS/$database" | head -n 1)
      echo "estate_backup_last_success_timestamp_seconds{store=\"postgres\",database=\"$database\"} $([[ -z $newest ]] && echo 0 || time_of "$newest")"
    done
    echo "# HELP estate_backup_size_bytes Size of the newest backup."
    echo "# TYPE estate_backup_size_bytes gauge"
    for database in "$@"; do
      newest=$(dumps "$BACKUPS/$database" | head -n 1)
      echo "estate_backup_size_bytes{store=\"postgres\",database=\"$database\"} $([[ -z $newest ]] && echo 0 || stat -c %s "$newest")"
    done
  } >"$folder/postgres_backup.prom.partial"
  chmod 0644 "$folder/postgres_backup.prom.partial"
  mv "$folder/postgres_backup.prom.partial" "$folder/postgres_backup.prom"
}

# one a line: an application's database is marked by a comment; what a restore put aside is not dumped again
list=$(psql --no-psqlrc --no-password --tuples-only --no-align --dbname=postgres --command="
  SELECT datname FROM pg_database WHERE shobj_description(oid, 'pg_database') = 'estate' ORDER BY datname")
mapfile -t databases < <(printf '%s' "$list")

failed=()
for database in ${databases[@]+"${databases[@]}"}; do
  mkdir -p "$BACKUPS/$database"
  if dump "$database"; then
    retain "$database"
    echo "$database is backed up."
  else
    rm -f "$BACKUPS/$database"/*.partial
    failed+=("$database")
  fi
done
metrics ${databases[@]+"${databases[@]}"}
if ((${#failed[@]} > 0)); then
  echo "Not backed up: ${failed[*]}. What was there before is kept. Is the backup volume full? (df $BACKUPS)" >&2
  exit 1
fi
