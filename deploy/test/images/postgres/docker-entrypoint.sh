#!/bin/bash
# Makes the cluster at the first start, as POSTGRES_USER, POSTGRES_DB and POSTGRES_PASSWORD (or ..._FILE) say, and
# then is the command that it is given.  Started as root it becomes postgres first.
set -eu

value() {
	local file=$1_FILE
	if [ -n "${!file:-}" ]; then
		cat "${!file}"
	else
		printf '%s' "${!1:-$2}"
	fi
}

make_cluster() {
	local user database pwfile
	user=$(value POSTGRES_USER postgres)
	database=$(value POSTGRES_DB "$user")
	pwfile=$(mktemp)
	value POSTGRES_PASSWORD '' >"$pwfile"
	[ -s "$pwfile" ] || {
		echo "There is no POSTGRES_PASSWORD." >&2
		exit 1
	}
	# shellcheck disable=SC2086 # a list
	initdb -U "$user" --pwfile="$pwfile" --auth-host=scram-sha-256 ${POSTGRES_INITDB_ARGS:-}
	rm -f "$pwfile"
	echo "host all all all scram-sha-256" >>"$PGDATA/pg_hba.conf"
	if [ "$database" != postgres ]; then
		echo "create database \"$database\";" | postgres --single -j postgres >/dev/null
	fi
}

if [ "${1:-}" = postgres ]; then
	if [ "$(id -u)" -eq 0 ]; then
		chown -R postgres:postgres "$PGDATA" /var/run/postgresql
		chmod 0700 "$PGDATA"
		exec setpriv --reuid=postgres --regid=postgres --init-groups "$0" "$@"
	fi
	[ -s "$PGDATA/PG_VERSION" ] || make_cluster
	set -- "$@" -c "listen_addresses=*"
fi
exec "$@"
