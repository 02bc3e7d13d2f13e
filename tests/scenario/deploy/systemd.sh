#!/bin/bash
# Mudlark as it is installed, under a systemd of its own: tests/scenario/deploy/systemd.sh BUILD MAKE
# What is installed, how much its units may do, and - as root, in namespaces that nobody else sees - that they run, are
# watched over and can be played on with just that.
set -u
export LC_ALL=C
cd "$(dirname "$0")/../../.." || exit 1
build=$1
make=$2
here=tests/scenario/deploy
# shellcheck source=tests/scenario/deploy/story.sh
. $here/story.sh

scratch=$(mktemp -d /tmp/mudlark-systemd-XXXXXX)
dest=$scratch/dest
group=
inner=

finish()
{
	[ -z "$inner" ] || kill -KILL "$inner" 2>/dev/null
	wait "$inner" 2>/dev/null
	[ -z "$group" ] || remove_group
	rm -rf "$scratch"
	echo "$passed passed, $failed failed"
	[ $failed -eq 0 ] || exit 1
}
trap finish EXIT

# A control group of our own, so that systemd takes that for the root of all.
make_group()
{
	local base path
	base=$(findmnt -n -t cgroup2 -o TARGET | head -n 1)
	path=$(sed -n 's/^0:://p' /proc/self/cgroup)
	[ -n "$base" ] && [ -n "$path" ] || return 1
	group=$base${path%/}/mudlark-test-$$
	mkdir "$group" 2>/dev/null || { group=; return 1; }
}

remove_group()
{
	local end=$((SECONDS + 10))
	until ! [ -d "$group" ] || find "$group" -depth -type d -exec rmdir {} + 2>/dev/null; do
		[ $SECONDS -lt $end ] || break
		sleep 0.05
	done
}

# Becomes the command, in namespaces of its own.
apart()
{
	exec setsid unshare --fork --pid --mount --mount-proc --cgroup --uts --ipc --net --kill-child=KILL "$@"
}

# --- what is installed

# shellcheck disable=SC2086 # a command with its flags
check "make install" $make "B=$build" install "DESTDIR=$dest" PREFIX=/usr/local >"$scratch/install.log"
check "links of the manual lead nowhere that is not installed" \
	test "$(grep -c '](\.\./' "$dest/usr/local/share/mudlark/README.md")" = 0
check "it installs every program" test "$(find "$dest/usr/local/bin" -type f -perm -755 | wc -l)" = 8
check "no path is left open" test -z "$(grep -rlE '@[a-z]+dir@' "$dest" --include='*.service' --include='*.conf' --include='*.yaml')"
check "the configuration is right for all" "$here/check_config.sh" "$dest" >"$scratch/config.log"
[ $failed -eq 0 ] || cat "$scratch/install.log" "$scratch/config.log"
echo "log: {level: warning}" >"$dest/etc/mudlark/mudlark.yaml"
DESTDIR=$dest deploy/install.sh install "$build"
check "a configuration that is there stays" grep -q warning "$dest/etc/mudlark/mudlark.yaml"
cp "$dest/usr/local/share/mudlark/mudlark.yaml" "$dest/etc/mudlark/mudlark.yaml"

# --- what the units may do

scores()
{
	local unit score
	for unit in persist world gateway gateway@east aibridge irc discord rss backup metrics@world; do
		score=$(systemd-analyze security --offline=true "--root=$dest" --no-pager "mudlark-$unit.service" 2>&1 |
			sed -n 's/.*exposure level for .*: \([0-9.]*\) .*/\1/p')
		echo "mudlark-$unit: ${score:-unknown}"
		awk -v score="${score:-10}" 'BEGIN { exit !(score <= 2.5) }' || return 1
	done
}

if command -v systemd-analyze >/dev/null; then
	check "no unit is exposed above 2.5" scores
else
	echo "skipped: this machine has no systemd-analyze"
fi

# --- and that they run

can_be_apart()
{
	[ "$(id -u)" = 0 ] && [ -x /lib/systemd/systemd ] && make_group &&
		(echo "$BASHPID" >"$group/cgroup.procs" && apart mount -t cgroup2 none /mnt) 2>"$scratch/apart.log"
}

run_apart()
{
	local end=$((SECONDS + 30)) pid
	mkdir "$scratch/own"
	cp -R "$here" "$scratch/own/story"
	(
		echo "$BASHPID" >"$group/cgroup.procs"
		apart "$here/systemd_inside.sh" "$dest" "$scratch/own"
	) >"$scratch/systemd.log" 2>&1 &
	inner=$!
	until [ -e "$scratch/own/ready" ] && pid=$(tr -d ' ' <"/proc/$inner/task/$inner/children") &&
		nsenter -t "$pid" -m -p -n -i -u systemctl list-units >/dev/null 2>&1; do
		if [ $SECONDS -ge $end ] || ! kill -0 $inner 2>/dev/null; then
			cat "$scratch/systemd.log"
			return 1
		fi
		sleep 0.05
	done
	nsenter -t "$pid" -m -p -n -i -u /run/story/systemd_story.sh
}

if can_be_apart; then
	run_apart >"$scratch/story.log" 2>&1
	status=$?
	grep -v ' passed, .* failed$' "$scratch/story.log"
	read -r good wrong < <(sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed$/\1 \2/p' "$scratch/story.log")
	passed=$((passed + ${good:-0}))
	failed=$((failed + ${wrong:-1}))
	check "the story under systemd ends well" test $status = 0
else
	echo "skipped: the units under a systemd of their own: this needs root and namespaces ($(tail -n 1 "$scratch/apart.log" 2>/dev/null))"
fi

# shellcheck disable=SC2086
$make "B=$build" uninstall "DESTDIR=$dest" PREFIX=/usr/local >/dev/null
check "make uninstall leaves the configuration alone" test "$(find "$dest" -type f)" = "$dest/etc/mudlark/mudlark.yaml"
