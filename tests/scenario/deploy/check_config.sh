#!/bin/bash
# Every installed process accepts the installed configuration: tests/scenario/deploy/check_config.sh DESTDIR
# Paths in it mean the machine it is installed for; of files that would be there the packs are looked for here.
set -eu
dest=$1
sed "s|: /usr/local|: $dest/usr/local|" "$dest/etc/mudlark/mudlark.yaml" >"$dest/checked.yaml"
for process in persist world gateway aibridge irc discord rss; do
	"$dest/usr/local/bin/mudlark-$process" --check-config --config "$dest/checked.yaml" || { echo "^ mudlark-$process"; exit 1; }
done
rm "$dest/checked.yaml"
