#!/bin/bash
# The whole of Mudlark once over, as an operator and one player see it: tests/scenario/deploy/smoke.sh BUILD
# Real processes on SQLite; every process but the player's gateway is killed with -9 on the way.
set -u
export LC_ALL=C
cd "$(dirname "$0")/../../.." || exit 1
build=$1
mudlark=$build/bin/mudlark
data=$(mktemp -d /tmp/mudlark-smoke-XXXXXX)
port=$((20000 + RANDOM % 10000))
up=
# shellcheck source=tests/scenario/deploy/story.sh
. tests/scenario/deploy/story.sh

pid_of()
{
	"$mudlark" status --data "$data" --json |
		sed -n "s/.*{\"process\":\"$1\",\"pid\":\([0-9]*\).*/\1/p"
}

wait_line()
{
	local end=$((SECONDS + $3))
	until grep -qxF "$2" "$1"; do
		[ $SECONDS -lt $end ] || return 1
		kill -0 "$up" 2>/dev/null || return 1
		sleep 0.05
	done
}

finish()
{
	[ -z "$up" ] || kill -KILL "$up" 2>/dev/null
	if [ $failed -ne 0 ] && [ -e "$data/log/mudlark.log" ]; then
		echo "--- the log's end"
		tail -n 60 "$data/log/mudlark.log"
	fi
	rm -rf "$data"
	echo "$passed passed, $failed failed"
	[ $failed -eq 0 ] || exit 1
}
trap finish EXIT
trap '' PIPE

# --- the story

"$mudlark" up --config deploy/mudlark.yaml --data "$data" --set "gateway.telnet=127.0.0.1:$port" \
	--set gateway.telnet_tls= --set gateway.web= \
	>"$data/out" 2>"$data/err" </dev/null &
up=$!
if ! wait_line "$data/out" ready 60; then
	bad "mudlark up prints ready"
	cat "$data/err"
	exit 1
fi
ok "mudlark up prints ready"
check "it says where to connect" grep -qx "play: telnet 127.0.0.1 $port" "$data/out"
# One can play a moment before everything is there that one could wish for.
is_content()
{
	local end=$((SECONDS + 10))
	until "$mudlark" status --data "$data"; do
		[ $SECONDS -lt $end ] || return 1
	done
}
check "status is content" is_content
second=$("$mudlark" up --data "$data" 2>&1)
check "a second one is refused" test $? -eq 73
check "with a sentence" grep -q "another .mudlark up. (process $up)" <<<"$second"

exec 3<>"/dev/tcp/127.0.0.1/$port" || exit 1
check "a player is asked for a name" expect "Name:"
tell "guest"
check "a guest is in the world at once" expect "Exits:"
tell "think one"
check "think answers" expect "one"

persist=$(pid_of persist)
kill -KILL "$(pid_of world)"
tell "think two"
check "a line typed over the death of the world is answered" expect "two"
kill -KILL "$persist"
tell "think three"
check "the death of persist is not noticed" expect "three"
tell "look"
check "nor later" expect "Exits:"
check "a restart of the world on request" test "$("$mudlark" restart world --data "$data")" = "restarted: world"
tell "think four"
check "is not noticed either" expect "four"
check "reload" grep -q "every process" <<<"$("$mudlark" reload --data "$data")"
check "of one" grep -q "gateway" <<<"$("$mudlark" reload gateway --data "$data")"

check "an account is made" "$mudlark" account create wren --data "$data" <<<"a long enough secret"
check "but not twice" test "$("$mudlark" account create wren --data "$data" <<<"a long enough secret" 2>&1 >/dev/null)" != ""
check "made an admin" "$mudlark" account grant wren admin --data "$data"
check "given a new password" "$mudlark" account password wren --data "$data" <<<"another long secret"
check "listed" grep -qi '^wren .*admin' <<<"$("$mudlark" account list --data "$data")"
who=$(timeout 20 "$mudlark" console --data "$data" <<<"who")
check "the console runs piped input and ends" test $? -eq 0
check "and has shown the guest" grep -qi guest <<<"$who"
check "the log has every process" test "$("$mudlark" logs --data "$data" | cut -d' ' -f1 | sort -u | wc -l)" -ge 4
check "a pack is judged without a server" "$mudlark" pack check world/packs/foreshore
check "in one line" test "$("$mudlark" pack check world/packs/foreshore 2>&1 | wc -l)" = 1
check "keys are made, and their folder" "$mudlark" keys "$data/tls/links" world
check "for nobody else" test "$(stat -c %a "$data/tls/links" "$data/tls/links/world.key" | xargs)" = "700 600"

tell "quit"
processes="$up $(pid_of world) $(pid_of persist) $(pid_of gateway)"
begin=$SECONDS
check "stop" "$mudlark" stop --data "$data"
check "within 5 s" test $((SECONDS - begin)) -le 5
wait "$up"
check "with status 0" test $? -eq 0
up=
left=
for pid in $processes; do
	! kill -0 "$pid" 2>/dev/null || left="$left $pid"
done
check "nothing is left behind" test -z "$left"
check "status says so" test "$("$mudlark" status --data "$data" 2>&1 >/dev/null)" != ""
check "no sanitizer complained" test -z "$(grep -aE 'ERROR: .*Sanitizer|runtime error:' "$data/log/mudlark.log")"
