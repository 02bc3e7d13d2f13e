# shellcheck shell=bash
# The story of tests/deploy/run.sh: what is done to a deployment under players, and what must hold.  Sourced.
# shellcheck disable=SC2154 # of run.sh and lib.sh

said_to_staff=
theirs=
gone=()
staff_password=a-long-enough-secret
pebbles=120

# --- what is known of players, things and gateways

# staff LINE: what an admin who comes in through HAProxy reads.
staff()
{
	tell "staff boss $staff_password $*"
	said_to_staff=$(of text)
}

# Everybody, in two parts: a list has a hundred lines at most.
look_at_sites()
{
	local part
	staff "@sites $subnet.0/29"
	part=$said_to_staff
	staff "@sites $subnet.8/29"
	said_to_staff=$part$'\n'$said_to_staff
}

make_boss()
{
	mudlark account create boss <<<"$staff_password" >/dev/null &&
		mudlark account grant boss admin </dev/null >/dev/null
}

# players_at [GATEWAY...]: "ADDRESS WAY COUNT" of all players, or of those at these gateways.
players_at()
{
	awk -v "gateways= $* " -v "ours=$subnet." '
	index($1, ours) == 1 && (gateways ~ /^ *$/ || index(gateways, " " $3 " ")) && $1 != ours "10" {
		n = match($0, /[0-9]+ connections/) ? substr($0, RSTART, RLENGTH) + 0 : 1
		sum[$1 " " $2] += n
	}
	END { for (way in sum) print way, sum[way] }' <<<"$said_to_staff" | sort
}

gateways_in_use()
{
	awk -v "ours=$subnet." 'index($1, ours) == 1 && $1 != ours "10" { print $3 }' <<<"$said_to_staff" | sort -u
}

# As @sites calls the gateway in a container.
name_of()
{
	docker inspect -f 'gateway-{{.Config.Hostname}}' "$1"
}

# Whose connection broke since the last `mark`, as players_at() tells it.
players_cut()
{
	jq -r '.by | to_entries[] | "\(.key) \(.value)"' <<<"$said" | sort
}

# Player i comes by way i % 3 from address i / 3 % 8.
expected_everywhere()
{
	local i ways=(telnet telnets ws)
	for ((i = 0; i < players; i++)); do
		echo "$subnet.$((i / 3 % 8 + 2)) ${ways[i % 3]}"
	done | sort | uniq -c | awk '{ print $2, $3, $1 }' | sort
}

sql()
{
	compose exec -T postgres psql -U mudlark -d mudlark -qtA -c "$1"
}

# By the database, and by what the players were told; when nobody plays.
things_are_all_there()
{
	same "$(sql "SELECT count(*) FROM entity WHERE kind = 'item'")" $pebbles &&
		same "$(sql "SELECT count(*) FROM entity e JOIN entity o ON o.id = e.owner
			WHERE e.kind = 'item' AND o.kind <> 'room'")" "$(of carried)"
}

# --- blows

# blow "what" command...: struck in the middle of play.
blow()
{
	local what=$1
	shift
	tell mark
	tell play "$lines"
	check "$what" "$@"
	tell play "$lines"
	tell settle
	check "- every line is answered once and in order ($(of answered) so far, the longest after $(of longest_ms) ms)" \
		all_right
}

nobody_is_cut()
{
	check "- nobody loses his connection" same "$(players_cut)" ""
}

# After a HUP, which reloads and renewed certificates take: an engine must not think that its end was wanted.
kill_service()
{
	quietly compose kill -s HUP "$1"
	kill_container "$(containers "$1")"
}

kill_one_gateway()
{
	local victim
	victim=$(containers gateway | sed -n 2p)
	look_at_sites
	theirs=$(players_at "$(name_of "$victim")")
	kill_container "$victim"
}

the_database_answers()
{
	[ "$(sql 'SELECT 1' 2>/dev/null)" = 1 ]
}

stop_the_database()
{
	quietly compose stop postgres
	tell play "$lines" # the world plays on without it
	same "$(docker inspect -f '{{.State.ExitCode}}' "$(containers postgres)")" 0 || return 1
	quietly compose start postgres
	until_true 60 the_database_answers
}

gateways_miss_the_world()
{
	local gateway
	for gateway in $(containers gateway); do
		[ "$(ask "$gateway" readyz -o /dev/null -w '%{http_code}')" = 503 ] || return 1
	done
}

# From persist and from the gateways, which all live, until these have noticed.
part_the_world()
{
	local world
	world=$(containers world)
	docker network disconnect "${project}_bus" "$world"
	until_true 30 gateways_miss_the_world || return 1
	docker network connect --alias world "${project}_bus" "$world"
}

# HAProxy's backends of telnet that are up.
backends()
{
	curl -s -m 5 "http://$(address_on "$(containers haproxy)" edge):8404/metrics" |
		grep -c '^haproxy_server_status{proxy="telnet",.*state="UP"} 1$' || true
}

backends_are()
{
	[ "$(backends)" = "$1" ]
}

# Fewer: those of the others are told, and go to one that stays.
scale_down_to()
{
	local all gateway
	look_at_sites
	all=$(containers gateway)
	scale_to "$1" || return 1
	for gateway in $all; do
		grep -q "$gateway" <<<"$(containers gateway)" || gone+=("gateway-${gateway:0:12}")
	done
	theirs=$(players_at "${gone[@]}")
}

scale_to()
{
	quietly compose up --detach --no-recreate --scale "gateway=$1" gateway && until_true 60 backends_are "$1"
}

services_die()
{
	local service
	for service in "$@"; do
		blow "kill -9 of $service" kill_service "$service"
		nobody_is_cut
	done
}

gateway_dies()
{
	blow "kill -9 of a gateway" kill_one_gateway
	check "- its players lose their connections, nobody else" same "$(players_cut)" "$theirs"
	check "- it comes back" until_true 30 backends_are 3
}

balancer_dies()
{
	blow "kill -9 of HAProxy" kill_service haproxy
	check "- everybody loses his connection, and is back" same "$(of in) $(of cut)" "$players $players"
}

scales()
{
	blow "five gateways instead of three" scale_to 5
	nobody_is_cut
	tell leave
	tell enter
	look_at_sites
	check "- newcomers get to all five" same "$(gateways_in_use | wc -l)" 5
	gone=()
	blow "two gateways instead of five" scale_down_to 2
	check "- three have gone, and their players had to go, nobody else" \
		same "${#gone[@]} $(players_cut)" "3 $theirs"
	look_at_sites
	check "- everybody is at one of them" same "$(of in) $(gateways_in_use | wc -l)" "$players 2"
}

# --- backup, wipe, restore

# The hash in what `mudlark verify` and `mudlark backup` print.
state_in()
{
	sed -n 's/.*state \([0-9a-f]\{64\}\).*/\1/p' "$1" | tail -n 1
}

restore_after_a_wipe()
{
	local file
	tell mark
	tell play "$lines"
	check "a backup is made while people play" mudlark backup --to /backup
	tell settle
	check "- nobody noticed" all_right
	tell leave
	mudlark backup --to /backup >"$work/kept"
	file=$(sed -n 's|.*\(/backup/[^ :]*\.jsonl\.gz\).*|\1|p' "$work/kept" | tail -n 1)

	quietly compose stop
	quietly compose rm --stop --force postgres
	docker volume rm "${project}_postgres" >/dev/null
	check "the database is wiped, and an empty one made" quietly compose up --detach --wait postgres
	check "- which is empty" same "$(sql "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")" 0
	check "the backup is restored" mudlark restore "$file"
	check "persist starts with it" quietly compose up --detach --wait --no-recreate persist
	mudlark verify >"$work/restored"
	check "the state is the same, to the bit" same "$(state_in "$work/restored")" "$(state_in "$work/kept")"
	check "everything starts again" quietly compose up --detach --wait --no-recreate --scale gateway="$1"
	tell forget
	tell enter
	tell settle
	check "everybody is back" all_right
	check "with all that he had" things_are_all_there
}

# --- the whole of it

come_up()
{
	[ -n "${MUDLARK_TEST_IMAGE:-}" ] || need "the image is built" quietly compose build world
	need "keys, passwords and a certificate are made" quietly compose run --rm setup
	[ -n "$short" ] || echo a-token-that-nobody-knows >"$MUDLARK_LOCAL/discord.token"
	need "three gateways and all the rest come up" quietly compose up --detach --wait --scale gateway=3
	need "an admin is made" make_boss
	need "HAProxy has three gateways" until_true 60 backends_are 3
	players_start "$players"
	tell enter
	check "$players players come in by telnet, TLS and WebSocket" same "$(of in)" "$players"
	look_at_sites
	check "each is known by his own address, and by his way in" same "$(players_at)" "$(expected_everywhere)"
	check "all three gateways are in use" same "$(gateways_in_use | wc -l)" 3
}

nothing_is_left()
{
	local ours=label=com.docker.compose.project=$project
	same "$(docker ps -aq --filter "$ours")$(docker volume ls -q --filter "$ours")$(
		docker network ls -q --filter "$ours")" ""
}

story()
{
	local gateways=3
	come_up
	[ $failed -eq 0 ] || exit 1
	services_die world persist
	gateway_dies
	if [ -z "$short" ]; then
		services_die postgres aibridge irc discord rss
		balancer_dies
	fi
	blow "stop and start of the database" stop_the_database
	nobody_is_cut
	blow "the world's network is cut, and mended" part_the_world
	nobody_is_cut
	check "nothing was made or lost" things_are_all_there
	if [ -z "$short" ]; then
		scales
		gateways=2
	fi
	restore_after_a_wipe $gateways
	tell leave
	players_end
	take_down
	check "nothing is left of it" nothing_is_left
}
