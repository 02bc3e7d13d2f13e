/* cmd_keys.c - `mudlark keys`: CURVE keys for links between machines, one pair or all that is needed. */
#include "command.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "keyring.h"
#include "place.h"
#include "rt/path.h"
#include "rt/proc.h"

enum { NAME_MAX_BYTES = 64 };

static bool is_name(const char *name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
	if (name[0] != '.' && name[0] && strlen(name) <= NAME_MAX_BYTES &&
	    !name[strspn(name, letters)])
		return true;
	fprintf(stderr, "mudlark keys: a NAME is letters, digits, '.', '_' and '-'.\n");
	return false;
}

static int make_one(const struct args *a)
{
	const char *dir = a->words[0], *name = a->words[1];
	if (a->n_words != 2) {
		fprintf(stderr, "mudlark keys: it wants DIR NAME, or --all DIR [NAME]...\n");
		return EXIT_USAGE;
	}
	if (!is_name(name))
		return EXIT_USAGE;
	int r = path_make(dir);
	if (r < 0) {
		fprintf(stderr, "mudlark keys: %s: %s\n", dir, strerror(-r));
		return EXIT_FAULT;
	}
	if (keyring_pair(dir, name) < 0)
		return EXIT_FAULT;
	printf("%s/%s.key\tfor bus.key_file of this process\n"
	       "%s/%s.pub\tfor bus.allow_file and bus.peer_key of the others\n",
	       dir, name, dir, name);
	return EXIT_DONE;
}

static int make_all(const struct args *a)
{
	const struct keyring_conf conf = {
		.dir = a->words[0],
		.names = a->words + 1,
		.n_names = a->n_words - 1,
		.owner = a->given & ARG_OWNER ? (long)a->owner : KEYRING_NOBODY,
	};
	struct keyring_count count = { 0 };
	for (size_t i = 1; i < a->n_words; i++) {
		if (!is_name(a->words[i]))
			return EXIT_USAGE;
		if (!keyring_knows(a->words[i])) {
			fprintf(stderr,
				"mudlark keys: '%s' begins with no role; gateway-%s, for example, "
				"would\n",
				a->words[i], a->words[i]);
			return EXIT_USAGE;
		}
	}
	if (keyring_make(&conf, &count) < 0)
		return EXIT_FAULT;
	printf("%u made, %u kept\n", count.made, count.kept);
	return EXIT_DONE;
}

static int run(const struct args *a)
{
	return a->given & ARG_ALL ? make_all(a) : make_one(a);
}

const struct command cmd_keys = {
	.name = "keys",
	.words = "DIR [NAME]...",
	.about = "make CURVE keys for tcp:// links between machines",
	.more = "DIR NAME writes one pair, DIR/NAME.key (secret, 0600) and DIR/NAME.pub; an "
		"allow-list "
		"is made\n"
		"with    cat *.pub > allowed\n"
		"A line is KEY ROLE # NAME: who has that key may be a gateway, world, persist, "
		"aibridge,\n"
		"bridge (irc, discord, rss) or ops, as it says. A NAME that begins with none of "
		"them has\n"
		"no ROLE in its line, and any in play: write one behind the key.\n"
		"\n"
		"--all DIR writes a pair for each role (gateway, world, persist, aibridge, irc, "
		"discord, rss, ops)\n"
		"and each NAME (gateway-east), world.allow and persist.allow with who may dial in "
		"there, "
		"peers with\n"
		"who is dialled (for bus.peer_key of all), passwords of the database and "
		"of Grafana, a\n"
		"certificate for localhost in tls/, and empty files for ai.key, discord.token and "
		"irc.password. "
		"What is "
		"there already\n"
		"stays as it is; lists are completed. With --owner the files belong to that user.",
	.flags = ARG_ALL | ARG_OWNER,
	.words_min = 1,
	.words_max = ARGS_WORDS_MAX,
	.run = run,
};
