/*
 * commands.c - see commands.h.
 */
#include "bridges/irc/commands.h"

#include "rt/text.h"

struct row {
	struct span word;
	bool is_private;
};

static const struct row rows[COMMANDS] = {
	[COMMAND_WHO] = { { "who", 3 }, false },      [COMMAND_LOOK] = { { "look", 4 }, false },
	[COMMAND_HELP] = { { "help", 4 }, false },    [COMMAND_LINK] = { { "link", 4 }, true },
	[COMMAND_UNLINK] = { { "unlink", 6 }, true },
};

enum command command_of(struct span text, bool is_private, struct span *arg)
{
	struct span rest = text_trim(text), word;
	const bool marked = rest.n > 1 && rest.p[0] == '!';

	if (!marked && !is_private)
		return COMMAND_NONE;
	if (marked)
		rest = (struct span){ rest.p + 1, rest.n - 1 };
	word = text_word(&rest);
	for (size_t i = COMMAND_NONE + 1; i < COMMANDS; i++) {
		if (!text_eq_fold(word, rows[i].word))
			continue;
		*arg = text_trim(rest);
		return (enum command)i;
	}
	return COMMAND_NONE;
}

bool command_is_private(enum command c)
{
	return rows[c].is_private;
}

const char *command_help(void)
{
	return "!who: who plays. !look [NAME]: what is to be seen. In private: !link CODE (the "
	       "game's command "
	       "\"link\" gives the code), !unlink.";
}
