# gcc -fanalyzer, which understands the cleanup attribute: leaks, double frees, use after free.
# At -O1, file by file, without the state explosion of the bigger ones (a limit per file).
jobs=$(nproc)
flags="-std=gnu11 -O1 -D_GNU_SOURCE -I. -Iproto -I$LINT_BUILD/proto/schema -fanalyzer
-Wanalyzer-double-free -Wanalyzer-use-after-free -Wanalyzer-malloc-leak -Wanalyzer-file-leak
-Wanalyzer-null-dereference -Wanalyzer-use-of-uninitialized-value
$(pkg-config --cflags libzmq libprotobuf-c libevent_core libsodium libutf8proc yaml-0.1 jansson libpq sqlite3 libedit)"
export flags
git ls-files gateway world persist deploy proto/rt | grep '\.c$' |
	xargs -P "$jobs" -I{} sh -c 'timeout 60 gcc $flags -c -o /dev/null {} 2>&1; s=$?
		[ $s -eq 124 ] && echo "skipped: {} takes the analyzer more than 60 s"; true' \
	>"$LINT_BUILD/lint/analyzer.txt"
grep '^skipped:' "$LINT_BUILD/lint/analyzer.txt"
# link_leave() frees a link only at depth 0, which the analyzer does not follow.
! grep -E "warning: .*\[-Wanalyzer|error:" "$LINT_BUILD/lint/analyzer.txt" |
	grep -vE "^proto/rt/link\.c:.*use after .free. of .l."
