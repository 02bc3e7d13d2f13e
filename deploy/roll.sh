#!/bin/sh
# Brings what compose.yaml runs to the version of this tree, so that there is a gateway all the time: new ones start
# beside the old ones, which then drain (MUDLARK_DRAIN) and are taken away.  The world and persist are replaced
# meanwhile; players see a pause of some seconds.
set -eu
cd "$(dirname "$(readlink -f "$0")")"

docker compose build
docker compose run --rm setup # what a new version wants besides; what is there stays
docker compose up --detach --wait world # and what it stands on
old=$(docker compose ps --quiet gateway)
if [ -z "$old" ]; then # nobody to drain; haproxy takes a moment to see the new ones
	docker compose up --detach --wait gateway
	exec docker compose up --detach
fi
number=$(echo "$old" | wc -l)
docker compose up --detach --wait --no-recreate --scale "gateway=$((2 * number))" gateway
for container in $old; do
	{ docker stop "$container" && docker rm "$container"; } >/dev/null &
done
wait
docker compose up --detach --wait --scale "gateway=$number"
