# The soak: players come and go for hours, and nothing may grow (tests/soak/soak.c).

SOAK := $(B)/tests/soak/soak
SOAK_O := $(patsubst %.c,$(B)/%.o,$(filter-out tests/soak/test_%.c,$(wildcard tests/soak/*.c)))
SOAK_TEST := $(B)/tests/soak/test_trend
TEST_BIN += $(SOAK) $(SOAK_TEST)
CHECKS += check-soak

$(SOAK): $(SOAK_O) $(B)/libsupport.a $(B)/librt.a
	$(call step,LINK $@)
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $^ $(call libs,rt) $(LIBS_support) $(shell pkg-config --libs libpq sqlite3 2>/dev/null)
$(SOAK_TEST): $(SOAK_TEST).o $(B)/tests/soak/trend.o $(B)/librt.a
	$(call step,LINK $@)
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $^ $(call libs,rt) $(shell pkg-config --libs check 2>/dev/null)

.PHONY: soak check-soak
check-soak: $(SOAK_TEST)
	@$<
SOAK_SECONDS = $(shell echo $$(($(or $(H),$(if $(M),0,1)) * 3600 + $(or $(M),0) * 60)))
soak: all $(SOAK) ## 500 players come and go for H hours (1), M minutes; STORE=sqlite; what grows fails it
	@$(SOAK) $(SOAK_SECONDS) $(or $(STORE),pg) $(or $(PLAYERS),500) $(B)/soak.csv
