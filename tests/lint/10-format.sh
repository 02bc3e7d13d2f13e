# Every C file is laid out as clang-format does it (`make format` puts it right).
status=0
while read -r file; do
	clang-format --dry-run -Werror "$file" >/dev/null 2>&1 || { echo "$file: make format"; status=1; }
done < <(git ls-files '*.c' '*.h')
exit $status
