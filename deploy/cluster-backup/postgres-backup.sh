#!/bin/bash
# Dumps what PostgreSQL alone has: the originals of messages and what binds the database to its keys. Views are built again.
# postgres-backup.sh FOLDER; where the server is, and as whom, by libpq's own settings (PGHOST …, or PGSERVICE).
set -euo pipefail
umask 077
folder="${1:?postgres-backup.sh FOLDER}"
# A password from a mounted secret belongs to root; libpq wants a file of the user's own.
if [ -e /connection/pgpass ]; then install -m 600 /connection/pgpass "$PGPASSFILE"; fi
name="$folder/lien_tuyen-$(date -u +%Y%m%dT%H%M%SZ).dump"
pg_dump --format=custom --no-owner --exclude-schema='view_*' --file="$name.part"
# A dump that cannot be listed cannot be restored.
pg_restore --list "$name.part" > /dev/null
(cd "$folder" && sha256sum "$(basename "$name.part")") | sed 's/\.part$//' > "$name.sha256"
sync "$name.part"
mv "$name.part" "$name"
echo "$name"
