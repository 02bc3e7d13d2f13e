/*
 * verb_forms.h - what a model fills in for each verb.  The tools that aibridge offers have these parameters, and
 * the world does what comes with them; a test on either side holds its table against this one.
 */
#pragma once

#include "rt/base.h"

struct verb_form {
	const char *verb;
	bool target, text; /* both required where they are so */
};

/* All but say, which is the answer itself. */
static const struct verb_form verb_forms[] = {
	{ "emote", false, true },  { "give", true, false }, { "go", true, false },
	{ "follow", true, false }, { "open", true, false }, { "attack", true, false },
	{ "offer", true, false },  { "mood", true, false }, { "remember", false, true },
};
