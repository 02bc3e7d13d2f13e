#!/bin/sh
# Writes the migrations as one C file: embed.sh persist/schema > schema.c
# A file schema/<dialect>/<number>.sql becomes one row { dialect, number, text }.
set -eu
echo '#include "persist/migrate.h"'
echo 'const struct migration migrations[] = {'
for file in "$1"/*/*.sql; do
	dialect=$(basename "$(dirname "$file")")
	number=$(basename "$file" .sql | sed 's/^0*//')
	printf '{ "%s", %s,\n' "$dialect" "$number"
	sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/.*/"&\\n"/' "$file"
	echo '},'
done
echo '};'
echo 'const size_t n_migrations = sizeof(migrations) / sizeof(migrations[0]);'
