/*
 * data_in.c - requests by table; see data_in.h.
 */
#include "world/data_in.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "rt/text.h"
#include "world/core/comp.h"
#include "world/core/item.h"
#include "world/core/name.h"
#include "world/core/place.h"
#include "world/core/player.h"
#include "world/data_rows.h"
#include "world/login.h"
#include "world/social/channel.h"

enum { PLAYERS_SHOWN = 200 };

/* Handlers: false when the body is not what it should be. `body` may be NULL. */
struct request {
	const char *package;
	enum session_state state;
	bool (*handle)(struct world *w, struct session *s, const json_t *body);
};

static struct span text_of(const json_t *body, const char *key)
{
	const json_t *v = json_object_get(body, key);

	if (!json_is_string(v))
		return (struct span){ "", 0 };
	return (struct span){ json_string_value(v), json_string_length(v) };
}

static bool send_built(struct world *w, struct session *s, enum data_row row,
		       void (*build)(const struct world *w2, const struct session *s2,
				     struct buf *json))
{
	struct buf json = { 0 };

	build(w, s, &json);
	if (json.n)
		data_send(w, s, row, buf_span(&json));
	buf_done(&json);
	return true;
}

/* A client without an account or password to give says {}: the player will type them. */
static bool credentials(struct world *w, struct session *s, const json_t *body)
{
	struct span account = text_of(body, "account"), token = text_of(body, "password");

	if (!account.n || !token.n)
		return json_is_object(body);
	login_credentials(w, s, account, token);
	return true;
}

static bool items_inv(struct world *w, struct session *s, const json_t *body)
{
	(void)body;
	return send_built(w, s, DATA_ITEMS_INV, data_items_inv);
}

static bool items_room(struct world *w, struct session *s, const json_t *body)
{
	(void)body;
	return send_built(w, s, DATA_ITEMS_ROOM, data_items_room);
}

/* A number, or the same as text. */
static uint64_t num_of(const json_t *body)
{
	char *end;
	uint64_t num;

	if (json_is_integer(body))
		return json_integer_value(body) > 0 ? (uint64_t)json_integer_value(body) : 0;
	if (!json_is_string(body) || !json_string_length(body) || json_string_length(body) > 16)
		return 0;
	num = strtoull(json_string_value(body), &end, 10);
	return *end ? 0 : num;
}

/* Of a container that is carried, or stands here. */
static bool items_contents(struct world *w, struct session *s, const json_t *body)
{
	uint64_t num = num_of(body);
	struct ent e = num ? data_by_num(w, num) : ENT_NONE, owner = place_owner(w, e);
	char location[32] = "rep";
	struct buf json = { 0 };

	if (!(item_flags(w, e) & ITEM_CONTAINER) ||
	    (!ent_same(owner, s->actor) && !ent_same(owner, place_room(w, s->actor))))
		return false;
	snprintf(location, sizeof(location), "rep%llu", (unsigned long long)num);
	data_items_in(w, e, location, &json);
	data_send(w, s, DATA_ITEMS_INV, buf_span(&json));
	buf_done(&json);
	return true;
}

static void add_text(struct buf *json, const char *key, struct span text)
{
	struct buf clean = { 0 };

	text_clean(&clean, text);
	json_member(json, key);
	json_quote(json, buf_span(&clean));
	buf_done(&clean);
}

/* Nothing asked for: the groups; a group: its skills; a skill: what it is. There are none yet. */
static bool skills_get(struct world *w, struct session *s, const json_t *body)
{
	struct span group = text_of(body, "group"), name = text_of(body, "name");
	struct buf json = { 0 };

	if (!group.n) {
		data_send(w, s, DATA_SKILL_GROUPS, SPAN("[]"));
		return true;
	}
	buf_addc(&json, '{');
	add_text(&json, "group", group);
	if (name.n) {
		add_text(&json, "skill", name);
		buf_adds(&json, ",\"info\":\"\"}");
	} else {
		buf_adds(&json, ",\"list\":[],\"descs\":[]}");
	}
	data_send(w, s, name.n ? DATA_SKILL_INFO : DATA_SKILL_LIST, buf_span(&json));
	buf_done(&json);
	return true;
}

/* Those that this one hears, and who asks may hear. */
static void add_channels(const struct world *w, const struct session *s, struct ent e,
			 struct buf *json)
{
	const struct channel *c;

	buf_adds(json, ",\"channels\":[\"say\",\"emote\",\"tell\"");
	for (size_t i = 0; (c = channel_at(w, i)); i++)
		if (channel_may(w, s->actor, c) && channel_hears(w, e, c))
			buf_addf(json, ",\"%s\"", c->name);
	buf_adds(json, "]}");
}

/* Who can be told something: the newest are left out when there are too many. */
static bool channel_players(struct world *w, struct session *s, const json_t *body)
{
	struct buf json = { 0 };
	size_t n = 0;

	(void)body;
	buf_addc(&json, '[');
	for (struct ent e = player_next(w, ENT_NONE); ent_is(e) && n < PLAYERS_SHOWN;
	     e = player_next(w, e)) {
		if (player_get(w, e)->hidden)
			continue;
		buf_adds(&json, n++ ? ",{" : "{");
		comp_save_text(&json, "name", name_of(w, e));
		add_channels(w, s, e, &json);
	}
	buf_addc(&json, ']');
	data_send(w, s, DATA_CHANNEL_PLAYERS, buf_span(&json));
	buf_done(&json);
	return true;
}

/* Turns a channel on; what is said around one always is. */
static bool channel_enable(struct world *w, struct session *s, const json_t *body)
{
	const struct channel *c;

	if (!json_is_string(body))
		return false;
	c = channel_find(w, (struct span){ json_string_value(body), json_string_length(body) });
	if (c && channel_may(w, s->actor, c))
		channel_turn(w, s->actor, c, true);
	return true;
}

/* What it says of the user's own name is not kept. */
static bool discord_hello(struct world *w, struct session *s, const json_t *body)
{
	(void)body;
	return send_built(w, s, DATA_DISCORD_INFO, data_discord_info);
}

static bool discord_get(struct world *w, struct session *s, const json_t *body)
{
	(void)body;
	s->data->discord = true;
	return send_built(w, s, DATA_DISCORD_STATUS, data_discord_status);
}

static const struct request requests[] = {
	{ "char.login.credentials", SESSION_LOGIN, credentials },
	{ "char.items.inv", SESSION_PLAYING, items_inv },
	{ "char.items.room", SESSION_PLAYING, items_room },
	{ "char.items.contents", SESSION_PLAYING, items_contents },
	{ "char.skills.get", SESSION_PLAYING, skills_get },
	{ "comm.channel.players", SESSION_PLAYING, channel_players },
	{ "comm.channel.enable", SESSION_PLAYING, channel_enable },
	{ "external.discord.hello", SESSION_PLAYING, discord_hello },
	{ "external.discord.get", SESSION_PLAYING, discord_get },
};

static const struct request *find(const struct session *s, const char *package)
{
	for (size_t i = 0; i < ARRAY_LEN(requests); i++)
		if (requests[i].state == s->state && !strcasecmp(requests[i].package, package))
			return &requests[i];
	return NULL;
}

/* Answers go to who said what it supports; only so many in a second. */
static bool may_ask(const struct world *w, struct data *d)
{
	uint64_t second = w->tick / w->conf.tick_rate;

	if (!d)
		return false;
	if (d->asked_at != second)
		d->asked = 0;
	d->asked_at = second;
	return d->asked++ < DATA_IN_RATE;
}

static bool answer(struct world *w, struct session *s, const Mudlark__SessionData *m)
{
	const struct request *request = find(s, m->package);
	json_t *body = NULL;
	bool ok;

	if (!request || m->json.len > DATA_IN_BYTES || !may_ask(w, s->data))
		return false;
	if (m->json.len) {
		body = json_loadb((const char *)m->json.data, m->json.len,
				  JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, NULL);
		if (!body)
			return false;
	}
	ok = request->handle(w, s, body);
	json_decref(body);
	return ok;
}

void data_in(struct world *w, struct session *s, const Mudlark__SessionData *m)
{
	if (!answer(w, s, m))
		w->stats.data_ignored++;
}
