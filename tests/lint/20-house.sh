# Rules of the house that a pattern can see.
status=0
complain()
{
	status=1
	echo "$1:"
	sed 's/^/    /'
}
sources() { git ls-files "$@" | grep -E '\.(c|h)$'; }
code="gateway world persist aibridge bridges proto deploy tests"

# shellcheck disable=SC2086 # lists of files without spaces
{
	found=$(git ls-files | cut -d/ -f1 | sort -u | grep -vE \
		'^(Makefile|gateway|world|aibridge|persist|bridges|proto|tests|deploy|README\.md|LICENSE|\..*)$')
	[ -z "$found" ] || echo "$found" | complain "The top level is fixed"

	found=$(git grep -nE '\b(TODO|FIXME|XXX|HACK)\b' -- $code ':!tests/lint' | grep -v 'XXXXXX')
	[ -z "$found" ] || echo "$found" | complain "Unfinished business"

	found=$(for f in $(sources $code); do
		head -n 1 "$f" | grep -qE '^(/\*|//)' || echo "$f"
	done)
	[ -z "$found" ] || echo "$found" | complain "A file opens with what it is for"

	found=$(for f in $(sources $code | grep '\.h$'); do
		grep -q '^#pragma once' "$f" || echo "$f"
	done)
	[ -z "$found" ] || echo "$found" | complain "A header lacks #pragma once"

	found=$(git grep -nE '\bzmq_[a-z_]+ *\(|include <zmq' -- 'proto/*.[ch]' gateway world persist aibridge bridges deploy |
		grep -v '^proto/rt/bus')
	[ -z "$found" ] || echo "$found" | complain "ZeroMQ is called outside proto/rt/bus"

	found=$(git grep -nE '\b(strcpy|strcat|sprintf|gets|strtok|system|popen|alloca) *\(' -- $code ':!tests')
	[ -z "$found" ] || echo "$found" | complain "An unbounded or blocking function"

	found=$(git grep -nE 'typedef ' -- $code | grep -E '\.[ch]:' | grep -v __int128)
	[ -z "$found" ] || echo "$found" | complain "A typedef: generated types are to be the only foreign ones"

	found=$(git ls-files | grep -E '\.(o|a|so|pb-c\.[ch]|db|log)$')
	[ -z "$found" ] || echo "$found" | complain "Something made is committed"
}
exit $status
