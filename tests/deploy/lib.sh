# shellcheck shell=bash
# What tests/deploy/run.sh stands on: checks that count, players behind a network of their own, containers
# and what became of them.  Sourced; wants $build, $project, $work.

: "${build:?}" "${project:?}" "${work:?}"
passed=0
failed=0
began=$SECONDS
said=
space=
players_pid=

ok()
{
	passed=$((passed + 1))
	printf 'ok: %3d s  %s\n' $((SECONDS - began)) "$1"
}

bad()
{
	failed=$((failed + 1))
	printf 'FAILED: %3d s  %s\n' $((SECONDS - began)) "$1"
}

# check "sentence" command...
check()
{
	local what=$1
	shift
	if "$@"; then ok "$what"; else bad "$what"; fi
}

# The same; without it nothing else makes sense.
need()
{
	check "$@"
	[ $failed -eq 0 ] || exit 1
}

same()
{
	[ "$1" = "$2" ] || {
		printf '    %s\n    and not\n    %s\n' "$1" "$2"
		return 1
	}
}

# until_true SECONDS command...: tries it until it holds.
until_true()
{
	local end=$((SECONDS + $1))
	shift
	until "$@"; do
		[ $SECONDS -lt $end ] || return 1
		sleep 0.1
	done
}

# --- the way to the players

# A namespace of the network with eight addresses for players and one for staff: they come to this machine from
# outside, as everybody does, and their addresses are known.
network_up()
{
	local i
	subnet=198.18.$(($$ % 254 + 1))
	outside=mud$$
	here=$subnet.1
	from=
	[ -z "$(ip -4 -o address show to "$subnet.0/24")" ] || return 1
	ip netns add "mudlark-$$" || return 1
	space=mudlark-$$
	ip link add "$outside" type veth peer name inside netns "$space" || return 1
	ip address add "$here/24" dev "$outside"
	ip link set "$outside" up
	for i in 2 3 4 5 6 7 8 9 10; do
		ip -n "$space" address add "$subnet.$i/24" dev inside
		from=$from${from:+,}$subnet.$i
	done
	ip -n "$space" link set lo up
	ip -n "$space" link set inside up
}

network_down()
{
	[ -n "$space" ] || return 0
	ip link delete "$outside" 2>/dev/null || true
	ip netns delete "$space" 2>/dev/null || true
	space=
}

# players_start N
players_start()
{
	coproc PLAYERS {
		exec ip netns exec "$space" "$build/tests/deploy/players" --to "$here" --telnet 4000 \
			--tls 4443 --web 8080 --from "$from" --players "$1" --seed $$ --within 90 \
			2>"$work/players.err"
	}
	players_pid=$PLAYERS_PID
	exec 7<&"${PLAYERS[0]}" 8>&"${PLAYERS[1]}"
}

players_end()
{
	[ -n "$players_pid" ] || return 0
	printf 'end\n' >&8 2>/dev/null || true
	exec 8>&-
	wait "$players_pid" 2>/dev/null || true
	players_pid=
}

# tell COMMAND...: the answer is in $said. Players who do not do it in time have failed.
tell()
{
	printf '%s\n' "$*" >&8
	IFS= read -r -t 150 said <&7 || {
		bad "players answer to: $*"
		cat "$work/players.err"
		exit 1
	}
	printf '%s\n' "$said" >>"$work/said"
	[ "$(of ok)" = true ] ||
		bad "players do in time: $* ($(of in) of $(of players) are in, $(of waiting) lines wait)"
}

# A member of the last answer.
of()
{
	jq -r ".\"$1\"" <<<"$said"
}

# No line was lost or doubled, nothing was otherwise than it should be.
all_right()
{
	same "$(jq -c '[.ok, .lost, .doubled, .wrong, .gaps, .refused, .said]' <<<"$said")" \
		'[true,0,0,0,0,0,""]'
}

# --- containers

compose()
{
	docker compose --project-name "$project" --project-directory deploy \
		--file deploy/compose.yaml --file tests/deploy/compose.yaml "$@" </dev/null
}

# What it says is shown when it fails.
quietly()
{
	"$@" >"$work/quiet" 2>&1 || {
		tail -n 15 "$work/quiet"
		return 1
	}
}

# The operator's command; standard input is its own.
mudlark()
{
	docker compose --project-name "$project" --project-directory deploy \
		--file deploy/compose.yaml --file tests/deploy/compose.yaml \
		run --rm --no-deps -T tools "$@" 2>"$work/tools" || {
		tail -n 15 "$work/tools"
		return 1
	}
}

# The containers of a service, in the order of their numbers.
containers()
{
	docker ps -a --no-trunc --filter "label=com.docker.compose.project=$project" \
		--filter "label=com.docker.compose.service=$1" \
		--format '{{.Label "com.docker.compose.container-number"}} {{.ID}}' | sort -n | cut -d' ' -f2
}

pid_of()
{
	docker inspect -f '{{.State.Pid}}' "$1"
}

is_new()
{
	local now
	now=$(pid_of "$1") && [ "$now" -gt 0 ] && [ "$now" != "$2" ]
}

# Whom the kernel kills, not docker: `docker kill` would be taken for the operator's wish.
kill_container()
{
	local pid
	pid=$(pid_of "$1")
	kill -KILL "$pid"
	until_true 30 is_new "$1" "$pid"
}

# Where a container is on one of our networks.
address_on()
{
	docker inspect -f "{{with index .NetworkSettings.Networks \"${project}_$2\"}}{{.IPAddress}}{{end}}" "$1"
}

# ask CONTAINER PATH [OPTION...]: the answer at its metrics, by curl.
ask()
{
	local at
	at=$(address_on "$1" bus)
	[ -n "$at" ] && curl -s -m 5 "${@:3}" "http://$at:9100/$2"
}
