#!/usr/bin/env bash
# Runs Redis on the data volume.
#   DATA    where the volume is mounted
#   FOLDER  the folder on it that is this server's
#   CONFIG  folder with redis.conf
#   USERS   file with the users and the hashes of their passwords
set -euo pipefail
umask 077
: "${DATA:?}" "${FOLDER:?}" "${CONFIG:?}" "${USERS:?}"

refuse() {
  printf 'Redis is not started: %s\n' "$1" >&2
  exit 1
}

# a fresh ext4 has this folder; the folder below a mount that failed has not, and what is written to it would be lost from sight
if [[ ! -d $DATA/$FOLDER && ! -d $DATA/lost+found ]]; then
  refuse "there is no lost+found in $DATA, so it is not the volume itself. Is it mounted on the host?"
fi
mkdir -p "$DATA/$FOLDER"
# two servers that append to one file destroy it, and a pod that is deleted by force may still run
exec {lock}>"$DATA/$FOLDER/lock"
flock --nonblock "$lock" || refuse "another server still has $DATA/$FOLDER. It starts when that one has ended."
exec redis-server "$CONFIG/redis.conf" --dir "$DATA/$FOLDER" --aclfile "$USERS" "$@"
