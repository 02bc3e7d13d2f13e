/*
 * main.c - mudlark-discord: game channels on Discord.  The options, and the start of bridges/discord/discord.c.
 */
#include <errno.h>
#include "bridges/discord/discord.h"

#define AT(field) offsetof(struct discord_conf, field)

/* clang-format off */
static const struct conf_option options[] = {
	BRIDGE_OPTIONS("discord"),
	{ "discord.token_file", CONF_STRING, AT(token_file), "",
	  .help = "file that holds the token of the bot, readable by this process alone" },
	{ "discord.api_url", CONF_STRING, AT(api_url), "https://discord.com/api/v10",
	  .help = "where its REST is" },
	{ "discord.gateway_url", CONF_STRING, AT(gateway_url), "",
	  .help = "where its gateway is, wss://...; empty: it is asked for" },
	{ "discord.channels", CONF_LIST, AT(channels), "", .reload = true,
	  .help = "what goes where: \"CHANNEL_ID = CHANNEL, ... [in|out] [speak=linked] [webhook_file=FILE]\"" },
};
/* clang-format on */

static const char *const other_sections[] = { "gateway", "world", "persist", "ai",
					      "irc",	 "rss",	  "admin",   NULL };

static const struct proc_spec spec = {
	.name = "mudlark-discord",
	.about = "game channels on Discord",
	.table = { options, ARRAY_LEN(options), sizeof(struct discord_conf) },
	.sections = other_sections,
};

static void on_stop(void *ctx)
{
	discord_stop(ctx);
}

static void on_reload(void *ctx)
{
	discord_reload(ctx);
}

int main(int argc, char **argv)
{
	struct discord_conf conf = { 0 };
	struct discord *x = NULL;
	struct proc proc = { 0 };
	int status, r;

	if (proc_start(&proc, &spec, &conf, argc, argv, &status) != 0)
		return status;
	r = discord_start(&x, &proc, &conf);
	if (r == 0) {
		const struct proc_hooks hooks = { .stop = on_stop, .reload = on_reload, .ctx = x };

		proc_hooks(&proc, &hooks);
		status = proc_run(&proc);
	} else {
		status = r == -EINVAL || r == -EPERM ? EXIT_USAGE : EXIT_FAULT;
	}
	discord_free(x);
	proc_done(&proc);
	return status;
}
