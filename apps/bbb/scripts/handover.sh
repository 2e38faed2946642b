#!/bin/sh
# handover.sh: hands recordings of this host over to the store that Scalelite imports from, and says how many have not arrived there. It is
# run every half minute. Ended at any moment, the next run goes on. A recording counts as handed over once its archive is in the store under
# its whole name, written out and compared; it is deleted here when the importer has taken it from there, some days later.
set -eu
told=${BBB_TOLD:-/var/lib/estate/bbb-told}
work=${BBB_RECORDINGS:-/var/lib/estate/bbb-recordings}
said=${BBB_SAID:-/var/lib/estate/bbb-said}
store=${BBB_STORE:-/var/lib/estate/bbb-store}
# root is nobody in the store: Scalelite's user and the group of the spool are asked for
as=${BBB_AS-setpriv --reuid=1000 --regid=2000 --clear-groups}

say() { echo "estate-bbb-recordings: $*"; }
fail() { echo "estate-reason: recordings: $*" >&2; exit 1; }
# container SERVICE: its id
container() { printf '%s\n' "$containers" | sed -n "s/^$1 //p" | head -n 1; }

# A server that is away gives errors, after which a run begins again, and not a process that nobody can end: nothing counts as written
# before it is. Another store is mounted in the place of the one before.
mounted() {
  [ "$(findmnt --noheadings --output SOURCE --mountpoint "$store" || true)" != "$address" ] || return 0
  ! mountpoint -q "$store" || umount "$store" || return 1
  timeout 60 mount -t nfs4 -o vers=4,softerr,timeo=100,retrans=5,nosuid,nodev,noexec "$address" "$store"
}

# pack FOLDER PATH: an archive of a path in a folder, the same each time
pack() { tar -C "$1" --sort=name --format=gnu --create --file - -- "$2"; }
# same ARCHIVE FOLDER PATH: whether an archive in the store is that one, to the last byte. tar itself takes one that is cut off for whole.
same() { pack "$2" "$3" 2> /dev/null | $as cmp -s - "$1"; }

# archive NAME FOLDER PATH: an archive in the spool. What is there under its whole name is whole, and is the importer's: it is never written
# over, or the importer would delete the new one for the old one. What is begun has a name that the importer does not look at.
archive() {
  whole=$store/spool/$1.tar
  part=$store/spool/.$1.part
  if $as test -e "$whole"; then
    same "$whole" "$2" "$3" || { say "$1 waits until the importer has taken the one before"; return 1; }
    return 0
  fi
  rm -f "$work/incomplete"
  { pack "$2" "$3" || : > "$work/incomplete"; } |
    $as dd of="$part" bs=1M conv=fsync status=none || { $as rm -f "$part"; say "$1 cannot be written to the store"; return 1; }
  if [ -e "$work/incomplete" ] || ! same "$part" "$2" "$3"; then
    $as rm -f "$part"
    say "$1 was not written whole"
    return 1
  fi
  $as mv -T -- "$part" "$whole"
}

# hand_over NAME: one format of one recording, as BigBlueButton's status has it
hand_over() {
  format=${1##*-}
  id=${1%-*}
  for state in published unpublished; do
    if [ -d "$data/$state/$format/$id" ]; then
      archive "$1" "$data/$state" "$format/$id" || return 1
      say "$1 is handed over"
      return 0
    fi
  done
  say "$1 has no files: there is nothing to hand over"
}

# what a format was when it was handed over: one that is made anew is handed over anew
stamp() { stat --format %y "$1"; }
handed() { [ -f "$work/handed/$1" ] && [ "$(cat "$work/handed/$1")" = "$(stamp "$status/published/$1.done")" ]; }

# The names of formats that are published, as the file `published`; none that a shell, tar or the store could take for something else.
look() {
  find "$status/published" -maxdepth 1 -type f -name '*.done' ! -name '*-sender.done' -printf '%f\n' 2> /dev/null |
    sed -n 's/^\([0-9a-f]\{40\}-[0-9]\{13\}-[a-z0-9_]\{1,40\}\)\.done$/\1/p' > "$work/published"
}

# Ids of recordings that have not arrived: those that are captured and not archived, archived and not published, half-way, failed, or not
# handed over. One without marks of its own (`norecord`) is none.
outstanding() {
  {
    find "$status/recorded" -name '*.done' -printf '%f\n' 2> /dev/null || true
    find "$status" -name '*.fail' -printf '%f\n' 2> /dev/null || true
    find "$recording/process" "$recording/publish" -mindepth 2 -maxdepth 2 -type d -printf '%f\n' 2> /dev/null || true
    find "$recording/raw" -mindepth 1 -maxdepth 1 -type d -printf '%f\n' 2> /dev/null | while read -r id; do
      [ -e "$status/archived/$id.norecord" ] || grep -q "^$id-" "$work/published" || echo "$id"
    done
    while read -r name; do handed "$name" || echo "$name"; done < "$work/published"
  } | cut -c 1-54 | sort -u
}

# Recordings that wait in BigBlueButton's queue, or are worked on just now: between two steps nothing else tells of them.
queued() {
  count="local n = 0
    for _, key in ipairs(redis.call('keys', 'resque:queue:*')) do n = n + redis.call('llen', key) end
    for _, key in ipairs(redis.call('keys', 'resque:worker:*')) do if not string.match(key, ':started\$') then n = n + 1 end end
    return n"
  docker exec "$queue" redis-cli --raw eval "$count" 0
}

gauge() { printf '# HELP %s %s\n# TYPE %s gauge\n%s %s\n' "$1" "$2" "$1" "$1" "$3"; }

# What the drain of this host waits for. The time is that before the look: what began later is not in it.
tell() {
  now=$(date +%s)
  jobs=$(queued) || jobs=nothing
  case $jobs in '' | *[!0-9]*) say "BigBlueButton's queue of recordings cannot be read: it gave $jobs"; return 1 ;; esac
  look
  waiting=$(outstanding | wc -l)
  [ "$waiting" -ge "$jobs" ] || waiting=$jobs
  {
    gauge bbb_recordings_waiting "Recordings of this host that have not arrived in the store." "$waiting"
    gauge bbb_recordings_failed "Steps of recordings that failed, and wait for somebody to look." \
      "$(find "$status" -name '*.fail' 2> /dev/null | wc -l)"
    gauge bbb_recordings_looked_timestamp_seconds "When the host looked." "$now"
  } > "$said/metrics.new"
  chmod 644 "$said/metrics.new"
  mv "$said/metrics.new" "$said/metrics"
}

# What the importer has taken is deleted here, some days later, by BigBlueButton's own program and only with all its formats.
prune() {
  look
  while read -r name; do
    if handed "$name" && ! $as test -e "$store/spool/$name.tar"; then
      [ -e "$work/taken/$name" ] || : > "$work/taken/$name"
    else
      rm -f "$work/taken/$name"
    fi
  done < "$work/published"
  outstanding > "$work/outstanding"
  cut -c 1-54 "$work/published" | sort -u | while read -r id; do
    ! grep -qx "$id" "$work/outstanding" || continue
    there=$(find "$data/published" "$data/unpublished" "$recording/raw" -maxdepth 2 -type d -name "$id" 2> /dev/null || true)
    kept=$(grep "^$id-" "$work/published" | while read -r name; do
      find "$work/taken/$name" -mmin "+$((days * 1440))" 2> /dev/null | grep -q . || echo "$name"
    done)
    [ -n "$there" ] && [ -z "$kept" ] && [ -n "$recorder" ] || continue
    docker exec "$recorder" bbb-record --delete "$id" > /dev/null < /dev/null || say "$id cannot be deleted here"
    say "$id is in the store for $days days: it is deleted here"
  done
  # marks of what is gone
  for mark in "$work"/handed/* "$work"/taken/*; do
    name=${mark##*/}
    [ -e "$status/published/$name.done" ] || rm -f "$mark"
  done
}

# where the estate has no store, there is nothing to hand over, and what waits is told all the same
settings=$told/$(cat "$told/current" 2> /dev/null || true)/settings/recordings
address=$(sed -n 's/^STORE=//p' "$settings" 2> /dev/null || true)
days=$(sed -n 's/^KEEP_DAYS=//p' "$settings" 2> /dev/null || true)
if ! containers=$(docker ps --all --filter label=com.docker.compose.project=bbb \
  --format '{{.Label "com.docker.compose.service"}} {{.ID}}' 2> /dev/null); then
  say "waits for Docker"
  exit 0
fi
web=$(container bbb-web)
queue=$(container redis)
recorder=$(container recordings)
if [ -z "$web" ] || [ -z "$queue" ]; then
  say "waits until BigBlueButton runs"
  exit 0
fi
data=$(docker inspect --format '{{range .Mounts}}{{if eq .Destination "/var/bigbluebutton"}}{{.Source}}{{end}}{{end}}' "$web")
[ -n "$data" ] && [ -d "$data" ] || fail "BigBlueButton's folder of recordings is not found: $data"
recording=$data/recording
status=$recording/status
mkdir -p "$work/handed" "$work/taken" "$store"
look

failed=0
tell || failed=1
if [ -z "$address" ]; then
  [ "$failed" -eq 0 ] || fail "it is not known whether there are any"
  exit 0
fi
mounted || fail "the store $address cannot be mounted"
$as test -d "$store/spool" || fail "the store $address has no folder spool: Scalelite's importer makes it"
for name in $(cat "$work/published"); do
  handed "$name" && continue
  as_it_was=$(stamp "$status/published/$name.done")
  if hand_over "$name"; then
    echo "$as_it_was" > "$work/handed/$name.new"
    mv "$work/handed/$name.new" "$work/handed/$name"
  else
    failed=1
  fi
done
prune
tell || failed=1
[ "$failed" -eq 0 ] || fail "not all was done: the next run tries again"
