# make fuzz T=60: every parser of foreign bytes under libFuzzer with ASan and UBSan (tests/fuzz/fuzz.h).
# The targets are built by clang into a folder of their own; what is found stays in $(B)/fuzz/found.

FUZZ_TARGETS := $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
FUZZ_BIN := $(FUZZ_TARGETS:%=$(B)/tests/fuzz/fuzz_%)
FUZZ_FOR_gateway := telnet telnet_diff telopt markup gmcp line msdp mccp charset http websocket proxy
FUZZ_LIBS_telnet_diff := -ltelnet
FUZZ_FOR_world := pack command
FUZZ_FOR_aibridge := guard provider sentence sse
FUZZ_FOR_persist := undump
FUZZ_FOR_deploy := scrape
FUZZ_FOR_irc := irc
FUZZ_FOR_discord := discord
FUZZ_FOR_rss := serve feed
FUZZ_MAKE = $(MAKE) --no-print-directory -j$(JOBS) B=$(B)/fuzz CC=clang OPT=-O1 \
	SAN=fuzzer-no-link,address,undefined WARN=-w fuzz-bin
CHECKS += check-fuzz

.PHONY: fuzz fuzz-bin check-fuzz
fuzz: ## libFuzzer targets, T seconds each (60); ONLY=telnet for one
	@$(FUZZ_MAKE)
	@tests/fuzz/run $(B)/fuzz $(or $(T),60) $(or $(ONLY),$(FUZZ_TARGETS))
check-fuzz:
	@$(FUZZ_MAKE) >/dev/null
	@tests/fuzz/run $(B)/fuzz 1 $(FUZZ_TARGETS)

fuzz-bin: $(FUZZ_BIN)
$(FUZZ_FOR_gateway:%=$(B)/tests/fuzz/fuzz_%): $(B)/libgateway.a
$(FUZZ_FOR_world:%=$(B)/tests/fuzz/fuzz_%): $(B)/libworld.a
$(FUZZ_FOR_aibridge:%=$(B)/tests/fuzz/fuzz_%): $(B)/libaibridge.a
$(FUZZ_FOR_aibridge:%=$(B)/tests/fuzz/fuzz_%): FUZZ_PKGS := aibridge
$(FUZZ_FOR_persist:%=$(B)/tests/fuzz/fuzz_%): $(B)/libpersist.a
$(FUZZ_FOR_deploy:%=$(B)/tests/fuzz/fuzz_%): $(B)/libdeploy.a
define fuzz_bridge
$(FUZZ_FOR_$(1):%=$(B)/tests/fuzz/fuzz_%): $(B)/lib$(1).a $(B)/libbridges.a
$(FUZZ_FOR_$(1):%=$(B)/tests/fuzz/fuzz_%): FUZZ_PKGS := bridges
endef
$(foreach b,$(BRIDGES),$(eval $(call fuzz_bridge,$(b))))
$(FUZZ_BIN): $(B)/tests/fuzz/fuzz_%: $(B)/tests/fuzz/fuzz_%.o $(B)/tests/fuzz/fuzz.o $(B)/librt.a
	$(call step,LINK $@)
	$(Q)$(CC) $(LDFLAGS_ALL) -fsanitize=fuzzer -o $@ $(filter %.o,$^) $(filter-out %librt.a,$(filter %.a,$^)) \
		$(B)/librt.a $(call libs,$(or $(FUZZ_PKGS),gateway)) $(FUZZ_LIBS_$*)
