/* mode.c - the table of modes. */
#include "tests/bench/mode.h"

#include <string.h>

static const struct mode modes[] = {
	{ "roundtrip", "every client one line a second", mode_roundtrip },
	{ "saturated", "the next line when the prompt came", mode_saturated },
	{ "fanout", "one speaks, all hear", mode_fanout },
	{ "logins", "connect and log in", mode_logins },
	{ "idle", "connect and stay at the name prompt", mode_idle },
	{ "saved", "how much of a game's text MCCP2 saves", mode_saved },
	{ "dialogue", "everybody talks to somebody of his own", mode_dialogue },
	{ "ai_faults", "what a line takes while a provider of models fails", mode_ai_faults },
	{ "irc", "lines to a channel of IRC and back", mode_irc },
	{ "feed", "feeds of others are read, those of the game served", mode_feed },
	{ "restart", "kill -9 of the world in the middle of a round trip", mode_restart },
};

const struct mode *mode_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(modes); i++)
		if (!strcmp(modes[i].name, name))
			return &modes[i];
	return NULL;
}

const struct mode *mode_all(size_t *ret_n)
{
	*ret_n = ARRAY_LEN(modes);
	return modes;
}
