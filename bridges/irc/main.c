/*
 * main.c - mudlark-irc: game channels on IRC networks.  The options, and the start of bridges/irc/irc.c.
 */
#include <errno.h>
#include "bridges/irc/irc.h"

#define AT(field) offsetof(struct irc_conf, field)

/* clang-format off */
static const struct conf_option options[] = {
	BRIDGE_OPTIONS("irc"),
	{ "irc.host", CONF_STRING, AT(host), "",
	  .help = "server of the first network, which is called irc; empty: none" },
	{ "irc.port", CONF_INT, AT(port), "6697", 1, 65535,
	  .help = "its port" },
	{ "irc.tls", CONF_BOOL, AT(tls), "true",
	  .help = "over TLS, with a certificate that is verified" },
	{ "irc.nick", CONF_STRING, AT(nick), "Mudlark",
	  .help = "nick of the bridge" },
	{ "irc.channels", CONF_LIST, AT(channels), "", .reload = true,
	  .help = "what goes where: \"[NETWORK/]#CHANNEL = CHANNEL, ... [in|out] [speak=linked] [joins=yes] [key=WORD]\"" },
};
/* clang-format on */

static const char *const other_sections[] = { "gateway", "world", "persist", "ai",
					      "discord", "rss",	  "admin",   NULL };

static const struct proc_spec spec = {
	.name = "mudlark-irc",
	.about = "game channels on IRC networks",
	.table = { options, ARRAY_LEN(options), sizeof(struct irc_conf) },
	.sections = other_sections,
};

static void on_stop(void *ctx)
{
	irc_stop(ctx);
}

static void on_reload(void *ctx)
{
	irc_reload(ctx);
}

int main(int argc, char **argv)
{
	struct irc_conf conf = { 0 };
	struct irc *x = NULL;
	struct proc proc = { 0 };
	int status, r;

	if (proc_start(&proc, &spec, &conf, argc, argv, &status) != 0)
		return status;
	r = irc_start(&x, &proc, &conf);
	if (r == 0) {
		const struct proc_hooks hooks = { .stop = on_stop, .reload = on_reload, .ctx = x };

		proc_hooks(&proc, &hooks);
		status = proc_run(&proc);
	} else {
		status = r == -EINVAL || r == -EPERM ? EXIT_USAGE : EXIT_FAULT;
	}
	irc_free(x);
	proc_done(&proc);
	return status;
}
