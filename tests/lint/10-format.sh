# Every C file is laid out as clang-format does it (`make format` puts it right).
git ls-files '*.c' '*.h' | xargs -P "$(nproc)" -n 20 clang-format --dry-run -Werror 2>&1 |
	sed -nE 's/^([^:]*):[0-9]+:.*clang-format-violations.*/\1: make format/p' | sort -u >"$LINT_BUILD/lint/format.txt"
cat "$LINT_BUILD/lint/format.txt"
[ ! -s "$LINT_BUILD/lint/format.txt" ]
