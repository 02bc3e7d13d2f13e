# clang finds nothing to warn about either (all warnings are errors in the Makefile).
$LINT_MAKE B="$LINT_BUILD-clang" CC=clang -j"$(nproc)" all
