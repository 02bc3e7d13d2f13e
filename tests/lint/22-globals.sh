# No exported variable that can change; static ones live only in rt/log and in the main files.
# (nm says where each symbol lies: .data and .bss can change, .rodata and .data.rel.ro cannot.)
allowed='proto/rt/log\.o|/main\.o|deploy/mudlark\.o|\.pb-c\.o'
found=$(for folder in proto gateway world persist deploy; do
	find "$LINT_BUILD/$folder" -name '*.o' 2>/dev/null
done | grep -vE "$allowed" | sort | while read -r object; do
	nm --defined-only -f sysv "$object" | awk -F'|' -v o="${object#"$LINT_BUILD"/}" '
		{ gsub(/ /, ""); section = $7; name = $1 }
		section ~ /^\.(data|bss|tdata|tbss)/ && section !~ /rel\.ro/ || section == "*COM*" {
			print o ": " name " in " section
		}'
done)
[ -z "$found" ] || { echo "$found"; exit 1; }
