# The operator's command and one player, over real processes.
CHECKS += check-smoke
ASAN_CHECKS += check-smoke
.PHONY: check-smoke
check-smoke: $(BIN)
	@tests/scenario/deploy/smoke.sh $(B)

# A deployment in containers under players (tests/deploy/run.sh).
PLAYERS_BIN := $(B)/tests/deploy/players
TEST_BIN += $(PLAYERS_BIN)
$(PLAYERS_BIN): $(patsubst %.c,$(B)/%.o,$(wildcard tests/deploy/*.c)) $(B)/libsupport.a $(B)/librt.a
	$(call step,LINK $@)
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $^ $(call libs,rt) $(LIBS_support)

.PHONY: test-deploy test-deploy-now check-deploy
test-deploy: ## deploy/compose.yaml in containers, under players, while everything dies; SHORT=1
	@deploy/packages.sh build test deploy
	@$(again) test-deploy-now
test-deploy-now: $(PLAYERS_BIN)
	@tests/deploy/run.sh $(B) $(if $(SHORT),short)
check-deploy: $(PLAYERS_BIN)
	@tests/deploy/run.sh $(B) short
