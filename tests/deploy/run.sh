#!/bin/bash
# The deployment of deploy/compose.yaml in containers, under players, while everything in it dies:
#
#	tests/deploy/run.sh BUILD [short]
#
# Builds the image, brings it up with three gateways, has three hundred players come in from outside through
# HAProxy (players.c), and then kills, stops, cuts off, scales, wipes and restores (blows.sh).  What must hold: each line
# that was typed is answered once and in order, only players of a killed gateway lose their connection, nothing is
# made or lost, and what was backed up is what comes back.  `short` is fewer players and fewer blows.
#
# MUDLARK_TEST_IMAGE names an image that is there already, and is not built then.
#
# Where no engine can run it prints `skipped: why` and exits 0; what is wrong with Mudlark is counted as failed and
# exits 1.  Everything it started is taken away at the end.
set -eu
set -o pipefail
cd "$(dirname "$0")/../.."
build=$1
short=${2:-}
players=300
lines=300 # answered between two blows
profiles=ai,bridges
if [ -n "$short" ]; then
	players=120
	lines=150
	profiles=
fi
project=mudlark-test-$$
work=$(mktemp -d /tmp/mudlark-deploy-XXXXXX)
# shellcheck source=tests/deploy/lib.sh
. tests/deploy/lib.sh
# shellcheck source=tests/deploy/blows.sh
. tests/deploy/blows.sh

skip()
{
	echo "skipped: $1"
	exit 0
}

take_down()
{
	compose --profile '*' down --volumes --remove-orphans --timeout 5 >"$work/down" 2>&1 || true
	[ -n "${MUDLARK_TEST_IMAGE:-}" ] || docker image rm "$MUDLARK_IMAGE" >/dev/null 2>&1 || true
}

# The last words of all, when something is wrong.
last_words()
{
	echo '--- containers'
	compose --profile '*' ps --all 2>/dev/null | cut -c1-150 || true
	compose --profile '*' logs --no-color --tail 20 2>/dev/null | cut -c1-220 || true
}

finish()
{
	local status=$?
	trap - EXIT
	[ "$status" -eq 0 ] || [ $failed -gt 0 ] || bad "the test itself ended with status $status"
	players_end
	[ -z "${MUDLARK_IMAGE:-}" ] || [ $failed -eq 0 ] || last_words
	[ -z "${MUDLARK_IMAGE:-}" ] || take_down
	network_down
	rm -rf "$work"
	[ $((passed + failed)) -eq 0 ] || echo "$passed passed, $failed failed"
	[ $failed -eq 0 ] || exit 1
}
trap finish EXIT
trap 'exit 1' INT TERM
trap '' PIPE

engine_up()
{
	local status=0
	deploy/test/engine.sh up >"$work/engine" 2>&1 || status=$?
	cat "$work/engine"
	[ "$status" -ne 75 ] || skip "$(tail -n 1 "$work/engine")"
	[ "$status" -eq 0 ] || bad "deploy/test/engine.sh up ended with status $status"
	[ $failed -eq 0 ] || exit 1
	eval "$(deploy/test/engine.sh env)"
}

[ "$(id -u)" -eq 0 ] || skip "players from outside take a network of their own, and that takes root"
for tool in jq curl ip; do
	command -v $tool >/dev/null || skip "$tool is not installed"
done
engine_up
network_up || skip "this machine has no network namespaces, or 198.18.0.0/15 is in use"

# What the compose files are told by their environment: the ports are ours alone, as the address is.
export MUDLARK_TELNET_PORT=$here:4000 MUDLARK_TLS_PORT=$here:4443
export MUDLARK_WEB_PORT=$here:8080 MUDLARK_WEB_TLS_PORT=$here:8443 MUDLARK_RSS_PORT=$here:8082
export MUDLARK_IMAGE=${MUDLARK_TEST_IMAGE:-mudlark:test-$$} MUDLARK_LOCAL=$work/local MUDLARK_BACKUPS=$work/local/backup
export MUDLARK_TEST_PACK=$work/pack MUDLARK_TEST_FROM=$subnet.0/24
export MUDLARK_TLS=$work/local/tls COMPOSE_PROFILES=$profiles COMPOSE_ANSI=never
cp -R tests/deploy/pack "$work/pack"
chmod -R a+rX "$work"
story; exit # in one line: whoever edits this file meanwhile changes nothing
