# The fake provider of models (tests/fake/fake.h says how it is used), and what it refuses.

FAKE_O := $(patsubst %.c,$(B)/%.o,$(filter-out tests/fake/test_%.c,$(wildcard tests/fake/*.c)))
TEST_BIN += $(B)/tests/fake/ai

$(FAKE_O): CFLAGS += $(shell pkg-config --cflags jansson 2>/dev/null)
$(B)/tests/fake/ai: $(FAKE_O) $(B)/librt.a
	$(call step,LINK $@)
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $^ $(call libs,rt) $(shell pkg-config --libs jansson 2>/dev/null)
