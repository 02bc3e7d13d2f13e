/*
 * main.c - mudlark-rss: feeds of the game for readers, and feeds of others for the game.  The options, and the start of bridges/rss/rss.c.
 */
#include "bridges/rss/rss.h"

#define AT(field) offsetof(struct rss_conf, field)

/* clang-format off */
static const struct conf_option options[] = {
	BRIDGE_OPTIONS("rss"),
	{ "rss.feeds", CONF_LIST, AT(feeds), "", .reload = true,
	  .help = "what is read: \"URL = CHANNEL, ... [boards=BOARD,...] [every=TIME] [title=NAME]\"" },
	{ "rss.every", CONF_TIME, AT(every), "15m", .min = 100000, .max = 604800000000, .reload = true,
	  .help = "how often a feed is asked for that does not say itself" },
	{ "rss.min_every", CONF_TIME, AT(min_every), "5m", .min = 100000, .max = 604800000000, .reload = true,
	  .help = "no feed is asked for more often, whatever its row says" },
	{ "rss.allow", CONF_LIST, AT(allow), "", .reload = true,
	  .help = "networks that feeds may lead to although they are private; 127.0.0.0/8 for this machine" },
	{ "rss.ports", CONF_LIST, AT(ports), "80,443", .reload = true,
	  .help = "ports that feeds may lead to" },
	{ "rss.max_bytes", CONF_SIZE, AT(max_bytes), "2M", .min = 1024, .max = 67108864, .reload = true,
	  .help = "length of a feed, unpacked" },
	{ "rss.deadline", CONF_TIME, AT(deadline), "10s", .min = 100000, .max = 60000000, .reload = true,
	  .help = "how long a feed may take to come, redirects with it" },
	{ "rss.ca_file", CONF_STRING, AT(ca_file), "", .reload = true,
	  .help = "certificates that servers of feeds are trusted by, PEM; empty: the system's" },

	{ "rss.listen", CONF_ADDRESS, AT(listen), "",
	  .help = "where the feeds of the game are served over HTTP" },
	{ "rss.title", CONF_STRING, AT(title), "Mudlark",
	  .help = "what the game is called in its feeds" },
	{ "rss.base_url", CONF_STRING, AT(base_url), "",
	  .help = "address of the feeds for readers, https://example.org/feeds; empty: http://LISTEN" },
	{ "rss.publish", CONF_LIST, AT(publish), "announcements,errands,boards,server",
	  .help = "what is published: announcements, errands, players, server, boards or boards/NAME" },
	{ "rss.items", CONF_INT, AT(items), "50", .min = 1, .max = 200,
	  .help = "items in a feed of the game" },
	{ "rss.rate", CONF_INT, AT(rate), "60", .min = 0, .max = 100000,
	  .help = "requests of one address in a minute; 0: any number" },
	{ "rss.max_conns", CONF_INT, AT(max_conns), "64", .min = 1, .max = 4096,
	  .help = "connections of readers at once" },
};
/* clang-format on */

static const char *const other_sections[] = { "gateway", "world",   "persist", "ai",
					      "irc",	 "discord", "admin",   NULL };

static const struct proc_spec spec = {
	.name = "mudlark-rss",
	.about = "feeds of the game for readers, and feeds of others for the game",
	.table = { options, ARRAY_LEN(options), sizeof(struct rss_conf) },
	.sections = other_sections,
	.check = rss_check,
};

int main(int argc, char **argv)
{
	struct rss_conf conf = { 0 };

	return bridge_run(&rss_program, &spec, &conf, argc, argv);
}
