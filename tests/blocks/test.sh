#!/bin/bash
# The executor of the manual's blocks notices what is wrong with a page: tests/blocks/test.sh BUILD
set -u
cd "$(dirname "$0")/../.." || exit 1
build=$1
page=$(mktemp /tmp/mudlark-page-XXXXXX)
trap 'rm -f "$page"' EXIT
passed=0
failed=0

# $1: passes, or what it has to complain of; $2: what is tested; standard input: the page.
expect()
{
	local said wanted=$1 what=$2
	cat >"$page"
	if said=$(BLOCKS_SECONDS=2 tests/blocks/run "$build" here "$page"); then
		[ "$wanted" != passed ] || { passed=$((passed + 1)) && return; }
	elif [[ $said == *"$wanted"* ]]; then
		passed=$((passed + 1))
		return
	fi
	failed=$((failed + 1))
	printf 'FAILED: %s:\n%s\n' "$what" "$said"
}

expect passed 'a status that was announced' <<'END'
<!-- run: make -->
```sh
grep -q 'no such words' Makefile     # exit 1
```
END
expect passed 'a unit that was installed' <<'END'
<!-- run: systemd -->
```sh
mkdir -p /etc/systemd/system && echo >/etc/systemd/system/one.service
sudo systemctl enable --now one
journalctl -u one -n 5
```
END
expect 'status 1, not 0' 'a command that fails' <<'END'
<!-- run: make -->
```sh
false
true
```
END
expect 'status 0, not 3' 'a command that does not fail as announced' <<'END'
<!-- run: make -->
```sh
true  # exit 3
```
END
expect 'status 124' 'a command that never ends' <<'END'
<!-- run: make -->
```sh
tail -f /dev/null
```
END
expect 'status 1' 'a server that is never ready' <<'END'
<!-- run: serve -->
```sh
echo soon
```
END
expect 'no unit two.service was installed' 'a unit that is not there' <<'END'
<!-- run: systemd -->
```sh
systemctl start two
```
END
expect "there is no kind 'later'" 'a kind that nobody knows' <<'END'
<!-- run: later -->
```sh
true
```
END
expect 'an indented block' 'a block that is not fenced' <<'END'
Type

    make run
END
expect 'without a language' 'a fence that says nothing' <<'END'
```
make run
```
END
expect 'looks like a command' 'a command that is called a text' <<'END'
```text
build/bin/mudlark status
```
END
expect 'its checker does not like it' 'a configuration with a mistake' <<'END'
```yaml
gateway:
  telnett: 127.0.0.1:4000
```
END
expect 'a comment before nothing' 'a kind for no block' <<'END'
<!-- run: up -->
Words.
END
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
