/*
 * main.c - mudlark-rss: feeds of the game for readers, and feeds of others for the game.  The options, and the start of bridges/rss/rss.c.
 */
#include <errno.h>
#include "bridges/rss/rss.h"

#define AT(field) offsetof(struct rss_conf, field)

/* clang-format off */
static const struct conf_option options[] = {
	BRIDGE_OPTIONS("rss"),
	{ "rss.feeds", CONF_LIST, AT(feeds), "", .reload = true,
	  .help = "what is read: \"URL = CHANNEL, ... [boards=BOARD,...] [every=TIME]\"" },
	{ "rss.listen", CONF_ADDRESS, AT(listen), "",
	  .help = "where the feeds of the game are served over HTTP" },
};
/* clang-format on */

static const char *const other_sections[] = { "gateway", "world",   "persist", "ai",
					      "irc",	 "discord", "admin",   NULL };

static const struct proc_spec spec = {
	.name = "mudlark-rss",
	.about = "feeds of the game for readers, and feeds of others for the game",
	.table = { options, ARRAY_LEN(options), sizeof(struct rss_conf) },
	.sections = other_sections,
};

static void on_stop(void *ctx)
{
	rss_stop(ctx);
}

static void on_reload(void *ctx)
{
	rss_reload(ctx);
}

int main(int argc, char **argv)
{
	struct rss_conf conf = { 0 };
	struct rss *x = NULL;
	struct proc proc = { 0 };
	int status, r;

	if (proc_start(&proc, &spec, &conf, argc, argv, &status) != 0)
		return status;
	r = rss_start(&x, &proc, &conf);
	if (r == 0) {
		const struct proc_hooks hooks = { .stop = on_stop, .reload = on_reload, .ctx = x };

		proc_hooks(&proc, &hooks);
		status = proc_run(&proc);
	} else {
		status = r == -EINVAL || r == -EPERM ? EXIT_USAGE : EXIT_FAULT;
	}
	rss_free(x);
	proc_done(&proc);
	return status;
}
