# Shell scripts at least parse; shellcheck judges them where it is installed.
status=0
while read -r file; do
	case $(head -n 1 "$file") in
	'#!/bin/sh'*) dialect='sh' ;;
	*) dialect='bash' ;;
	esac
	$dialect -n "$file" || status=1
	! command -v shellcheck >/dev/null || shellcheck -x -s $dialect -S warning "$file" || status=1
done < <(git ls-files | grep -E '\.sh$|^\.ci/run$|^tests/lint/run$')
exit $status
