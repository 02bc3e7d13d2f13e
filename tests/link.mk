# The link between two real processes that are killed and stopped (tests/scenario/link/proof.h).
# make link-proof: the long form, a million records over 300 kills.

LINK_PROOF_O := $(patsubst %.c,$(B)/%.o,$(wildcard tests/scenario/link/*.c))
TEST_BIN += $(B)/tests/link_proof
CHECKS += check-link
ASAN_CHECKS += check-link

$(B)/tests/link_proof: $(LINK_PROOF_O) $(B)/librt.a
	$(CC) $(LDFLAGS_ALL) -o $@ $^ $(call libs,rt)

.PHONY: check-link link-proof
check-link: $(B)/tests/link_proof
	@$<
link-proof: $(B)/tests/link_proof ## a million records over 300 kills of either end
	$< --records 1000000 --kills 300
