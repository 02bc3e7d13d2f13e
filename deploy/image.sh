#!/bin/sh
# Makes the root of Mudlark's image (Dockerfile): deploy/image.sh DIR, after `make all`, in the stage that builds.
#
# In it: the programs, the packs, the shared libraries that are loaded, certificates to trust, a user, tables of
# character sets for old clients, descriptions of terminals for line editing; and of each Debian package that something
# was taken from its copyright and its entry in the package database, which is what scanners for known faults read.
set -eu

root=$1
user=10001

# take FILE: the file by its name, and what that is a link to.
take() {
	mkdir -p "$root$(dirname "$1")"
	cp -L --preserve=mode,timestamps "$1" "$root$1"
}

# Debian 12 has /lib as a link to /usr/lib; the database knows some files by the one, some by the other.
package_of() {
	dpkg-query -S "$1" "/usr$1" "${1#/usr}" 2>/dev/null | sed -n '1s/:.*//p'
}

mkdir -p "$root/usr/lib" "$root/usr/bin" "$root/etc/ssl/certs" "$root/etc/mudlark" "$root/usr/share/terminfo" \
	"$root/var/lib/dpkg/status.d"
ln -s usr/lib "$root/lib"
ln -s usr/lib64 "$root/lib64"
mkdir -p "$root/usr/lib64"
install -s build/bin/mudlark* "$root/usr/bin"
install -d "$root/usr/share/mudlark"
cp -R world/packs "$root/usr/share/mudlark/packs"
install -m 0644 LICENSE "$root/usr/share/mudlark"

libraries=$(ldd "$root"/usr/bin/mudlark* | sed -n 's/.*=> \(\/[^ ]*\) .*/\1/p; s/^[[:space:]]*\(\/[^ ]*ld-[^ ]*\) .*/\1/p' | sort -u)
for library in $libraries; do
	take "$library"
done
take /etc/ssl/certs/ca-certificates.crt
for table in /usr/lib/*/gconv; do
	for set in gconv-modules.cache GBK.so BIG5.so IBM437.so; do
		take "$table/$set"
	done
done
for terminal in l/linux s/screen s/screen-256color t/tmux t/tmux-256color v/vt100 v/vt220 x/xterm x/xterm-256color; do
	[ ! -e "/lib/terminfo/$terminal" ] || {
		mkdir -p "$root/usr/share/terminfo/${terminal%/*}"
		cp -L "/lib/terminfo/$terminal" "$root/usr/share/terminfo/$terminal"
	}
done

echo "mudlark:x:$user:$user:Mudlark:/var/lib/mudlark:/nonexistent" >"$root/etc/passwd"
echo "mudlark:x:$user:" >"$root/etc/group"
echo "hosts: files dns" >"$root/etc/nsswitch.conf"
install -d -o "$user" -g "$user" -m 0700 "$root/var/lib/mudlark"
install -d -m 1777 "$root/tmp"

{
	echo ca-certificates
	for library in $libraries; do
		package_of "$library"
	done
} | sort -u | while read -r package; do
	dpkg-query -s "$package" >"$root/var/lib/dpkg/status.d/$package"
	copyright=/usr/share/doc/$package/copyright
	[ ! -e "$copyright" ] || take "$copyright"
done
