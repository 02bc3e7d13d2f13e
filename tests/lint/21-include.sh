# A process includes itself and rt/ (and the generated schema), nothing of another process: what two
# processes must agree on lies in proto/.  In its .c a module's own header comes first.
status=0
for process in gateway world persist deploy; do
	others=$(echo gateway world persist aibridge bridges deploy | tr ' ' '\n' | grep -vx "$process" |
		paste -sd'|')
	if git grep -nE "#include \"($others)/" -- "$process"; then
		echo "^ $process includes what belongs to another process"
		status=1
	fi
done
if git grep -nE '#include "(gateway|world|persist|aibridge|bridges|deploy)/' -- proto; then
	echo "^ proto includes what belongs to a process"
	status=1
fi
if git grep -nE '#include "[^"]*\.c"' -- gateway world persist deploy proto; then
	echo "^ a .c file is included"
	status=1
fi
while read -r file; do
	own=$(basename "${file%.c}.h")
	[ -e "${file%.c}.h" ] || continue
	first=$(grep -m1 '^#include' "$file")
	case $first in
	*"/$own\""* | *"\"$own\""*) ;;
	*)
		echo "$file: its own header is not the first one it includes"
		status=1
		;;
	esac
done < <(git ls-files gateway world persist deploy proto | grep '\.c$')
exit $status
