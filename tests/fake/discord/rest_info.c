/*
 * rest_info.c - routes that tell what is there: the gateway, the bot, channels, the guild.
 */
#include <stdio.h>
#include <string.h>

#include "tests/fake/discord/gate.h"
#include "tests/fake/discord/rest.h"

static void get_gateway(struct call *c)
{
	char url[60];

	c->answer = json_pack("{ss}", "url", fake_gateway_url(c->fake, FAKE_GATEWAY, url));
}

static void get_gateway_bot(struct call *c)
{
	const struct fake_mode *m = &c->fake->mode;
	int64_t left = m->starts - report_get(&c->fake->report, "identifies");

	get_gateway(c);
	json_object_set_new(c->answer, "shards", json_integer(m->shards ? m->shards : 1));
	json_object_set_new(c->answer, "session_start_limit",
			    json_pack("{si sI si si}", "total", 1000, "remaining",
				      (json_int_t)(left > 0 ? left : 0), "reset_after", 14400000,
				      "max_concurrency", 1));
}

static void get_me(struct call *c)
{
	c->answer = place_bot();
}

static void get_application(struct call *c)
{
	c->answer = json_pack("{ss ss ss sb sb so si}", "id", PLACE_APPLICATION, "name", "Harbour",
			      "description", "", "bot_public", 0, "bot_require_code_grant", 0,
			      "bot", place_bot(), "flags", 565248);
}

static void get_channel(struct call *c)
{
	json_t *channel = place_channel_by_id(&c->fake->place, c->args[0]);

	if (channel)
		c->answer = json_incref(channel);
	else
		call_fail(c, 404, 10003, "Unknown Channel");
}

static void get_guild(struct call *c)
{
	if (strcmp(c->args[0], PLACE_GUILD) != 0)
		call_fail(c, 404, 10004, "Unknown Guild");
	else
		c->answer = json_pack("{ss ss sn s[] s[]}", "id", PLACE_GUILD, "name",
				      "The Foreshore", "icon", "roles", "emojis");
}

static void get_guild_channels(struct call *c)
{
	const char *name;
	json_t *channel;

	get_guild(c);
	if (c->status != 200)
		return;
	json_decref(c->answer);
	c->answer = json_array();
	json_object_foreach(c->fake->place.channels, name, channel)
		json_array_append(c->answer, channel);
}

static void get_guild_roles(struct call *c)
{
	get_guild(c);
	if (c->status != 200)
		return;
	json_decref(c->answer);
	c->answer = json_pack("[{ss ss si}{ss ss si}]", "id", PLACE_GUILD, "name", "@everyone",
			      "position", 0, "id", PLACE_ROLE, "name", "keepers", "position", 1);
}

const struct route rest_info_routes[] = {
	{ "gateway", "GET", "/gateway", get_gateway, true, false },
	{ "gateway_bot", "GET", "/gateway/bot", get_gateway_bot, false, false },
	{ "me", "GET", "/users/@me", get_me, false, false },
	{ "application", "GET", "/applications/@me", get_application, false, false },
	{ "application", "GET", "/oauth2/applications/@me", get_application, false, false },
	{ "channel", "GET", "/channels/{}", get_channel, false, false },
	{ "guild", "GET", "/guilds/{}", get_guild, false, false },
	{ "guild_channels", "GET", "/guilds/{}/channels", get_guild_channels, false, false },
	{ "guild_roles", "GET", "/guilds/{}/roles", get_guild_roles, false, false },
};
const size_t rest_n_info_routes = ARRAY_LEN(rest_info_routes);
