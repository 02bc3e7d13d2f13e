# What watches Mudlark (deploy/watch): Prometheus's own judgement of the rules, and that each alert has its runbook.
# tests/scenario/test_dashboards.c is the other half, against real processes.
CHECKS += check-watch-rules
.PHONY: check-watch-rules
check-watch-rules:
	@tests/watch/rules.sh $(B)

$(B)/tests/scenario/test_dashboards: LIBS_support += $(shell pkg-config --libs jansson 2>/dev/null)
$(B)/tests/scenario/test_dashboards: | $(B)/tests/fake/ai $(B)/tests/fake/discord/discord
