#!/bin/bash
# Copies the data folder of one node of EventStoreDB or KurrentDB while it runs: event-store-backup.sh DATA_FOLDER BACKUP_FOLDER
# The order is the server's own rule: index checkpoints, index, other checkpoints, chunks; the newest chunk is the one being written.
# A copy of one node restores a cluster: the others copy from it.
set -euo pipefail
umask 077
data="${1:?event-store-backup.sh DATA_FOLDER BACKUP_FOLDER}"
backup="${2:?event-store-backup.sh DATA_FOLDER BACKUP_FOLDER}"
if [ ! -e "$data/chaser.chk" ]; then
  echo "$data is no data folder of an event store: chaser.chk is missing." >&2
  exit 1
fi
if [ -e "$backup" ] && [ -n "$(ls -A "$backup")" ]; then
  echo "$backup is not empty: each backup needs a new folder." >&2
  exit 1
fi
mkdir -p "$backup"
backup="$(realpath "$backup")"
# Where the index is merged meanwhile a file of it may go: then this fails, and is run again.
copy() { (cd "$data" && find . "$@" -print0 | xargs -0 --no-run-if-empty cp --parents --target-directory="$backup"); }
copy -path './index/*' -name '*.chk'
copy -path './index/*' -type f ! -name '*.chk'
copy -maxdepth 1 -name '*.chk'
copy -maxdepth 1 -name 'chunk-*.*' -type f
# Restored as it is, a node would read its log up to where its checkpoint says.
cp "$backup/chaser.chk" "$backup/truncate.chk"
(cd "$backup" && find . -type f ! -name 'SHA256SUMS*' -print0 | sort -z | xargs -0 sha256sum > SHA256SUMS.part && mv SHA256SUMS.part SHA256SUMS)
echo "$backup"
