#!/bin/sh
# Writes the web client as one C file: embed.sh gateway/web > page_files.c
# A file gateway/web/<path> becomes one row { path, type, etag, bytes, n }; kinds of files that are not
# listed here (notes, tests) are left out.
set -eu
cd "$1"

type_of()
{
	case $1 in
	*.html) echo 'text/html; charset=utf-8' ;;
	*.css) echo 'text/css; charset=utf-8' ;;
	*.js) echo 'text/javascript; charset=utf-8' ;;
	*.svg) echo 'image/svg+xml' ;;
	*.png) echo 'image/png' ;;
	*.ico) echo 'image/x-icon' ;;
	*.webmanifest) echo 'application/manifest+json' ;;
	*.woff2) echo 'font/woff2' ;;
	*.txt) echo 'text/plain; charset=utf-8' ;;
	esac
}

files=$(find . -type f | LC_ALL=C sort)
n=0
rows=
echo '#include "gateway/page.h"'
for file in $files; do
	type=$(type_of "$file")
	[ -n "$type" ] || continue
	echo "static const unsigned char f${n}[] = {"
	od -An -v -tu1 "$file" | sed 's/  */,/g; s/^,//; s/$/,/'
	echo '0 };'
	etag=$(sha256sum "$file" | cut -c1-20)
	rows="$rows	{ \"${file#.}\", \"$type\", \"\\\"$etag\\\"\", f$n, sizeof(f$n) - 1 },
"
	n=$((n + 1))
done
echo 'const struct page_file page_files[] = {'
printf '%s' "$rows"
echo '};'
echo 'const size_t n_page_files = sizeof(page_files) / sizeof(page_files[0]);'
