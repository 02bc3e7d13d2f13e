# The relay between a real world, a real persist and a bridge whose outside is a file (tests/fake/bridge).

TEST_BIN += $(B)/tests/fake/bridge/bridge
$(B)/tests/fake/bridge/bridge: $(B)/tests/fake/bridge/main.o $(B)/libbridges.a $(B)/librt.a
	$(call step,LINK $@)
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $^ $(call libs,bridges)
$(B)/tests/fake/bridge/%.o: CFLAGS += $(shell pkg-config --cflags jansson 2>/dev/null)
$(B)/tests/scenario/test_relay: | $(B)/tests/fake/bridge/bridge
ASAN_CHECKS += check-relay

.PHONY: chaos-relay
chaos-relay: all $(B)/tests/scenario/test_relay ## kill -9 of a bridge, the world and persist T times (200) under traffic: nothing twice, nothing missing
	MUDLARK_KILLS=$(or $(T),200) $(B)/tests/scenario/test_relay
