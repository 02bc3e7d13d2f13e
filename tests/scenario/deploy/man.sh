#!/bin/bash
# The man page is well made and has every command and option that `mudlark help` has, and no other:
# tests/scenario/deploy/man.sh BUILD
set -u
export LC_ALL=C
cd "$(dirname "$0")/../../.." || exit 1
mudlark=$1/bin/mudlark
page=deploy/man/mudlark.1
# shellcheck source=tests/scenario/deploy/story.sh
. tests/scenario/deploy/story.sh

commands() { "$mudlark" help | sed -n 's/^  \([a-z]*\) .*/\1/p'; }
options() { "$mudlark" help "$1" | sed -n 's/^  --\([a-z-]*\) .*/\1/p'; }
told_commands() { sed -n 's/^\.It Cm \([a-z]*\).*/\1/p' $page; }
# The lines behind `Options:` in the part about a command.
told_options()
{
	awk -v command="$1" '
	/^\.It / || /^\.El/ { here = $2 == "Cm" && $3 == command; list = 0 }
	here && /^Options:$/ { list = 1; next }
	here && list && /^\.Fl Fl / { print $3 }' $page
}
explained_options() { sed -n 's/^\.It Fl Fl \([a-z-]*\).*/\1/p' $page; }
is_explained() { [ "$(explained_options | sort -u)" = "$(for c in $(commands); do options "$c"; done | sort -u)" ]; }
is_well_made() { [ -z "$(mandoc -T lint -W style $page 2>&1 | grep -v 'mandoc.db\|no such file' | tee /dev/stderr)" ]; }

check "it has the commands, in their order" test "$(told_commands)" = "$(commands)"
for command in $(commands); do
	check "it has the options of $command" test "$(told_options "$command")" = "$(options "$command")"
done
check "each option is explained" is_explained
if command -v mandoc >/dev/null; then
	check "mandoc has nothing to say" is_well_made
else
	echo "skipped: no mandoc here to read the man page"
fi
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
