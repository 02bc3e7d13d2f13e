# A process includes itself and rt/ (and the generated schema), nothing of another process: what two
# processes must agree on lies in proto/.  A module that has a
# header begins with one of ours, its own: so each header is known to stand alone.
status=0
for process in gateway world persist aibridge bridges deploy; do
	others=$(echo gateway world persist aibridge bridges deploy | tr ' ' '\n' | grep -vx "$process" |
		paste -sd'|')
	if git grep -nE "#include \"($others)/" -- "$process"; then
		echo "^ $process includes what belongs to another process"
		status=1
	fi
done
# No bridge knows another.
for bridge in irc discord rss; do
	if git grep -nE '#include "bridges/[a-z]+/' -- "bridges/$bridge" | grep -v "\"bridges/$bridge/" ||
		git grep -nE "#include \"bridges/$bridge/" -- 'bridges/*.[ch]' ':!bridges/*/*'; then
		echo "^ a bridge includes another, or what they share includes one"
		status=1
	fi
done
if git grep -nE '#include "(gateway|world|persist|aibridge|bridges|deploy)/' -- proto; then
	echo "^ proto includes what belongs to a process"
	status=1
fi
if git grep -nE '#include "[^"]*\.c"' -- gateway world persist aibridge bridges deploy proto; then
	echo "^ a .c file is included"
	status=1
fi
while read -r file; do
	[ -e "${file%.c}.h" ] || continue
	first=$(grep -m1 '^#include' "$file")
	folder=$(dirname "$file")
	name=$(sed -nE 's/^#include "(.*)"$/\1/p' <<<"$first")
	if [ -z "$name" ] || { [ ! -e "$name" ] && [ ! -e "$folder/$name" ] && [ ! -e "proto/$name" ]; }; then
		echo "$file: begins with $first, not with its own header"
		status=1
	fi
done < <(git ls-files gateway world persist aibridge bridges deploy proto | grep '\.c$')
exit $status
