#!/bin/bash
# The rules of deploy/watch without a server: tests/watch/rules.sh BUILD
# Prometheus accepts them, each alert fires in its case and in no other, and has a paragraph in the manual; dashboards are
# what Grafana takes without a change.
set -u
export LC_ALL=C
cd "$(dirname "$0")/../.." || exit 1
work=$1/tests/watch
here=deploy/watch
manual=deploy/README.md
passed=0
failed=0
mkdir -p "$work"

check()
{
	local what=$1
	shift
	if "$@"; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAILED: $what"
	fi
}

# Nothing on standard input.
nothing()
{
	! grep '.'
}

# Names of `  - alert: NAME`, and those that cases expect.
sed -n 's/^ *- alert: //p' $here/alerts.yaml | sort >"$work/alerts"
grep -oE 'labels: .*alertname="[A-Za-z]+"' $here/alerts.test.yaml | sed 's/.*alertname="//; s/"//' | sort -u >"$work/cases"
# Headings of the chapter, down to the next one of its rank.
sed -n '/^## When an alert fires/,/^## [^W]/s/^#### //p' $manual | sort >"$work/runbooks"
sed -n 's/^ *runbook: //p' $here/alerts.yaml | sort >"$work/links"

check "there are alerts" test -s "$work/alerts"
check "each has a name of its own" nothing < <(uniq -d "$work/alerts")
check "each fires in a case of alerts.test.yaml" nothing < <(comm -23 "$work/alerts" "$work/cases")
check "each has a runbook, and each runbook its alert" diff "$work/alerts" "$work/runbooks"
check "each points to its runbook" diff <(tr '[:upper:]' '[:lower:]' <"$work/alerts" | sed "s|^|$manual#|" | sort) "$work/links"

# One expression of a rule says `page` or `warn`.
check "each says how urgent it is" test "$(grep -cE '^ +labels: \{ severity: (page|warn) \}$' $here/alerts.yaml)" = \
	"$(wc -l <"$work/alerts")"

uids=$(sed -n 's/^\t"uid": "\([a-z-]*\)".*/\1/p' $here/grafana/dashboards/*.json | sort)
check "each dashboard has a uid" test "$(wc -l <<<"$uids")" = "$(find $here/grafana/dashboards -name '*.json' | wc -l)"
check "of its own" nothing < <(uniq -d <<<"$uids")
check "each panel asks the source that is provisioned" nothing < <(grep -hoE '"datasource": \{[^}]*\}' $here/grafana/dashboards/*.json |
	sort -u | grep -v "\"uid\": \"$(sed -n 's/^ *uid: //p' $here/grafana/provisioning/datasources/mudlark.yaml)\"")

if ! command -v promtool >/dev/null; then
	echo "skipped: promtool is not there, so Prometheus did not judge the rules"
else
	check "the configuration for containers is accepted" promtool check config $here/prometheus.yaml
	check "that for one machine, too" promtool check config $here/prometheus-machine.yaml
	check "alerts fire when they should" promtool test rules $here/alerts.test.yaml
fi
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
