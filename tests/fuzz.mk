# make fuzz T=60: every parser of foreign bytes under libFuzzer with ASan and UBSan (tests/fuzz/fuzz.h).
# The targets are built by clang into a folder of their own; what is found stays in $(B)/fuzz/found.  `make check` and
# `make asan` run them a second each with what these build anyway, by way of tests/fuzz/drive.c.

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
FUZZ_TRY := $(FUZZ_TARGETS:%=$(B)/tests/fuzz/try_%)
TEST_BIN += $(FUZZ_TRY)
CHECKS += check-fuzz
ASAN_CHECKS += check-fuzz

.PHONY: fuzz fuzz-bin check-fuzz
fuzz: ## libFuzzer targets, T seconds each (60); ONLY=telnet for one
	@$(FUZZ_MAKE)
	@tests/fuzz/run $(B)/fuzz $(or $(T),60) $(or $(ONLY),$(FUZZ_TARGETS))
check-fuzz: $(FUZZ_TRY)
	@FUZZ_PROGRAM=try tests/fuzz/run $(B) 1 $(FUZZ_TARGETS)

fuzz-bin: $(FUZZ_BIN)
$(foreach k,fuzz try,$(FUZZ_FOR_gateway:%=$(B)/tests/fuzz/$(k)_%)): $(B)/libgateway.a
$(foreach k,fuzz try,$(FUZZ_FOR_world:%=$(B)/tests/fuzz/$(k)_%)): $(B)/libworld.a
$(foreach k,fuzz try,$(FUZZ_FOR_aibridge:%=$(B)/tests/fuzz/$(k)_%)): $(B)/libaibridge.a
$(foreach k,fuzz try,$(FUZZ_FOR_aibridge:%=$(B)/tests/fuzz/$(k)_%)): FUZZ_PKGS := aibridge
$(foreach k,fuzz try,$(FUZZ_FOR_persist:%=$(B)/tests/fuzz/$(k)_%)): $(B)/libpersist.a
$(foreach k,fuzz try,$(FUZZ_FOR_deploy:%=$(B)/tests/fuzz/$(k)_%)): $(B)/libdeploy.a
define fuzz_bridge
$(foreach k,fuzz try,$(FUZZ_FOR_$(1):%=$(B)/tests/fuzz/$(k)_%)): $(B)/lib$(1).a $(B)/libbridges.a
$(foreach k,fuzz try,$(FUZZ_FOR_$(1):%=$(B)/tests/fuzz/$(k)_%)): FUZZ_PKGS := bridges
endef
$(foreach b,$(BRIDGES),$(eval $(call fuzz_bridge,$(b))))
fuzz_libs = $(filter %.o,$(1)) $(filter-out %librt.a,$(filter %.a,$(1))) $(B)/librt.a $(call \
	libs,$(or $(FUZZ_PKGS),gateway)) $(FUZZ_LIBS_$(2))
$(FUZZ_BIN): $(B)/tests/fuzz/fuzz_%: $(B)/tests/fuzz/fuzz_%.o $(B)/tests/fuzz/fuzz.o $(B)/librt.a
	$(call step,LINK $@)
	$(Q)$(CC) $(LDFLAGS_ALL) -fsanitize=fuzzer -o $@ $(call fuzz_libs,$^,$*)
$(FUZZ_TRY): $(B)/tests/fuzz/try_%: $(B)/tests/fuzz/fuzz_%.o $(B)/tests/fuzz/fuzz.o $(B)/tests/fuzz/drive.o $(B)/librt.a
	$(call step,LINK $@)
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $(call fuzz_libs,$^,$*)
