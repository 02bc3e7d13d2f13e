# Scenarios: real processes, real sockets, on SQLite and on PostgreSQL (tests/scenario/test_*.c).

SCENARIOS := $(patsubst tests/scenario/test_%.c,%,$(wildcard tests/scenario/test_*.c))
SCENARIO_BIN := $(SCENARIOS:%=$(B)/tests/scenario/test_%)
SCENARIO_O := $(patsubst %.c,$(B)/%.o,$(filter-out tests/scenario/test_%.c,$(wildcard tests/scenario/*.c)))
TEST_BIN += $(SCENARIO_BIN)
CHECKS += $(SCENARIOS:%=check-%)

$(B)/tests/support/store.o: CFLAGS += $(shell pkg-config --cflags libpq sqlite3 2>/dev/null)
$(SCENARIO_BIN): $(B)/tests/scenario/test_%: $(B)/tests/scenario/test_%.o $(SCENARIO_O) $(B)/libsupport.a $(B)/librt.a
	$(CC) $(LDFLAGS_ALL) -o $@ $^ $(call libs,rt) $(shell pkg-config --libs check libpq sqlite3 2>/dev/null) -lutil

.PHONY: chaos $(SCENARIOS:%=check-%)
$(SCENARIOS:%=check-%): check-%: $(B)/tests/scenario/test_%
	$<
chaos: all $(B)/tests/scenario/test_storm ## the storm of tests/scenario for T seconds on each store (600)
	MUDLARK_STORM_SECONDS=$(or $(T),600) $(B)/tests/scenario/test_storm
