/* place.c - see place.h. */
#include "tests/fake/discord/place.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "rt/clock.h"

enum { EPOCH_MS_SHIFT = 22 };
static const int64_t discord_epoch_ms = 1420070400000;

void place_init(struct place *p)
{
	*p = (struct place){ .users = json_object(),
			     .channels = json_object(),
			     .webhooks = json_object(),
			     .commands = json_array() };
}

void place_done(struct place *p)
{
	for (size_t i = 0; i < p->n_messages; i++)
		json_decref(p->messages[i].json);
	free(p->messages);
	json_decref(p->users);
	json_decref(p->channels);
	json_decref(p->webhooks);
	json_decref(p->commands);
}

const char *place_id(struct place *p, char *ret)
{
	uint64_t ms = (uint64_t)(clock_wall(&clock_system) - discord_epoch_ms);
	uint64_t id = ms << EPOCH_MS_SHIFT;

	p->last_id = id > p->last_id ? id : p->last_id + 1;
	snprintf(ret, 24, "%" PRIu64, p->last_id);
	return ret;
}

uint64_t place_number(const char *id)
{
	return id ? strtoull(id, NULL, 10) : 0;
}

const char *place_time(char *ret)
{
	int64_t ms = clock_wall(&clock_system);
	time_t s = (time_t)(ms / 1000);
	struct tm tm;
	size_t n;

	gmtime_r(&s, &tm);
	n = strftime(ret, 40, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(ret + n, 40 - n, ".%03d000+00:00", (int)(ms % 1000));
	return ret;
}

json_t *place_user(struct place *p, const char *name)
{
	json_t *user = json_object_get(p->users, name);
	char id[24];

	if (user)
		return user;
	user = json_pack("{ss ss ss sn sn si s{ss}}", "id", place_id(p, id), "username", name,
			 "discriminator", "0", "global_name", "avatar", "public_flags", 0,
			 "what_comes_next", "is", "unknown");
	json_object_set_new(p->users, name, user);
	return user;
}

json_t *place_bot(void)
{
	return json_pack("{ss ss ss sn sn sb sb si}", "id", PLACE_BOT, "username", "harbour",
			 "discriminator", "4711", "global_name", "avatar", "bot", 1, "verified", 1,
			 "flags", 0);
}

json_t *place_channel(struct place *p, const char *name)
{
	json_t *channel = json_object_get(p->channels, name);
	char id[24];

	if (channel)
		return channel;
	channel = json_pack("{ss si ss ss si sb sn sn si si s[]}", "id", place_id(p, id), "type", 0,
			    "guild_id", PLACE_GUILD, "name", name, "position", 1, "nsfw", 0,
			    "parent_id", "topic", "rate_limit_per_user", 0, "flags", 0,
			    "permission_overwrites");
	json_object_set_new(p->channels, name, channel);
	return channel;
}

static json_t *by_id(json_t *all, const char *id)
{
	const char *name;
	json_t *value;

	json_object_foreach(all, name, value)
	{
		const char *its = json_string_value(json_object_get(value, "id"));

		if (id && its && !strcmp(its, id))
			return value;
	}
	return NULL;
}

json_t *place_channel_by_id(struct place *p, const char *id)
{
	return by_id(p->channels, id);
}

json_t *place_user_by_id(struct place *p, const char *id)
{
	return by_id(p->users, id);
}

const char *place_channel_name(struct place *p, const char *id)
{
	const char *name = json_string_value(json_object_get(by_id(p->channels, id), "name"));

	return name ? name : "nowhere";
}

/* What is only of the fake's own use begins with an underscore: the nick. */
json_t *place_member(const json_t *user)
{
	json_t *nick = json_object_get(user, "_nick");
	json_t *member = json_pack("{sn s[s] ss sb sb si sb}", "nick", "roles", PLACE_ROLE,
				   "joined_at", "2021-04-01T10:00:00.000000+00:00", "deaf", 0,
				   "mute", 0, "flags", 0, "pending", 0);

	if (nick)
		json_object_set(member, "nick", nick);
	return member;
}

json_t *place_draft(struct place *p, const char *channel_id, const char *content)
{
	char id[24], now[40];

	return json_pack("{ss ss ss si ss ss sn sb sb s[] s[] s[] s[] s[] sb si}", "id",
			 place_id(p, id), "channel_id", channel_id, "_guild", PLACE_GUILD, "type",
			 0, "content", content, "timestamp", place_time(now), "edited_timestamp",
			 "tts", 0, "mention_everyone", 0, "mentions", "mention_roles",
			 "attachments", "embeds", "components", "pinned", 0, "flags", 0);
}

struct message *place_keep(struct place *p, json_t *draft, const char *how)
{
	struct message *m;

	if (p->n_messages == p->room) {
		p->room = p->room ? 2 * p->room : 64;
		p->messages = base_realloc(p->messages, p->room, sizeof(*p->messages));
	}
	m = &p->messages[p->n_messages++];
	*m = (struct message){ .json = draft };
	m->id = place_number(json_string_value(json_object_get(draft, "id")));
	snprintf(m->how, sizeof(m->how), "%s", how);
	return m;
}

struct message *place_find(struct place *p, const char *id)
{
	uint64_t number = place_number(id);

	for (size_t i = p->n_messages; i > 0; i--)
		if (p->messages[i - 1].id == number)
			return &p->messages[i - 1];
	return NULL;
}

json_t *place_show(const struct message *m)
{
	json_t *copy = json_deep_copy(m->json);

	json_object_del(copy, "_guild");
	json_object_del(json_object_get(copy, "author"), "_nick");
	return copy;
}

/* Mentions */

static void put_mention(struct place *p, struct buf *out, char what, const char *name)
{
	switch (what) {
	case '@':
		buf_addf(out, "<@%s>",
			 json_string_value(json_object_get(place_user(p, name), "id")));
		break;
	case '#':
		buf_addf(out, "<#%s>",
			 json_string_value(json_object_get(place_channel(p, name), "id")));
		break;
	case '&':
		buf_adds(out, "<@&" PLACE_ROLE ">");
		break;
	default:
		buf_addf(out, "<:%s:" PLACE_EMOJI ">", name);
		break;
	}
}

void place_mentions(struct place *p, struct buf *out, const char *text)
{
	for (const char *at = text; *at; at++) {
		const char *end = strchr("@#&:", *at) && at[1] == '{' ? strchr(at, '}') : NULL;
		char name[64];

		if (!end) {
			buf_addc(out, *at);
			continue;
		}
		snprintf(name, sizeof(name), "%.*s", (int)(end - at - 2), at + 2);
		put_mention(p, out, *at, name);
		at = end;
	}
}

/* The transcript */

static void put_text(struct buf *out, const char *text)
{
	for (; text && *text; text++) {
		if (*text == '\n')
			buf_adds(out, "\\n");
		else if ((unsigned char)*text < ' ' || *text == 0x7f)
			buf_addf(out, "\\x%02x", (unsigned char)*text);
		else
			buf_addc(out, *text);
	}
}

static void put_part(struct buf *out, const json_t *o, const char *name)
{
	const char *text = json_string_value(json_object_get(o, name));

	if (text) {
		buf_addf(out, " %s=", name);
		put_text(out, text);
	}
}

static void put_embed(struct buf *out, const json_t *embed)
{
	size_t i;
	json_t *field;

	buf_adds(out, " +embed");
	put_part(out, json_object_get(embed, "author"), "name");
	put_part(out, embed, "title");
	put_part(out, embed, "description");
	put_part(out, embed, "url");
	json_array_foreach(json_object_get(embed, "fields"), i, field)
	{
		put_part(out, field, "name");
		put_part(out, field, "value");
	}
	put_part(out, json_object_get(embed, "footer"), "text");
}

static void put_message(struct place *p, struct buf *out, const struct message *m)
{
	const json_t *o = m->json;
	size_t i;
	json_t *embed;

	buf_adds(out, m->deleted ? "deleted " : "");
	buf_adds(out, m->edited ? "edited " : "");
	buf_addf(out, "#%s %s ",
		 place_channel_name(p, json_string_value(json_object_get(o, "channel_id"))),
		 m->how);
	put_text(out, json_string_value(json_object_get(o, "content")));
	json_array_foreach(json_object_get(o, "embeds"), i, embed) put_embed(out, embed);
	buf_addc(out, '\n');
}

void place_transcript(struct place *p, struct buf *out)
{
	for (size_t i = 0; i < p->n_messages; i++)
		put_message(p, out, &p->messages[i]);
}
