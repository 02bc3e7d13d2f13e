/*
 * spec.h - what an option says of a channel or a board: "NAME [least role] [off] WORDS about it".
 */
#pragma once

#include "rt/base.h"
#include "world/core/player.h"

enum { SPEC_NAME_MAX = 16, SPEC_ABOUT_BYTES = 160 };

struct spec {
	char name[SPEC_NAME_MAX + 1];
	enum role role; /* not said: player */
	bool off;
	struct span about;
};

/* False, with a sentence, when that is not what it is. */
bool spec_parse(struct span text, struct spec *ret, const char **ret_why) MUST_USE;
