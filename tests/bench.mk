# make bench: how fast, beside the floor of the same minute (tests/bench/bench.c).

SUPPORT_O := $(patsubst %.c,$(B)/%.o,$(wildcard tests/support/*.c))
BENCH_MAIN := load bench floor_gateway floor_world
BENCH_BIN := $(BENCH_MAIN:%=$(B)/tests/bench/%)
BENCH_O := $(filter-out $(BENCH_MAIN:%=$(B)/tests/bench/%.o), \
	$(patsubst %.c,$(B)/%.o,$(wildcard tests/bench/*.c)))
TEST_BIN += $(BENCH_BIN)
LIBS_support := $(shell pkg-config --libs openssl zlib 2>/dev/null) -lwslay

$(B)/libsupport.a: $(SUPPORT_O)
	$(call step,AR $@)
	$(Q)rm -f $@ && ar qcs $@ $^
$(BENCH_BIN): $(B)/tests/bench/%: $(B)/tests/bench/%.o $(BENCH_O) $(B)/libsupport.a \
		$(B)/librss.a $(B)/libbridges.a $(B)/librt.a
	$(call step,LINK $@)
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $^ $(call libs,bridges) $(LIBS_support)

.PHONY: bench
bench: all $(BENCH_BIN) $(B)/tests/fake/ai ## the figures of tests/bench beside the floor; SHORT=1 in 4 minutes, ONLY=idle or ONLY=ws
	@$(B)/tests/bench/bench $(if $(SHORT),--short) $(if $(ONLY),--only $(ONLY))
