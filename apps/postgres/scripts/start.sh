#!/usr/bin/env bash
# Runs PostgreSQL on the data volume; makes the cluster first where there is none.
#   DATA           where the volume is mounted
#   CONFIG         folder with postgresql.conf and pg_hba.conf
#   PASSWORD_FILE  the superuser's password; read when the cluster is made, and never again (roles.sh changes it)
set -euo pipefail
umask 077
: "${DATA:?}" "${CONFIG:?}" "${PASSWORD_FILE:?}"
cluster=$DATA/pgdata

refuse() {
  printf 'PostgreSQL is not started: %s\n' "$@" >&2
  exit 1
}

# Two servers on one cluster destroy it, and a pod that is deleted by force may still run. Whoever inherits the descriptor
# holds the lock: the last process of a server that was killed, too.
exec {lock}>"$DATA/lock"
flock --nonblock "$lock" || refuse "another server still has $DATA. It starts when that one has ended."

[[ $(postgres --version) =~ \)\ ([0-9]+) ]] || refuse "'postgres --version' names no version."
program=${BASH_REMATCH[1]}

if [[ ! -e $cluster/PG_VERSION ]]; then
  if [[ -e $cluster ]]; then
    refuse "$cluster is there and holds no cluster. Look what it is, and move it away."
  fi
  # a fresh ext4 has this folder; the folder below a mount that failed has not, and a cluster in it would be lost from sight
  if [[ ! -d $DATA/lost+found ]]; then
    refuse "there is no lost+found in $DATA, so it is not the volume itself. Is it mounted on the host?"
  fi
  rm -rf "$cluster.new"
  initdb --pgdata="$cluster.new" --username=postgres --pwfile="$PASSWORD_FILE" --auth=scram-sha-256 \
    --encoding=UTF8 --lc-collate=C --lc-ctype=C.UTF-8 --data-checksums
  # all of it or nothing: a start that was killed half-way begins anew
  sync
  mv "$cluster.new" "$cluster"
fi

found=$(<"$cluster/PG_VERSION")
if [[ $found != "$program" ]]; then
  refuse "the data is of PostgreSQL $found, this is PostgreSQL $program, which cannot read it. Nothing was changed." \
    "1. Go back to an image of PostgreSQL $found. 2. Make a backup and wait for it. 3. Scale to 0 and rename the folder" \
    "pgdata on the host's volume to pgdata-$found. 4. Take the image of PostgreSQL $program: it begins empty." \
    "5. Restore each database. apps/postgres/README.md has the commands."
fi

# kubelet may have given the group more than postgres agrees to
chmod 0700 "$cluster"
# For postgres TERM waits for every client to leave, and Kubernetes sends TERM: INT disconnects them and ends in good order.
server=
trap '[[ -z $server ]] || kill -INT "$server"' TERM INT
postgres -D "$cluster" -c config_file="$CONFIG/postgresql.conf" -c hba_file="$CONFIG/pg_hba.conf" "$@" &
server=$!
ended=0
wait "$server" || ended=$?
# a signal ends the wait, not the server
while kill -0 "$server" 2>/dev/null; do
  ended=0
  wait "$server" || ended=$?
done
exit "$ended"
