# The fake provider of models (tests/fake/fake.h says how it is used), and what it refuses.

FAKE_O := $(patsubst %.c,$(B)/%.o,$(filter-out tests/fake/test_%.c,$(wildcard tests/fake/*.c)))
TEST_BIN += $(B)/tests/fake/ai $(B)/tests/fake/test_fake
CHECKS += check-fake
ASAN_CHECKS += check-fake check-provider check-inject

$(B)/tests/fake/%.o $(B)/tests/support/fake_ai.o: CFLAGS += $(shell pkg-config --cflags jansson 2>/dev/null)
$(B)/tests/fake/ai: $(FAKE_O) $(B)/librt.a
	$(call step,LINK $@)
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $^ $(call libs,rt) $(shell pkg-config --libs jansson 2>/dev/null)
$(B)/tests/fake/test_fake: $(B)/tests/fake/test_fake.o $(B)/libsupport.a $(B)/librt.a
	$(call step,LINK $@)
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $^ $(call libs,rt) $(LIBS_support) $(shell pkg-config --libs check 2>/dev/null)

.PHONY: check-fake fake
check-fake: $(B)/tests/fake/test_fake $(B)/tests/fake/ai
	@mkdir -p $(B)/bin # tests find programs from there
	@$<
fake: $(B)/tests/fake/ai ## the fake provider of models at a free port of 127.0.0.1, which it prints (tests/fake/fake.h)
	@$<
# Scenarios that talk to it.
$(foreach s,provider ai_faults ai_kill inject budget forget,$(B)/tests/scenario/test_$(s)): | $(B)/tests/fake/ai
$(B)/tests/scenario/test_ai_faults: $(patsubst %,$(B)/tests/bench/%.o,crowd way hist)
