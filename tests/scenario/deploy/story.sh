# For scripts that tell a story and count what went well: checks, and a player on descriptor 3.  To be sourced.
# shellcheck shell=bash
# shellcheck disable=SC2034 # the counts are for who sources this
passed=0
failed=0

ok()
{
	passed=$((passed + 1))
	echo "ok: $1"
}

bad()
{
	failed=$((failed + 1))
	echo "FAILED: $1"
	heard_tail
}

check()
{
	local what=$1
	shift
	if "$@"; then ok "$what"; else bad "$what"; fi
}

# --- the player, on descriptor 3

heard=

heard_tail()
{
	printf '    heard: %q\n' "${heard: -600}"
}

# Waits for $1 in what comes from the server, at most $2 s; drops what came before it.
expect()
{
	local wanted=$1 end=$((SECONDS + ${2:-20})) byte
	while :; do
		case $heard in
		*"$wanted"*)
			heard=${heard#*"$wanted"}
			return 0
			;;
		esac
		[ $SECONDS -lt $end ] || return 1
		if IFS= read -r -d '' -t 0.5 -n 1 byte <&3; then
			heard=$heard$byte
		elif [ $? -le 128 ]; then
			[ -n "$byte" ] || sleep 0.02
			heard=$heard$byte
		fi
	done
}

tell()
{
	printf '%s\r\n' "$1" >&3
}
