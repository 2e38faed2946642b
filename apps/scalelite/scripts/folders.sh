#!/bin/sh
# Folders of the shared store for recordings: made as BigBlueButton's hosts, the importer and nginx need them, and never changed once they
# are there. STORE is the store's folder, GROUP the group by which hosts hand recordings over.
set -eu
for folder in spool recording/scalelite published unpublished; do
  path=$STORE/$folder
  if [ ! -d "$path" ]; then
    mkdir -p "$path"
    chgrp "$GROUP" "$path"
    # what is made in it belongs to the group, too
    chmod 2775 "$path"
    echo "made $path"
  fi
  if ! probe=$(mktemp "$path/.estate-XXXXXX"); then
    echo "$path cannot be written by user $(id -u), groups $(id -G): on the store, chown 1000:$GROUP and chmod 2775 it" >&2
    exit 1
  fi
  rm "$probe"
done
# what a bbb host began to hand over, and never came back for; one that goes on writes to it
find "$STORE/spool" -maxdepth 1 -type f -name '.*.part' -mtime +2 -exec rm -f {} +
