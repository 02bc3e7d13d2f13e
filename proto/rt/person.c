/*
 * person.c - names of people; see person.h.
 */
#include "rt/person.h"

#include <string.h>

#include "rt/text.h"

/* Words of the dialogue and of commands, and who a newcomer must not be taken for. */
static const char *const reserved[] = {
	"admin",       "administrator", "all",	    "and",     "anybody",   "anyone",
	"builder",     "console",	"creator",  "down",    "east",	    "every",
	"everybody",   "everyone",	"god",	    "goddess", "guest",	    "help",
	"helper",      "her",		"here",	    "him",     "host",	    "immortal",
	"implementor", "item",		"keeper",   "look",    "menu",	    "mod",
	"moderator",   "mudlark",	"myself",   "new",     "nobody",    "none",
	"north",       "npc",		"operator", "owner",   "persist",   "player",
	"quit",	       "room",		"root",	    "self",    "server",    "somebody",
	"someone",     "something",	"south",    "staff",   "superuser", "support",
	"sysop",       "system",	"the",	    "them",    "they",	    "unknown",
	"warden",      "west",		"what",	    "who",     "wizard",    "world",
	"you",	       "your",		"yourself",
};

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

const char *person_name_fault(struct span name)
{
	if (name.n < PERSON_NAME_MIN || name.n > PERSON_NAME_MAX)
		return "A name has 3 to 16 letters.";
	for (size_t i = 0; i < name.n; i++)
		if (!is_letter(name.p[i]))
			return "A name has only the letters a to z.";
	for (size_t i = 0; i < ARRAY_LEN(reserved); i++)
		if (text_eq_fold(name, (struct span){ reserved[i], strlen(reserved[i]) }))
			return "That word cannot be a name.";
	return NULL;
}
