# No exported variable that can change; static ones live only in rt/log, the main files and the tables
# of metrics.  (nm says where each symbol lies: .data and .bss can change, .rodata and .data.rel.ro
# cannot.  Capital letters in nm's short form, GLOBAL in readelf's, are exported.)
allowed='proto/rt/log\.o|/main\.o|deploy/mudlark\.o|\.pb-c\.o'
# Static ones with a reason: what protobuf-c wants as char * and never writes; a table made once.
static_allowed='/(numbers|meter)\.o: |gateway/client_(console|telnet)\.o: (name|nobody)\.|inputlog\.o: table\.'
found=$(for folder in proto gateway world persist aibridge bridges deploy; do
	find "$LINT_BUILD/$folder" -name '*.o' 2>/dev/null
done | grep -vE "$allowed" | sort | while read -r object; do
	nm --defined-only -f sysv "$object" | awk -F'|' -v o="${object#"$LINT_BUILD"/}" '
		{ gsub(/ /, ""); section = $7; name = $1; class = $3 }
		section ~ /^\.(data|bss|tdata|tbss)/ && section !~ /rel\.ro/ || section == "*COM*" {
			print o ": " name " in " section (class ~ /[A-Z]/ ? ", exported" : "")
		}'
done)
bad=$(echo "$found" | grep -E 'exported$'; echo "$found" | grep -v 'exported$' | grep -vE "$static_allowed")
[ -z "$bad" ] || { echo "$bad"; exit 1; }
