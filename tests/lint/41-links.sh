# What the manual points to is there.
status=0
while read -r page; do
	while read -r target; do
		[ -e "$(dirname "$page")/$target" ] || { echo "$page: no $target"; status=1; }
	done < <(grep -oE '\]\([^)#: ]+' "$page" | sed 's/^](//')
done < <(git ls-files '*.md')
for file in world/main.c world/turn.c world/cmd/look.c gateway/telnet.c deploy/super.c; do
	[ -e "$file" ] || { echo "README.md sends newcomers to $file, which is not there"; status=1; }
done
exit $status
