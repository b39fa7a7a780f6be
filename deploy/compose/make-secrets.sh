#!/bin/sh
# Makes the passwords of the cluster of docker-compose.yml, once. Files that are there stay.
# Their folder is for its owner alone; the files themselves may be read, since each container reads its own as a user of its own.
set -eu
folder="$(cd "$(dirname "$0")" && pwd)/secrets"
mkdir -p "$folder"
chmod 700 "$folder"

random() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }
keep() { # NAME TEXT
  [ -e "$folder/$1" ] && return
  printf '%s' "$2" > "$folder/$1"
  chmod 444 "$folder/$1"
}

for name in postgres-password services-database-password keycloak-database-password keycloak-admin-password \
  prometheus-client-secret grafana-admin-password event-store-password; do
  keep "$name" "$(random)"
done
event_store="$(cat "$folder/event-store-password")"
# The server takes its first passwords from its environment alone.
keep event-store.env "KURRENTDB_DEFAULT_ADMIN_PASSWORD=$event_store
KURRENTDB_DEFAULT_OPS_PASSWORD=$(random)
"
keep services.env "EVENTSTORE_URL=esdb://admin:$event_store@event-store-1:2113,event-store-2:2113,event-store-3:2113?tls=true&tlsCAFile=/trust/event-store.crt
DATABASE_URL=postgres://lien_tuyen:$(cat "$folder/services-database-password")@postgres:5432/lien_tuyen
"
echo "$folder"
