#!/bin/bash
# Runs tests, as many at a time as there are cores (most of them wait), and counts them:
# tests/check.sh BUILD MAKE (PROGRAM | TARGET)...
# A name below the build folder is a test program, any other a make target (see the Makefile's head for
# how a target counts).  Output is kept in BUILD/check/; of what fails its end is shown.  The last
# line is `N passed, N failed`; the status is 1 when anything failed.
set -u
build=$1
make=$2
shift 2
limit=${CHECK_LIMIT:-600}
logs=$build/check
mkdir -p "$logs"
jobs=${CHECK_JOBS:-$(nproc)}
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT

# Sums both kinds of counting lines in the log $1 into "passed failed".
count()
{
	awk '
	/^[0-9]+%: Checks: [0-9]+, Failures: [0-9]+, Errors: [0-9]+/ {
		split($0, n, /[^0-9]+/)
		bad += n[3] + n[4]; good += n[2] - n[3] - n[4]
	}
	/^[0-9]+ passed, [0-9]+ failed/ { good += $1; bad += $3 }
	END { print good + 0, bad + 0 }' "$1"
}

run_one()
{
	local what=$1 name log status start=$SECONDS passed failed word
	case $what in
	"$build"/*)
		name=${what#"$build"/tests/unit/}
		set -- "$what"
		;;
	*)
		name=$what
		# shellcheck disable=SC2086 # a command with its flags
		set -- $make "B=$build" "$what"
		;;
	esac
	log=$logs/${name//\//.}.log
	timeout --kill-after=10 "$limit" "$@" >"$log" 2>&1 </dev/null
	status=$?
	read -r passed failed < <(count "$log")
	if [ $status -ne 0 ] && [ "$failed" -eq 0 ]; then
		failed=1
	elif [ $status -eq 0 ] && [ $((passed + failed)) -eq 0 ] && ! grep -q '^skipped:' "$log"; then
		passed=1
	fi
	echo "$passed $failed" >"$results/${name//\//.}.count"
	word=ok
	[ "$failed" -eq 0 ] || word=FAILED
	[ $status -eq 124 ] && word="FAILED (over ${limit} s)"
	printf '%-34s %4d passed %3d failed %4d s  %s\n' "$name" "$passed" "$failed" \
		$((SECONDS - start)) "$word"
	grep '^skipped:' "$log" | sed 's/^/    /'
	if [ "$failed" -ne 0 ]; then
		grep -aE ':[FE]:|FAIL|ERROR: .*Sanitizer|runtime error' "$log" | head -20 | sed 's/^/    /'
		echo "    --- the end of $log:"
		tail -n 25 "$log" | sed 's/^/    /'
	fi
}

# What it says comes in one piece.
run_aside()
{
	local said=$results/${1//\//.}.said
	run_one "$1" >"$said" 2>&1
	cat "$said"
}

running=0
for what in "$@"; do
	if [ "$running" -ge "$jobs" ]; then
		wait -n
		running=$((running - 1))
	fi
	run_aside "$what" &
	running=$((running + 1))
done
wait
echo
awk '{ passed += $1; failed += $2 } END { print passed + 0 " passed, " failed + 0 " failed"; exit failed > 0 }' \
	"$results"/*.count
