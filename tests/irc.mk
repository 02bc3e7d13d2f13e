# The IRC bridge between real servers and a real game: the long forms of tests/scenario/test_irc_faults.c.

.PHONY: chaos-irc volume-irc
chaos-irc: all $(B)/tests/scenario/test_irc_faults ## kill -9 of bridge, world, persist and IRC server T times (200) while people speak
	MUDLARK_KILLS=$(or $(T),200) $(B)/tests/scenario/test_irc_faults
volume-irc: all $(B)/tests/scenario/test_irc_faults ## N lines (10000) each way through IRC: none lost, none doubled
	MUDLARK_LINES=$(or $(N),10000) $(B)/tests/scenario/test_irc_faults
