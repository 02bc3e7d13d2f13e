# The server of feeds (tests/fake/feeds/main.c says what it does), for the scenarios of the RSS bridge.

FEEDS_O := $(B)/tests/fake/feeds/main.o $(B)/tests/fake/server.o $(B)/librt.a
TEST_BIN += $(B)/tests/fake/feeds/feeds
ASAN_CHECKS += check-rss

$(B)/tests/fake/feeds/feeds: $(FEEDS_O)
	$(call step,LINK $@)
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $^ $(call libs,rt) -lz
$(B)/tests/scenario/test_rss: | $(B)/tests/fake/feeds/feeds
.PHONY: fake-feeds
fake-feeds: $(B)/tests/fake/feeds/feeds ## a server of feeds, good and bad, at a free port of 127.0.0.1, which it prints
	@$<
