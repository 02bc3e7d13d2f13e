# gcc -fanalyzer, which understands the cleanup attribute: leaks, double frees, use after free.  (What
# gcc 12 says of null pointers and uninitialised structs passed by value is mostly wrong.)
jobs=$(nproc)
flags="-std=gnu11 -O1 -D_GNU_SOURCE -I. -Iproto -I$LINT_BUILD/proto/schema -fanalyzer
$(pkg-config --cflags libzmq libprotobuf-c libevent_core libsodium libutf8proc yaml-0.1 jansson libpq sqlite3 libedit)"
export flags
# shellcheck disable=SC2016 # for the inner shell
git ls-files gateway world persist aibridge bridges deploy proto/rt | grep '\.c$' |
	xargs -P "$jobs" -I{} sh -c 'timeout 60 gcc $flags -c -o /dev/null {} 2>&1
		[ $? -ne 124 ] || echo "skipped: {} takes the analyzer more than 60 s"' \
	>"$LINT_BUILD/lint/analyzer.txt"
grep '^skipped:' "$LINT_BUILD/lint/analyzer.txt"
# link_leave() frees a link only at depth 0, which the analyzer does not follow; that the (iconv_t)-1 of a
# failed iconv_open() is nothing to be closed it does not know.
! grep -E 'error:|-Wanalyzer-(double-free|double-fclose|use-after-free|malloc-leak|file-leak|free-of-non-heap)' \
	"$LINT_BUILD/lint/analyzer.txt" |
	grep -vE "^proto/rt/link[a-z_]*\.c:.*use after .free. of .l.|^gateway/charset\.c:.*leak of .iconv_open"
