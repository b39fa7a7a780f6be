#!/bin/bash
# Keycloak takes passwords from its environment, we give them as files: they are known to this process alone.
set -euo pipefail
KC_DB_PASSWORD="$(< /run/secrets/keycloak-database-password)"
KC_BOOTSTRAP_ADMIN_PASSWORD="$(< /run/secrets/keycloak-admin-password)"
PROMETHEUS_CLIENT_SECRET="$(< /run/secrets/prometheus-client-secret)"
export KC_DB_PASSWORD KC_BOOTSTRAP_ADMIN_PASSWORD PROMETHEUS_CLIENT_SECRET
exec /opt/keycloak/bin/kc.sh start --import-realm
