#!/bin/bash
# What an operator and a player do on a machine with systemd where Mudlark was just installed: systemd_story.sh
# To be run inside of what systemd_inside.sh has made: it starts, kills and breaks services of that systemd.
set -u
export LC_ALL=C PATH=/usr/local/bin:$PATH
cd "$(dirname "$0")" || exit 1
# shellcheck source=tests/scenario/deploy/story.sh
. ./story.sh
config=/etc/mudlark/mudlark.yaml
all="persist world gateway aibridge"

finish()
{
	if [ $failed -ne 0 ]; then
		systemctl list-units 'mudlark*' --all --no-pager --no-legend
		tail -n 15 /run/mudlark-*.log
	fi
	echo "$passed passed, $failed failed"
	[ $failed -eq 0 ] || exit 1
}
trap finish EXIT

# Waits until the command says yes.
soon()
{
	local end=$((SECONDS + 20))
	until "$@" >/dev/null 2>&1; do
		[ $SECONDS -lt $end ] || return 1
		sleep 0.05
	done
}

of() { systemctl show -P "$2" "mudlark-$1"; }
main() { of "$1" MainPID; }
is_restarted() { [ "$(of "$1" NRestarts)" -ge "$2" ] && systemctl is-active -q "mudlark-$1"; }
status_of() { sed -n "s/^$2:[[:space:]]*//p" "/proc/$(main "$1")/status"; }
is_in() { [ "$(of "$1" ActiveState)" = "$2" ]; }

# HTTP over a socket of bash, as there may be no curl.
get()
{
	local line
	exec 4<>"/dev/tcp/127.0.0.1/$1" || return 1
	printf 'GET %s HTTP/1.0\r\n\r\n' "$2" >&4
	while IFS= read -r line <&4; do
		echo "$line"
	done
	exec 4>&-
}

units_are_right()
{
	local said
	said=$(systemd-analyze verify /usr/local/lib/systemd/system/mudlark*.{service,socket,timer,target} 2>&1 |
		grep -F mudlark)
	[ -z "$said" ] || { echo "$said"; return 1; }
}
check "systemd-analyze verify has nothing to say" units_are_right

mkdir -p /etc/credstore
echo a-secret >/etc/credstore/mudlark.ai.key
chmod 600 /etc/credstore/mudlark.ai.key
check "a gateway is started first" systemctl start --no-block mudlark-gateway
check "and a world" systemctl start --no-block mudlark-world
check "then the rest" systemctl start mudlark.target mudlark-aibridge mudlark-rss
check "all become ready" systemctl start mudlark-gateway mudlark-world
check "none of them was restarted on the way" test "$(for p in $all; do of "$p" NRestarts; done | sort -u)" = 0

for p in $all rss; do
	check "$p is filtered" test "$(status_of "$p" Seccomp)" = 2
	check "$p can gain nothing" test "$(status_of "$p" NoNewPrivs)" = 1
	check "$p has no capabilities" test "$(status_of "$p" CapEff) $(status_of "$p" CapBnd)" = "0000000000000000 0000000000000000"
	check "$p is nobody else" test "$(status_of "$p" Uid | tr -s '\t' '\n' | sort -u)" = "$(id -u mudlark)"
done
for p in persist world; do
	check "$p has no network" test "$(readlink "/proc/$(main $p)/ns/net")" != "$(readlink /proc/self/ns/net)"
done
check "the key is where only the aibridge finds it" grep -q a-secret \
	"/proc/$(main aibridge)/root/run/credentials/mudlark-aibridge.service/mudlark.ai.key"
check "and nobody else" test ! -e "/proc/$(main world)/root/run/credentials/mudlark-world.service/mudlark.ai.key"
check "the world does not see the database" test -z "$(ls "/proc/$(main world)/root/var/lib/mudlark/persist" 2>/dev/null)"

exec 3<>/dev/tcp/127.0.0.1/4000 || exit 1
check "a player is asked for a name" expect "Name:"
tell "guest"
check "a guest is in the world" expect "Exits:"
kill -KILL "$(main world)"
tell "think one"
check "a line typed over the death of the world is answered" expect "one"
check "systemd has started it again" is_restarted world 1
kill -STOP "$(main world)"
tell "think two"
check "so is one over a world that hangs" expect "two" 30
check "the watchdog saw to that" is_restarted world 2
kill -KILL "$(main persist)"
check "the store comes back, too" soon is_restarted persist 1
tell "think three"
check "and play goes on" expect "three"

check "reload" systemctl reload mudlark-gateway
check "is done by the gateway" soon grep -q event=reloaded /run/mudlark-gateway.log
check "top finds all that the configuration names" test "$(mudlark top --once --config $config |
	grep -cE '^(persist|world|gateway|aibridge) +(ready|degraded)')" = 4
check "the numbers of a world without network" systemctl start mudlark-metrics-world.socket
check "can be had over tcp" grep -q mudlark_world_epoch <<<"$(get 9102 /metrics)"
check "accounts are made" mudlark account create wren --config $config <<<"a long enough secret"
who=$(timeout 20 mudlark console --config $config <<<"who")
check "the console works" grep -qi guest <<<"$who"
check "a backup is made" systemctl start mudlark-backup
check "and is there" test "$(find /var/lib/mudlark/backup -name '*.jsonl.gz' | wc -l)" = 1

mkdir -p /run/systemd/system/mudlark-persist.service.d /run/systemd/system/mudlark-gateway@.service.d
cp /usr/local/share/mudlark/systemd/network.conf /run/systemd/system/mudlark-persist.service.d
cp /usr/local/share/mudlark/systemd/low-ports.conf /run/systemd/system/mudlark-gateway@.service.d
systemctl daemon-reload
check "the drop-in of the network" systemctl restart mudlark-persist
check "gives persist one" test "$(readlink "/proc/$(main persist)/ns/net")" = "$(readlink /proc/self/ns/net)"
printf 'MUDLARK_GATEWAY_TELNET=127.0.0.1:401\nMUDLARK_GATEWAY_TELNET_TLS=\nMUDLARK_GATEWAY_WEB=\n' >/etc/mudlark/gateway-east.env
check "a second gateway" systemctl start mudlark-gateway@east
exec 3<>/dev/tcp/127.0.0.1/401 || exit 1
heard=
check "takes players at a low port" expect "Name:"
check "and has given that right back" test "$(status_of gateway@east CapEff)" = 0000000000000000

mkdir -p /run/systemd/system/mudlark-rss.service.d
printf '[Service]\nEnvironment=MUDLARK_RSS_EVERY=nonsense\n' >/run/systemd/system/mudlark-rss.service.d/wrong.conf
systemctl daemon-reload
systemctl restart mudlark-rss >/dev/null 2>&1
check "a process whose configuration is refused" soon is_in rss failed
check "is not started again and again" test "$(of rss ExecMainStatus) $(of rss NRestarts)" = "64 0"

begin=$SECONDS
check "stop" systemctl stop mudlark.target
for p in $all gateway@east; do
	check "$p stops" soon is_in "$p" inactive
	check "$p ends well" test "$(of "$p" Result) $(of "$p" ExecMainStatus)" = "success 0"
done
check "soon" test $((SECONDS - begin)) -le 10
check "what was done is stored" grep -qE 'event=stopped batch=([0-9]+) durable=\1$' /run/mudlark-world.log
check "no sanitizer complained" test -z "$(grep -aE 'ERROR: .*Sanitizer|runtime error:' /run/mudlark-*.log)"
