#!/bin/sh
# settle.sh: brings BigBlueButton of this host to what the host was told. It is run every half minute, and does nothing where all is well.
# A renewed certificate is taken at once; settings only while no meeting runs, since they start BigBlueButton anew.
set -eu
umask 077
told=${BBB_TOLD:-/var/lib/estate/bbb-told}
work=${BBB_WORK:-/var/lib/estate/bbb}
tools=${BBB_TOOLS:-/opt/estate/bbb}
api=${BBB_API:-http://127.0.0.1:48087/bigbluebutton/api}
project=$work/project

say() { echo "estate-bbb: $*"; }
fail() { echo "estate-reason: BigBlueButton: $*" >&2; exit 1; }
compose() {
  "$tools/docker-compose" --ansi never --project-name bbb --project-directory "$project" \
    --file "$project/docker-compose.yml" --file "$tools/override.yml" "$@"
}

# the secret must not be in a list of processes: so the address goes by standard input
meetings() {
  secret=$(sed -n 's/^SHARED_SECRET=//p' "$work/running.env")
  sum=$(printf 'getMeetings%s' "$secret" | sha256sum | cut -d ' ' -f 1)
  printf 'url = "%s/getMeetings?checksum=%s"\n' "$api" "$sum" |
    curl --fail --silent --show-error --max-time 10 --config -
}

# Whether nobody loses a meeting by a start. Errors come with status 200. Who does not answer may have meetings all the same; but settings
# that keep it from starting must be mended, and so after a quarter of an hour without an answer it counts as empty.
empty() {
  if answer=$(meetings); then
    rm -f "$work/silent"
    case $answer in *'<messageKey>noMeetings</messageKey>'*) return 0 ;; esac
    return 1
  fi
  [ -e "$work/silent" ] || : > "$work/silent"
  [ -n "$(find "$work/silent" -mmin +15)" ]
}

# After a reboot BigBlueButton runs as it did, and nothing need be told for it.
if [ -f "$work/settings/hairpin.nft" ] && ! nft list table ip estate_bbb > /dev/null 2>&1; then
  nft -f "$work/settings/hairpin.nft"
fi
if [ ! -f "$told/current" ]; then
  say "waits for what the estate tells it"
  exit 0
fi
version=$told/$(cat "$told/current")

mkdir -p "$work/certificate"
cat "$version/certificate/tls.crt" "$version/certificate/tls.key" > "$work/certificate/new"
if cmp -s "$work/certificate/new" "$work/certificate/host.pem"; then
  rm "$work/certificate/new"
else
  mv "$work/certificate/new" "$work/certificate/host.pem"
  [ ! -f "$work/applied" ] || compose kill --signal USR2 haproxy
  say "has a new certificate"
fi

# where recordings go is taken by handover.sh, at any time
wanted=$(cd "$version/settings" && sha256sum -- $(ls | grep -vx recordings) | sha256sum | cut -d ' ' -f 1)
if [ -f "$work/applied" ]; then
  [ "$(cat "$work/applied")" != "$wanted" ] || exit 0
  if ! empty; then
    say "has settings that wait until no meeting runs"
    exit 0
  fi
fi

# Whenever it is ended from here on, the next run begins again.
if [ ! -f "$project/unpacked" ]; then
  rm -rf "$project"
  mkdir -p "$project"
  tar -xzf "$tools/project.tar.gz" -C "$project" --strip-components 1 --no-same-owner
  # the administrator's secret of its database is the same everywhere
  sed -i 's/TODO_CHANGE_ME/${HASURA_SECRET}/g' "$project/docker-compose.tmpl.yml"
  : > "$project/unpacked"
fi
rm -rf "$work/settings.new"
cp -R "$version/settings" "$work/settings.new"
rm -rf "$work/settings"
mv "$work/settings.new" "$work/settings"
cp "$work/settings/env" "$project/.env"
# no secret, and its reader is not root
chmod 644 "$work/settings/bbb-html5.yml"
cat "$project/mod/bbb-web/bbb-web.properties" > "$work/bbb-web.properties"
{ echo; cat "$work/settings/bbb-web.properties"; } >> "$work/bbb-web.properties"
nft -f "$work/settings/hairpin.nft"

# upstream's script takes whatever the name of its image leads to: so that leads to the one of the document
docker pull --quiet "$BBB_GENERATOR" > /dev/null
docker tag "$BBB_GENERATOR" jwilder/dockerize:latest
(cd "$project" && bash scripts/generate-compose)
! grep -q TODO_CHANGE_ME "$project/docker-compose.yml" || fail "a secret of upstream is left in its project"
images=$(compose config --images) || fail "docker-compose does not take upstream's project with this estate's overlay; why is said above"
loose=$(echo "$images" | grep -v '@sha256:[0-9a-f]\{64\}$' || true)
[ -z "$loose" ] || fail "images without a digest: $(echo $loose); apps.bbb.images must name the services of this release"

compose pull --quiet

# images may have taken minutes, in which somebody came
if [ -f "$work/applied" ] && ! empty; then
  say "is ready for settings that wait until no meeting runs"
  exit 0
fi
rm -f "$work/applied" "$work/silent"
compose up --detach --no-build --quiet-pull --force-recreate --remove-orphans
cp "$work/settings/env" "$work/running.env"
echo "$wanted" > "$work/applied.new"
mv "$work/applied.new" "$work/applied"
say "runs with its settings"
