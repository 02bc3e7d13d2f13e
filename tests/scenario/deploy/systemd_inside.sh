#!/bin/bash
# Becomes a systemd that knows this installation and no other service:
# tests/scenario/deploy/systemd_inside.sh DESTDIR EMPTY_FOLDER
# To be started in fresh namespaces (systemd.sh does): what it mounts is seen by nobody else.  EMPTY_FOLDER/ready is
# there when it is about to.
set -eu
dest=$1
scratch=$2

fresh()
{
	mount -t tmpfs -o "mode=$2" none "$1"
}

mount --make-rprivate /
mkdir "$scratch/root"
fresh "$scratch/root" 755
mkdir "$scratch/root/etc" "$scratch/root/dest" "$scratch/root/none"
cp -a /etc/. "$scratch/root/etc"
cp -a "$dest/etc/." "$scratch/root/etc"
cp -a "$dest/." "$scratch/root/dest"
mount --bind "$scratch/root/etc" /etc
fresh /usr/local 755
cp -a "$scratch/root/dest/usr/local/." /usr/local
mount --bind "$scratch/root/none" /etc/systemd/system
fresh /var/lib 755
fresh /run 755
fresh /sys/fs/cgroup 755
mount -t cgroup2 none /sys/fs/cgroup
mount --bind /dev/null /dev/console
# What systemd mounts for a service in a namespace aside must reach its own.
mount --make-rshared /
ip link set lo up
systemd-sysusers /usr/local/lib/sysusers.d/mudlark.conf
systemd-tmpfiles --create /usr/local/lib/tmpfiles.d/mudlark.conf
mkdir -p /run/systemd/system/mudlark-.service.d
printf '[Unit]\nDefaultDependencies=no\n' >/run/systemd/system/quiet.target
cp -R "$scratch/story" /run
# There is no journal here.
printf '[Service]\nStandardOutput=append:/run/%%N.log\nStandardError=append:/run/%%N.log\n' \
	>/run/systemd/system/mudlark-.service.d/99-log.conf
touch "$scratch/ready"
fresh /tmp 1777
export container=mudlark SYSTEMD_LOG_LEVEL=notice
exec /lib/systemd/systemd --system --unit=quiet.target --log-target=console --show-status=no
