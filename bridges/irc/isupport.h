/*
 * isupport.h - what a server says of itself in numeric 005: names, limits, modes.
 */
#pragma once

#include "bridges/irc/casemap.h"
#include "bridges/irc/line.h"

struct isupport {
	enum casemap casemap;
	char chantypes[8];
	char prefix_modes[16], prefix_signs[16]; /* "ov", "@+": the highest first */
	char chanmodes[4][64];
	unsigned nicklen, linelen, join_targets; /* 0: not said */
	char network[64];
	char bot; /* user mode of bots; 0: none */
	bool utf8only, whox;
};

void isupport_init(struct isupport *s); /* what holds until the server has spoken */
void isupport_take(struct isupport *s, const struct irc_line *line);
bool isupport_is_channel(const struct isupport *s, struct span name);
/* A mode like 'o' of PREFIX, or a sign like '@': how high, 1 the highest; 0: neither. */
unsigned isupport_rank(const struct isupport *s, char sign);
/* Does a channel mode take a parameter? */
bool isupport_has_param(const struct isupport *s, char mode, bool is_set);
