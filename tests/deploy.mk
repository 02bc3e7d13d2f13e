# The operator's command and one player, over real processes.
CHECKS += check-smoke
ASAN_CHECKS += check-smoke
.PHONY: check-smoke
check-smoke: $(BIN)
	@tests/scenario/deploy/smoke.sh $(B)
