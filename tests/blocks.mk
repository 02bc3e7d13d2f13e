# Every block of commands in the manual, executed (tests/blocks/run); and that the executor can fail.

CHECKS += check-blocks
.PHONY: check-blocks
check-blocks: $(BIN)
	@tests/blocks/test.sh $(B)
	@tests/blocks/run $(B)
