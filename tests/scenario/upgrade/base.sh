#!/bin/bash
# Builds what an upgrade begins with: tests/scenario/upgrade/base.sh OUT MAKE [REF]
# REF is a commit; without one, the last that had other programs than the tree has now. Its programs are in OUT/bin
# afterwards, OUT/commit names it. Status 75 with a sentence `skipped: why`: here nobody can say what was before.
set -eu
cd "$(dirname "$0")/../../.."
out=$1
make=$2
ref=${3:-}
product=(gateway world aibridge persist bridges proto deploy Makefile ':!*.md' ':!deploy/watch' ':!deploy/test')

skip()
{
	echo "skipped: no upgrade: $1"
	exit 75
}

find_base()
{
	local last
	git rev-parse --git-dir >/dev/null 2>&1 || skip 'this tree is no git repository'
	if [ -n "$ref" ]; then
		git rev-parse --verify -q "$ref^{commit}" && return
		echo "there is no commit $ref here"
		exit 64
	fi
	if ! git diff --quiet HEAD -- "${product[@]}"; then
		git rev-parse HEAD
		return
	fi
	last=$(git log -1 --format=%H -- "${product[@]}")
	git rev-parse --verify -q "$last^{commit}^" || skip "the history does not reach behind the last change (a shallow clone?)"
}

base=$(find_base) || {
	status=$?
	echo "$base"
	exit $status
}
[ "$(cat "$out/commit" 2>/dev/null)" != "$base" ] || exit 0
echo "the upgrade begins at $(git log -1 --format='%h %s' "$base")"
mkdir -p "$out/src"
rm -rf "${out:?}/src" "$out/commit"
mkdir -p "$out/src"
git archive "$base" | tar -x -C "$out/src"
unset MAKEFLAGS MAKELEVEL MFLAGS
$make -C "$out/src" -s -j"$(nproc)" B="$out" REVISION="$(git rev-parse --short=12 "$base")" all >"$out/log" 2>&1 || { tail -n 20 "$out/log" && exit 1; }
echo "$base" >"$out/commit"
