# Rolling upgrade: the programs of an older commit and today's, side by side under load (tests/scenario/upgrade/).

UPGRADE_BIN := $(B)/tests/scenario/upgrade_proof
UPGRADE_O := $(patsubst %.c,$(B)/%.o,$(wildcard tests/scenario/upgrade/*.c))
BASE ?=

$(UPGRADE_BIN): $(UPGRADE_O) $(SCENARIO_O) $(B)/libsupport.a $(B)/librt.a
	$(call step,LINK $@)
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $^ $(call libs,rt) $(LIBS_support) $(shell pkg-config --libs check libpq sqlite3 2>/dev/null) -lutil

.PHONY: upgrade-proof
upgrade-proof: all $(UPGRADE_BIN) ## each process replaced under load by that of another version, and back; BASE=commit
	@tests/scenario/upgrade/prove.sh $(B) "$(MAKE) --no-print-directory" $(BASE)
