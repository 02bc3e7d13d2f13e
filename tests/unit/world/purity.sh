#!/bin/sh
# Holds the world's core to what makes it replayable: no clock, randomness, environment, file, socket,
# thread, locale or unstable sort of its own.  Reads the symbols that its object files leave undefined.
#
#	tests/unit/world/purity.sh BUILD_FOLDER
set -eu
b=${1:?build folder}
impure='time|clock|clock_gettime|clock_system|gettimeofday|localtime|localtime_r|gmtime|strftime|nanosleep|usleep|sleep'
impure="$impure|rand|rand_r|srand|random|srandom|drand48|getrandom|getentropy|entropy_system|entropy_id|randombytes_buf"
impure="$impure|getenv|secure_getenv|environ|open|open64|openat|creat|fopen|fopen64|read|write|socket|connect|bind|popen|system|fork"
impure="$impure|setlocale|strcoll|strxfrm|wcscoll|qsort|qsort_r|bsearch|pthread_create|getpid|gethostname"
impure="$impure|sin|cos|tan|exp|pow|log|log2|log10|sqrtf|fma"
passed=0 failed=0
for o in "$b"/world/core/*.o "$b"/world/cmd/*.o "$b"/world/mind/*.o "$b"/world/social/*.o "$b"/world/relay/*.o "$b"/world/relay/*.o "$b"/world/social/*.o "$b"/world/begin.o "$b"/world/calls.o \
	"$b"/world/commit.o "$b"/world/data*.o "$b"/world/enter.o "$b"/world/info.o "$b"/world/inputs.o "$b"/world/login.o \
	"$b"/world/outbox.o "$b"/world/outbox_rows.o "$b"/world/resume.o "$b"/world/session.o "$b"/world/turn.o "$b"/world/world.o; do
	[ -e "$o" ] || continue
	found=$(nm -u "$o" | awk '{ sub(/@.*/, "", $2); print $2 }' | grep -Ex "($impure)" || true)
	if [ -n "$found" ]; then
		echo "${o#"$b"/}: not pure:" $found
		failed=$((failed + 1))
	else
		passed=$((passed + 1))
	fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
