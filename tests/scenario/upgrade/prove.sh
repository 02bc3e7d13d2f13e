#!/bin/bash
# Builds the programs of before and has the upgrade proved: tests/scenario/upgrade/prove.sh BUILD MAKE [REF]
set -eu
cd "$(dirname "$0")/../../.."
build=$1
base=$build-base
mkdir -p "$base"
base=$(cd "$base" && pwd)
tests/scenario/upgrade/base.sh "$base" "$2" "${3:-}" || { [ $? -eq 75 ] && exit 0; exit 1; }
migrations() { find "$1/persist/schema/sqlite" -name '*.sql' | wc -l; }
moved=
[ "$(migrations "$base/src")" -eq "$(migrations .)" ] || moved=yes
MUDLARK_BASE=$base/bin MUDLARK_SCHEMA_MOVED=$moved exec "$build/tests/scenario/upgrade_proof"
