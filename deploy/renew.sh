#!/bin/sh
# Gives the gateways in containers the certificate that certbot has fetched; connections stay.  Link to it from
# /etc/letsencrypt/renewal-hooks/deploy/, or call it with RENEWED_LINEAGE=/etc/letsencrypt/live/NAME.
set -eu
cd "$(dirname "$(readlink -f "$0")")"
: "${RENEWED_LINEAGE:?names the folder of the certificate}"

# Where .env and the environment say that the gateways look.
config=$(docker compose config)
tls=$(echo "$config" | sed -n 's/^ *source: //p; s/^ *target: /=/p' |
	awk '$0 == "=/etc/mudlark-tls" { print last; exit } { last = $0 }')
[ -d "$tls" ] || {
	echo "renew.sh: there is no folder ${tls:-for certificates}: docker compose run --rm setup" >&2
	exit 1
}
install -o 10001 -g 10001 -m 0644 "$RENEWED_LINEAGE/fullchain.pem" "$tls/cert.pem"
install -o 10001 -g 10001 -m 0600 "$RENEWED_LINEAGE/privkey.pem" "$tls/key.pem"
[ -z "$(docker compose ps --quiet gateway)" ] || docker compose kill -s HUP gateway
