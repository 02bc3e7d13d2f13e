# The fake Discord (tests/fake/discord/fake.h says how it is used), and what it refuses.

DISCORD_FAKE_O := $(patsubst %.c,$(B)/%.o,$(filter-out tests/fake/discord/test_%.c,$(wildcard tests/fake/discord/*.c)))
DISCORD_FAKE_TESTS := $(B)/tests/fake/test_gate $(B)/tests/fake/test_rest
TEST_BIN += $(B)/tests/fake/discord/discord $(DISCORD_FAKE_TESTS)
CHECKS += check-fake_discord
ASAN_CHECKS += check-fake_discord check-discord

$(B)/tests/fake/discord/%.o $(B)/tests/support/fake_discord.o: CFLAGS += $(shell pkg-config --cflags jansson 2>/dev/null)
$(B)/tests/fake/discord/discord: $(DISCORD_FAKE_O) $(B)/tests/fake/server.o $(B)/tests/fake/json.o $(B)/librt.a
	$(call step,LINK $@)
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $^ $(call libs,rt) $(shell pkg-config --libs jansson openssl 2>/dev/null) -levent_openssl -lwslay
$(DISCORD_FAKE_TESTS): $(B)/tests/fake/%: $(B)/tests/fake/discord/%.o $(B)/tests/fake/discord/test_rig.o $(B)/libsupport.a $(B)/librt.a
	$(call step,LINK $@)
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $^ $(call libs,rt) $(LIBS_support) $(shell pkg-config --libs check 2>/dev/null)

.PHONY: check-fake_discord fake-discord chaos-discord
check-fake_discord: $(DISCORD_FAKE_TESTS) $(B)/tests/fake/discord/discord
	@mkdir -p $(B)/bin # tests find programs from there
	@for t in $(DISCORD_FAKE_TESTS); do $$t || exit 1; done
fake-discord: $(B)/tests/fake/discord/discord ## a Discord of one's own at free ports of 127.0.0.1, which it prints
	@$<
# Scenarios that talk to it.
$(B)/tests/scenario/discord_scene.o: CFLAGS += $(shell pkg-config --cflags jansson 2>/dev/null)
$(foreach s,discord discord_faults discord_inject,$(B)/tests/scenario/test_$(s)): | $(B)/tests/fake/discord/discord
chaos-discord: all $(B)/tests/scenario/test_discord_faults ## kill -9 of bridge, world and persist, Discord away, T times (200) while people speak
	MUDLARK_KILLS=$(or $(T),200) $(B)/tests/scenario/test_discord_faults
