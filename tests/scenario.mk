# Scenarios: real processes, real sockets, on SQLite and on PostgreSQL (tests/scenario/test_*.c).

SCENARIOS := $(patsubst tests/scenario/test_%.c,%,$(wildcard tests/scenario/test_*.c))
SCENARIO_BIN := $(SCENARIOS:%=$(B)/tests/scenario/test_%)
SCENARIO_O := $(patsubst %.c,$(B)/%.o,$(filter-out tests/scenario/test_%.c,$(wildcard tests/scenario/*.c)))
TEST_BIN += $(SCENARIO_BIN)
CHECKS += $(SCENARIOS:%=check-%)
ASAN_CHECKS += check-play check-kill check-replay check-words check-hostile check-hostile_web

$(B)/tests/support/store.o: CFLAGS += $(shell pkg-config --cflags libpq sqlite3 2>/dev/null)
$(SCENARIO_BIN): $(B)/tests/scenario/test_%: $(B)/tests/scenario/test_%.o $(SCENARIO_O) $(B)/libsupport.a $(B)/librt.a
	$(call step,LINK $@)
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $^ $(call libs,rt) $(LIBS_support) $(shell pkg-config --libs check libpq sqlite3 jansson 2>/dev/null) -lutil

.PHONY: chaos chaos-control $(SCENARIOS:%=check-%)
$(SCENARIOS:%=check-%): check-%: $(B)/tests/scenario/test_% | $(BIN)
	@$<
chaos: all $(B)/tests/scenario/test_storm ## the storm of tests/scenario for T seconds on each store (600)
	MUDLARK_STORM_SECONDS=$(or $(T),600) $(B)/tests/scenario/test_storm
# The storm can fail: a gateway that takes outputs twice must be caught.
chaos-control: ## the storm against a gateway that is broken on purpose: must be noticed
	@$(MAKE) --no-print-directory B=$(B)-mut/chaos DEFS=-DMUT_NO_OUTPUT_DEDUP all $(B)-mut/chaos/tests/scenario/test_storm >/dev/null
	@if MUDLARK_SEED=1 $(B)-mut/chaos/tests/scenario/test_storm >$(B)-mut/chaos/log 2>&1; \
		then echo "chaos-control: not noticed"; exit 1; \
		else echo "chaos-control: noticed"; fi
