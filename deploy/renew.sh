#!/bin/sh
# Gives the gateways in containers the certificate that certbot has fetched; connections stay.  Link to it from
# /etc/letsencrypt/renewal-hooks/deploy/, or call it with RENEWED_LINEAGE=/etc/letsencrypt/live/NAME.
set -eu
cd "$(dirname "$(readlink -f "$0")")"
: "${RENEWED_LINEAGE:?names the folder of the certificate}"

tls=${MUDLARK_TLS:-local/tls}
install -o 10001 -g 10001 -m 0644 "$RENEWED_LINEAGE/fullchain.pem" "$tls/cert.pem"
install -o 10001 -g 10001 -m 0600 "$RENEWED_LINEAGE/privkey.pem" "$tls/key.pem"
docker compose kill -s HUP gateway
