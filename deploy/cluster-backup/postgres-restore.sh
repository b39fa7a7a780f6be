#!/bin/bash
# Restores a dump of postgres-backup.sh into an empty database: postgres-restore.sh FILE. The services must be stopped; restore the
# event store first. Views are built again at their next start.
set -euo pipefail
file="${1:?postgres-restore.sh FILE}"
(cd "$(dirname "$file")" && sha256sum --check --quiet "$(basename "$file").sha256")
tables="$(psql --no-psqlrc --tuples-only --no-align --command \
  "select count(*) from information_schema.tables where table_schema not in ('pg_catalog', 'information_schema')")"
if [ "$tables" != 0 ]; then
  echo "The database is not empty ($tables tables): a restore never overwrites." >&2
  exit 1
fi
pg_restore --no-owner --exit-on-error --single-transaction --dbname="${PGDATABASE:-service=${PGSERVICE:?PGDATABASE or PGSERVICE}}" "$file"
