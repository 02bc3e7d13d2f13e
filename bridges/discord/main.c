/*
 * main.c - mudlark-discord: game channels on Discord.  The options, and the start of bridges/discord/discord.c.
 */
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
	{ "discord.ca_file", CONF_STRING, AT(ca_file), "",
	  .help = "certificates to trust, PEM; empty: the system's" },
	{ "discord.channels", CONF_LIST, AT(channels), "", .reload = true,
	  .help = "what goes where: \"CHANNEL_ID = CHANNEL, ... [in|out] [speak=linked] [joins=yes] [deletes=yes] [bots=yes] [webhook_file=FILE]\"" },
	{ "discord.avatar_url", CONF_STRING, AT(avatar_url), "",
	  .help = "picture of who speaks, with {name} or {hash}; empty: one of Discord's own six" },
	{ "discord.guild", CONF_STRING, AT(guild), "",
	  .help = "id of the server that gets /who, /look and /link; empty: every one the bot is in" },
	{ "discord.shard", CONF_INT, AT(shard), "0", 0, 100000,
	  .help = "number of this shard" },
	{ "discord.shards", CONF_INT, AT(shards), "1", 1, 100000,
	  .help = "how many there are" },
	{ "discord.edits", CONF_TIME, AT(edits), "5m", 0, 86400000000, .reload = true,
	  .help = "how long after a message a change of it is told in the game; 0: never" },
	{ "discord.speak_every", CONF_TIME, AT(speak_every), "1s", 1000, 3600000000,
	  .help = "one may say a line so often; what is more is left out ..." },
	{ "discord.speak_burst", CONF_INT, AT(speak_burst), "10", 1, 1000,
	  .help = "... beyond so many at once" },
};
/* clang-format on */

static const char *const other_sections[] = { "gateway", "world", "persist", "ai",
					      "irc",	 "rss",	  "admin",   NULL };

static const struct proc_spec spec = {
	.name = "mudlark-discord",
	.about = "game channels on Discord",
	.table = { options, ARRAY_LEN(options), sizeof(struct discord_conf) },
	.sections = other_sections,
	.check = discord_check,
};

int main(int argc, char **argv)
{
	struct discord_conf conf = { 0 };

	return bridge_run(&discord_program, &spec, &conf, argc, argv);
}
