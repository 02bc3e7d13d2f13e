#!/bin/sh
# Puts a built Mudlark where PREFIX says, below DESTDIR, and takes it away again: deploy/install.sh install|uninstall BUILD
#
# Of the environment: DESTDIR (empty), PREFIX (/usr/local), SYSCONFDIR (/etc), LOCALSTATEDIR (/var).  A configuration that is
# there already stays; uninstall leaves it and the data.  Units, users and folders are made known by whoever installs:
# systemd-sysusers, systemd-tmpfiles --create, systemctl daemon-reload.
set -eu

what=${1:?install or uninstall}
build=${2:-build}
prefix=${PREFIX:-/usr/local}
root=${DESTDIR:-}
confdir=${SYSCONFDIR:-/etc}/mudlark
statedir=${LOCALSTATEDIR:-/var}/lib/mudlark
sharedir=$prefix/share/mudlark
here=$(cd "$(dirname "$0")" && pwd)
programs="mudlark mudlark-persist mudlark-world mudlark-gateway mudlark-aibridge mudlark-irc mudlark-discord mudlark-rss"
# below $prefix
bindir=bin unitdir=lib/systemd/system usersdir=lib/sysusers.d filesdir=lib/tmpfiles.d mandir=share/man/man1
dropins=mudlark-.service.d

fill() {
	sed -e "s|@bindir@|$prefix/$bindir|g; s|@confdir@|$confdir|g; s|@statedir@|$statedir|g; s|@sharedir@|$sharedir|g"
}

# put FILE PATH: with the paths of this installation in it
put() {
	fill <"$1" >"$root$2.new"
	chmod 644 "$root$2.new"
	mv "$root$2.new" "$root$2"
}

install_all() {
	at=$root$prefix
	install -d "$at/$bindir" "$at/$unitdir/$dropins" "$at/$usersdir" "$at/$filesdir" "$at/$mandir" \
		"$root$sharedir/packs" "$root$sharedir/systemd" "$root$confdir"
	for program in $programs; do
		install -m 755 "$build/bin/$program" "$at/$bindir"
	done
	cp -R "$here/../world/packs/." "$root$sharedir/packs"
	cp -R "$here/watch" "$root$sharedir"
	install -m 644 "$here/../LICENSE" "$root$sharedir"
	# What it leads to outside of this folder is not installed.
	sed 's|\[\([^]]*\)\](\.\./[^)]*)|\1 (in the source)|g' "$here/README.md" >"$root$sharedir/README.md"
	chmod 644 "$root$sharedir/README.md"
	install -m 644 "$here/man/mudlark.1" "$at/$mandir"
	for unit in "$here"/systemd/mudlark*.service "$here"/systemd/mudlark*.socket \
		"$here"/systemd/mudlark*.timer "$here/systemd/mudlark.target"; do
		put "$unit" "$prefix/$unitdir/$(basename "$unit")"
	done
	put "$here/systemd/$dropins/10-mudlark.conf" "$prefix/$unitdir/$dropins/10-mudlark.conf"
	install -m 644 "$here/systemd/network.conf" "$here/systemd/low-ports.conf" "$root$sharedir/systemd"
	put "$here/systemd/sysusers.conf" "$prefix/$usersdir/mudlark.conf"
	put "$here/systemd/tmpfiles.conf" "$prefix/$filesdir/mudlark.conf"
	fill <"$here/systemd/config.sed" >"$root$sharedir/config.sed"
	sed -f "$root$sharedir/config.sed" "$here/mudlark.yaml" >"$root$sharedir/mudlark.yaml"
	rm "$root$sharedir/config.sed"
	[ -e "$root$confdir/mudlark.yaml" ] ||
		install -m 640 "$root$sharedir/mudlark.yaml" "$root$confdir/mudlark.yaml"
}

uninstall_all() {
	at=$root$prefix
	for program in $programs; do
		rm -f "$at/$bindir/$program"
	done
	for unit in "$here"/systemd/mudlark*.service "$here"/systemd/mudlark*.socket \
		"$here"/systemd/mudlark*.timer "$here/systemd/mudlark.target"; do
		rm -f "$at/$unitdir/$(basename "$unit")"
	done
	rm -f "$at/$unitdir/$dropins/10-mudlark.conf" "$at/$usersdir/mudlark.conf" "$at/$filesdir/mudlark.conf" \
		"$at/$mandir/mudlark.1"
	rmdir "$at/$unitdir/$dropins" 2>/dev/null || true
	rm -rf "$root$sharedir"
	echo "left as they are: $root$confdir and $root$statedir"
}

case $what in
install) install_all ;;
uninstall) uninstall_all ;;
*)
	echo "install.sh: install or uninstall" >&2
	exit 64
	;;
esac
