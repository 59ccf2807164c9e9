#!/bin/bash
# PostgreSQL for the club: makes its database and its password at the first start, then serves.
#   /data    the database      /secret/pgpass    the password, in libpq's own form, for whoever may read that volume
# CLUB_POSTGRES_PASSWORD, when it is set at the first start, is the password; otherwise one is drawn.
set -euo pipefail
umask 077
bin=/opt/postgresql
data=/data/postgresql

make_secret() {
  local password=${CLUB_POSTGRES_PASSWORD:-$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')}
  local escaped=${password//\\/\\\\}
  printf '*:*:club:club:%s\n' "${escaped//:/\\:}" > /secret/pgpass.new
  printf '%s' "${password//\'/\'\'}" > /data/password.new
}

# Made beside its place and moved there when it is whole.
make_database() {
  rm -rf "$data.new"
  make_secret
  "$bin/initdb" -D "$data.new" -U postgres --auth-local=trust --auth-host=scram-sha-256 --locale=C.UTF-8 -E UTF8 \
    --data-checksums >/dev/null
  echo 'host club club all scram-sha-256' >> "$data.new/pg_hba.conf"
  "$bin/postgres" --single -j -D "$data.new" postgres >/dev/null <<SQL
SET standard_conforming_strings = on;

CREATE ROLE club LOGIN PASSWORD '$(cat /data/password.new)';

CREATE DATABASE club OWNER club;

SQL
  rm /data/password.new
  mv /secret/pgpass.new /secret/pgpass
  mv "$data.new" "$data"
}

[ -d "$data" ] || make_database
# Four connections for each of 64 instances, and some for commands and for what lost instances left behind.
exec "$bin/postgres" -D "$data" -c listen_addresses='*' -c unix_socket_directories=/tmp \
  -c max_connections=300 -c log_checkpoints=off "$@"
