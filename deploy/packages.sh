#!/bin/sh
# Installs the Debian 12 packages Mudlark needs: deploy/packages.sh [build|run|test|lint|deploy]...
# Says what it installs; returns at once when nothing is missing.  Works as root or by way of sudo.
#	build	compilers, code generators and headers (the default)
#	run	only what the finished programs load
#	test	what `make check`, `asan`, `bench` and `fuzz` need on top of build
#	lint	what `make lint` needs on top of test
#	deploy	what `make test-deploy` needs besides build and test; the engine it gets for itself
set -eu

build="gcc make libc6-dev pkg-config protobuf-c-compiler libprotobuf-c-dev libzmq3-dev libevent-dev
libsodium-dev libutf8proc-dev libyaml-dev libjansson-dev libpq-dev libsqlite3-dev libedit-dev
libssl-dev libwslay-dev zlib1g-dev libseccomp-dev libcurl4-openssl-dev libexpat1-dev"
run="libzmq5 libprotobuf-c1 libevent-core-2.1-7 libevent-extra-2.1-7 libsodium23 libutf8proc2
libyaml-0-2 libjansson4 libpq5 libsqlite3-0 libedit2 libssl3 libwslay1 zlib1g libseccomp2 libcurl4 libexpat1 ca-certificates"
test="check libsubunit-dev procps postgresql postgresql-client sqlite3 python3 clang
openssl libtelnet-dev tintin++ inetutils-telnet tf5 kildclient xvfb haproxy chromium
ngircd inspircd libxml2-utils iproute2 prometheus mandoc systemd"
# The web client's tests take whatever node and npm there are.
command -v node >/dev/null 2>&1 || test="$test nodejs"
command -v npm >/dev/null 2>&1 || test="$test npm"
lint="clang-format cppcheck universal-ctags binutils"
deploy="jq curl iproute2"

wanted=
for group in "${@:-build}"; do
	case $group in
	build) wanted="$wanted $build" ;;
	run) wanted="$wanted $run" ;;
	test) wanted="$wanted $test" ;;
	lint) wanted="$wanted $lint" ;;
	deploy) wanted="$wanted $deploy" ;;
	*)
		echo "packages.sh: no group '$group'; there are build, run, test, lint and deploy" >&2
		exit 64
		;;
	esac
done

if ! command -v dpkg-query >/dev/null 2>&1; then
	# Not Debian: the operator knows better; the build will say what it lacks.
	exit 0
fi
# shellcheck disable=SC2086 # a list
present=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' $wanted 2>/dev/null | sed -n 's/^installed //p') || true
missing=
for package in $wanted; do
	echo "$present" | grep -qx "$package" || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

echo "Mudlark needs these Debian packages and installs them now:$missing"
if [ "$(id -u)" -eq 0 ]; then
	as_root=
elif command -v sudo >/dev/null 2>&1; then
	as_root=sudo
else
	echo "Neither root nor sudo: ask your administrator to run: apt-get install$missing" >&2
	exit 69
fi
# Servers among them are for tests, which start their own: none is started by being installed.
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
	trap '$as_root rm -f $policy' EXIT
	trap 'exit 1' INT TERM
	printf '#!/bin/sh\nexit 101\n' | $as_root tee $policy >/dev/null
	$as_root chmod 755 $policy
fi
# shellcheck disable=SC2086 # lists
{
	$as_root apt-get update -q </dev/null || echo "The package lists could not be refreshed; trying with the old ones." >&2
	$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $missing </dev/null
}
