# Real clients: recordings of what they negotiate (tests/scenario/test_real.c), and their replay.

$(B)/tests/unit/gateway/test_negotiation: $(patsubst %,$(B)/tests/support/%.o,transcript tap die tmp)

.PHONY: fixtures
fixtures: all $(B)/tests/scenario/test_real ## record tests/fixtures/telnet anew with the clients of this machine
	MUDLARK_FIXTURES=tests/fixtures/telnet $(B)/tests/scenario/test_real
