#!/bin/bash
# Runs in the container of PostgreSQL, when its folder is empty: a database and a user for the services, and for Keycloak.
set -euo pipefail

create() { # NAME PASSWORD_FILE
  psql --quiet --no-psqlrc --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" \
    --set name="$1" --set password="$(cat "$2")" << 'SQL'
create role :"name" login password :'password';
create database :"name" owner :"name" encoding 'UTF8' template template0;
revoke connect on database :"name" from public;
SQL
}

create lien_tuyen /run/secrets/services-database-password
create keycloak /run/secrets/keycloak-database-password
