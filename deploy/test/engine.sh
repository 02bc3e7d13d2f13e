#!/bin/bash
# A container engine for tests, on a Debian machine that has none and reaches no registry of images.
#
#	engine.sh up		the engine runs and has the images that deploy/ builds upon
#	engine.sh env		what a caller evaluates: eval "$(deploy/test/engine.sh env)"
#	engine.sh status	0: it answers and has the images
#	engine.sh down		ends the engine and takes back its changes to the network; images stay
#	engine.sh clean		down, and removes all it ever wrote
#
# Exit 0: done; 75: this machine cannot run an engine, with the reason on standard error; 64: a wrong word.
#
# An engine that the machine has already is used as it is, and only asked to pull the images.  Otherwise dockerd of
# Debian's docker.io is started on a socket of its own.  Compose and buildx come from Debian's next suite, unpacked,
# not installed.  The base image is made by debootstrap from the machine's own apt sources; postgres:15 and haproxy:2.6
# are stand-ins for the official images, made upon it (images/).  Each step looks first whether it is done.
set -eu
set -o pipefail

home=${MUDLARK_ENGINE:-/var/tmp/mudlark-engine}
here=$(cd "$(dirname "$0")" && pwd)
suite=bookworm
plugin_suite=trixie # the first whose docker-compose is version 2
socket=unix://$home/docker.sock
images="debian:$suite-slim postgres:15 haproxy:2.6"
export DEBIAN_FRONTEND=noninteractive DOCKER_CONFIG=$home/config

began=$SECONDS
say() {
	printf 'engine: %3d s  %s\n' "$((SECONDS - began))" "$*"
}

cannot() {
	echo "engine: this machine cannot: $*" >&2
	exit 75
}

answers() {
	timeout 20 docker version >/dev/null 2>&1
}

have_image() {
	docker image inspect "$1" >/dev/null 2>&1
}

# Points docker at the machine's engine, else at ours; true when it is the machine's.
choose() {
	if [ "${DOCKER_HOST:-}" != "$socket" ] && command -v docker >/dev/null 2>&1 && answers; then
		return 0
	fi
	export DOCKER_HOST=$socket
	return 1
}

# running FILE NAME: prints the process id in FILE while that is a live program of that name.
running() {
	local pid state
	pid=$(cat "$1" 2>/dev/null) && [ -n "$pid" ] || return 1
	state=$(sed -n "s/^[0-9]* ($2) \(.\).*/\1/p" "/proc/$pid/stat" 2>/dev/null) || return 1
	case $state in
	'' | Z | X) return 1 ;;
	esac
	echo "$pid"
}

apt() {
	apt-get -qq -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 "$@"
}

install_engine() {
	local wanted=()
	[ -x /usr/sbin/dockerd ] || wanted+=(docker.io iptables)
	[ -x /usr/sbin/debootstrap ] || wanted+=(debootstrap)
	[ ${#wanted[@]} -gt 0 ] || return 0
	command -v apt-get >/dev/null 2>&1 || cannot "there is no apt-get, and no engine"
	[ "$(id -u)" -eq 0 ] || cannot "to install ${wanted[*]} takes root"
	{ apt update && apt install -y --no-install-recommends "${wanted[@]}"; } >"$home/apt.log" 2>&1 ||
		cannot "${wanted[*]} cannot be installed: $(tail -n 1 "$home/apt.log")"
	say "installed ${wanted[*]}"
}

# Where this machine's apt finds Debian.
mirror() {
	# shellcheck disable=SC2016 # apt's own variables
	apt-get indextargets --format '$(REPO_URI) $(LABEL) $(CODENAME)' 'Created-By: Packages' |
		awk '$2 == "Debian" && $3 !~ /-/ { print $1; exit }'
}

unpack_plugins() {
	local at=$home/apt uri options deb
	if docker compose version >/dev/null 2>&1 && docker buildx version >/dev/null 2>&1; then
		return 0
	fi
	uri=$(mirror) || cannot "apt does not say where Debian is"
	[ -n "$uri" ] || cannot "apt has no source of Debian"
	mkdir -p "$DOCKER_CONFIG/cli-plugins" "$at/lists/partial" "$at/cache/archives/partial" "$at/debs"
	echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $uri $plugin_suite main" \
		>"$at/sources.list"
	options=(-o "Dir::Etc::sourcelist=$at/sources.list" -o Dir::Etc::sourceparts=-
		-o "Dir::State::lists=$at/lists" -o "Dir::Cache=$at/cache" -o APT::Sandbox::User=root)
	{ apt "${options[@]}" update && cd "$at/debs" &&
		apt "${options[@]}" download docker-compose docker-buildx; } >"$home/plugins.log" 2>&1 ||
		cannot "no Compose 2 in $plugin_suite: $(tail -n 1 "$home/plugins.log")"
	cd "$here"
	for deb in "$at"/debs/*.deb; do
		dpkg-deb -x "$deb" "$at/root"
	done
	cp "$at"/root/usr/libexec/docker/cli-plugins/docker-* "$DOCKER_CONFIG/cli-plugins/"
	rm -rf "$at"
	say "unpacked Compose 2 and buildx of $plugin_suite"
}

# What dockerd changes for the whole machine, so that `down` can put it back.
remember_network() {
	[ -e "$home/network" ] || {
		iptables -S FORWARD 2>/dev/null | sed -n 's/^-P FORWARD /policy=/p'
		sed 's/^/forward=/' /proc/sys/net/ipv4/ip_forward
	} >"$home/network"
}

restore_network() {
	local policy forward
	[ -e "$home/network" ] || return 0
	policy=$(sed -n 's/^policy=//p' "$home/network")
	forward=$(sed -n 's/^forward=//p' "$home/network")
	ip link delete docker0 2>/dev/null || true
	iptables-save | grep -v -i docker | iptables-restore || true
	iptables -P FORWARD "${policy:-ACCEPT}"
	echo "${forward:-0}" >/proc/sys/net/ipv4/ip_forward
	rm -f "$home/network"
}

start_engine() {
	local pid tries=0
	! answers || return 0
	[ "$(id -u)" -eq 0 ] || cannot "to start dockerd takes root"
	! running "$home/docker.pid" dockerd >/dev/null || cannot "dockerd runs but does not answer"
	# Files that a killed engine left behind would stop the next.
	rm -f "$home/docker.pid"
	running "$home/run/containerd/containerd.pid" containerd >/dev/null ||
		rm -f "$home/run/containerd/containerd.pid"
	remember_network
	setsid /usr/sbin/dockerd --data-root "$home/data" --exec-root "$home/run" --host "$socket" \
		--pidfile "$home/docker.pid" >"$home/dockerd.log" 2>&1 </dev/null &
	pid=$!
	until answers; do
		tries=$((tries + 1))
		if [ "$tries" -gt 240 ] || ! kill -0 "$pid" 2>/dev/null; then
			cannot "dockerd did not start: $(tail -n 1 "$home/dockerd.log")"
		fi
		sleep 0.25
	done
	say "dockerd $(docker version -f '{{.Server.Version}}') answers"
}

# debian:bookworm-slim: the smallest set of packages, and as slim: no manuals, no locales.
base_image() {
	local root=$home/base try uri
	have_image "debian:$suite-slim" && return 0
	uri=$(mirror) || cannot "apt does not say where Debian is"
	mkdir -p "$home/debs"
	for try in 1 2 3; do # downloads fail now and then; what has come is kept
		rm -rf "$root"
		! debootstrap --variant=minbase --cache-dir="$home/debs" "$suite" "$root" "$uri" \
			>"$home/debootstrap.log" 2>&1 || break
		[ "$try" -lt 3 ] || cannot "debootstrap: $(tail -n 1 "$home/debootstrap.log")"
	done
	rm -rf "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/archives/*.deb \
		"$root"/usr/share/{doc,man,info,locale}/* "$root/etc/apt/sources.list"
	cp /etc/apt/sources.list.d/debian.sources "$root/etc/apt/sources.list.d/" 2>/dev/null ||
		cp /etc/apt/sources.list "$root/etc/apt/"
	tar -C "$root" -c . | docker import -c 'CMD ["bash"]' - "debian:$suite-slim" >/dev/null
	rm -rf "$root"
	say "made debian:$suite-slim"
}

stand_in() {
	local tag=$1 name=${1%%:*}
	have_image "$tag" && return 0
	docker buildx build -q --load -t "$tag" "$here/images/$name" >"$home/$name.log" 2>&1 ||
		cannot "$tag cannot be built: $(tail -n 1 "$home/$name.log")"
	say "made a stand-in for $tag"
}

pull_images() {
	local image
	for image in $images; do
		have_image "$image" || timeout 300 docker pull -q "$image" >/dev/null ||
			cannot "the engine cannot pull $image"
	done
}

up() {
	mkdir -p "$home" "$DOCKER_CONFIG"
	if choose; then
		unpack_plugins
		pull_images
	else
		install_engine
		unpack_plugins
		start_engine
		base_image
		stand_in postgres:15
		stand_in haproxy:2.6
	fi
	say "ready"
}

status() {
	local image
	choose || answers || return 69
	for image in $images; do
		have_image "$image" || return 69
	done
}

# wait_end FILE NAME: until the process of that file is gone, half a minute at most.
wait_end() {
	local tries=0
	while running "$1" "$2" >/dev/null && [ "$tries" -lt 120 ]; do
		tries=$((tries + 1))
		sleep 0.25
	done
}

down() {
	local pid
	export DOCKER_HOST=$socket
	if pid=$(running "$home/docker.pid" dockerd); then
		docker ps -aq | xargs -r docker rm -f -v >/dev/null || true
		kill "$pid"
		wait_end "$home/docker.pid" dockerd
	fi
	if pid=$(running "$home/run/containerd/containerd.pid" containerd); then
		kill "$pid"
		wait_end "$home/run/containerd/containerd.pid" containerd
	fi
	rm -f "$home/docker.pid" "$home/docker.sock"
	restore_network
}

clean() {
	down
	awk -v home="$home/" 'index($2, home) == 1 { print $2 }' /proc/mounts | sort -r |
		xargs -r -n 1 umount -l
	rm -rf "$home"
}

case ${1:-} in
up) up ;;
env)
	choose || true
	echo "export DOCKER_HOST=${DOCKER_HOST:-unix:///var/run/docker.sock} DOCKER_CONFIG=$DOCKER_CONFIG"
	;;
status) status ;;
down) down ;;
clean) clean ;;
*)
	sed -n '2,10p' "$0" >&2
	exit 64
	;;
esac
