# make sim: the spine in one process on virtual time, one seed a run (tests/sim/sim.h).

SIM_O := $(patsubst %.c,$(B)/%.o,$(wildcard tests/sim/*.c))
# Gateway and world each have their own idea of a session: the gateway's names stay inside its part.
SIM_EDGE_O := $(B)/tests/sim/gateway_node.o $(B)/tests/sim/players.o
SIM_REST := $(filter-out $(SIM_EDGE_O),$(SIM_O)) $(B)/libworld.a $(B)/libpersist.a $(B)/librt.a
TEST_BIN += $(B)/tests/simulate
CHECKS += check-sim
SEEDS ?= 10000
FROM ?= 1

$(B)/tests/sim/edge.o: $(SIM_EDGE_O) $(B)/libgateway.a
	$(call step,LINK $@)
	$(Q)ld -r -o $@ $^ && objcopy -w --keep-global-symbol='sim_*' $@
$(B)/tests/simulate: $(B)/tests/sim/edge.o $(SIM_REST)
	$(call step,LINK $@)
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $^ $(call libs,persist)

.PHONY: sim check-sim sim-mutants
sim: $(B)/tests/simulate ## simulated crashes and faults: SEEDS=10000 FROM=1
	$(B)/tests/simulate --from $(FROM) --seeds $(SEEDS)
check-sim: $(B)/tests/simulate
	$(B)/tests/simulate --seeds 200

# Each mutant lacks one check; the same seeds must catch it, or the simulator is blind to that check.
MUTANTS := NO_LINK_DEDUP NO_OUTPUT_DEDUP NO_EPOCH NO_HOLD SPLIT_COMMIT NO_RESUME_EFFECT NO_STORED_TAG \
	NO_RELAY_HOLD NO_RELAY_SEEN
MUTANT_SEEDS ?= 500
sim-mutants: ## builds that lack one check, each of which the seeds must catch
	@ok=0; bad=0; for m in $(MUTANTS); do \
		$(MAKE) --no-print-directory B=$(B)-mut/$$m DEFS=-DMUT_$$m \
			$(B)-mut/$$m/tests/simulate >/dev/null || exit 1; \
		if out=$$($(B)-mut/$$m/tests/simulate --seeds $(MUTANT_SEEDS) 2>&1); then \
			echo "$$m: not caught"; bad=$$((bad + 1)); \
		else \
			echo "$$m: $$(echo "$$out" | grep -a '^seed [0-9]' | head -1)"; ok=$$((ok + 1)); \
		fi; done; echo "$$ok passed, $$bad failed"; [ $$bad = 0 ]
