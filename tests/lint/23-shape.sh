# Size: a function fits a screen (100 lines at the very most), a file has one job (700 lines at most).
command -v ctags >/dev/null || { echo "skipped: no ctags"; exit 0; }
files=$(git ls-files gateway world persist aibridge bridges proto deploy tests | grep -E '\.(c|h)$')
status=0
# shellcheck disable=SC2086
wc -l $files | awk '$2 != "total" && $1 > 700 { print $2 ": " $1 " lines"; bad = 1 } END { exit bad }' || status=1
# shellcheck disable=SC2086
ctags --quiet -f - --languages=C --kinds-C=f --fields=+ne $files |
	awk -F'\t' '{
		for (i = 4; i <= NF; i++) {
			if ($i ~ /^line:/) from = substr($i, 6)
			if ($i ~ /^end:/) to = substr($i, 5)
		}
		n = to - from + 1; all++
		if (n > 100) { print $2 ": " $1 "() has " n " lines"; bad = 1 }
		if (n > 60 && $2 !~ /^tests\//) long++
	}
	END {
		printf "%d functions, %d of the programs over 60 lines\n", all, long
		if (long > all * .03) { print "more than 3 % are over 60 lines"; bad = 1 }
		exit bad
	}' || status=1
exit $status
