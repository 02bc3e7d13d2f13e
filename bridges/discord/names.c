/*
 * names.c - see names.h.
 */
#include "bridges/discord/names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rt/jsonin.h"
#include "rt/text.h"

enum { KEY = 32, CHANNEL = '#', ROLE = '&' };

static struct span key_of(char kind, struct span id, char ret[KEY])
{
	if (!id.n || id.n >= KEY)
		return (struct span){ "", 0 };
	ret[0] = kind;
	memcpy(ret + 1, id.p, id.n);
	return (struct span){ ret, id.n + 1 };
}

static void clear(struct names *n)
{
	struct span key;
	size_t it = 0;
	void *v;

	while (strmap_next(&n->all, &it, &key, &v))
		free(v);
	strmap_done(&n->all);
}

/* Of an object with `id` and `name`. */
static void learn(struct names *n, char kind, const json_t *o)
{
	struct span id, name, key;
	char room[KEY];

	if (!jsonin_text(o, "id", &id) || !jsonin_text(o, "name", &name))
		return;
	key = key_of(kind, id, room);
	if (!key.n)
		return;
	if (n->all.n >= NAMES_MAX) {
		clear(n);
		strmap_init(&n->all, NULL);
	}
	name.n = text_cut(name, name.n < NAMES_BYTES ? name.n : NAMES_BYTES);
	free(strmap_put(&n->all, key, base_dup(name.p, name.n)));
}

static void learn_all(struct names *n, char kind, const json_t *list)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		learn(n, kind, json_array_get(list, i));
}

static void on_guild(struct names *n, const json_t *d)
{
	learn_all(n, CHANNEL, jsonin_list(d, "channels"));
	learn_all(n, CHANNEL, jsonin_list(d, "threads"));
	learn_all(n, ROLE, jsonin_list(d, "roles"));
}

static void on_channel(struct names *n, const json_t *d)
{
	learn(n, CHANNEL, d);
}

static void on_role(struct names *n, const json_t *d)
{
	learn(n, ROLE, jsonin_in(d, "role"));
}

struct event_row {
	const char *name;
	void (*take)(struct names *n, const json_t *d);
};

static const struct event_row events[] = {
	{ "GUILD_CREATE", on_guild },	  { "GUILD_UPDATE", on_guild },
	{ "CHANNEL_CREATE", on_channel }, { "CHANNEL_UPDATE", on_channel },
	{ "THREAD_CREATE", on_channel },  { "THREAD_UPDATE", on_channel },
	{ "GUILD_ROLE_CREATE", on_role }, { "GUILD_ROLE_UPDATE", on_role },
};

void names_event(struct names *n, const char *event, const json_t *d)
{
	for (size_t i = 0; i < ARRAY_LEN(events); i++)
		if (!strcmp(events[i].name, event))
			events[i].take(n, d);
}

/* ---- asking ---- */

static void ask(struct names *n, const char *what, struct span id, const char *more,
		void (*done)(void *ctx, const struct rest_answer *a))
{
	char path[100], route[100];
	int r;

	snprintf(path, sizeof(path), "/%s/%.*s%s", what, (int)id.n, id.p, more);
	snprintf(route, sizeof(route), "names%s %s/%.*s", more, what, (int)id.n, id.p);
	r = rest_ask(n->rest, &(struct rest_ask){ .method = "GET",
						  .path = path,
						  .route = route,
						  .repeatable = true,
						  .done = done,
						  .ctx = n });
	(void)r; /* names are a comfort */
}

static void on_channels_told(void *ctx, const struct rest_answer *a)
{
	learn_all(ctx, CHANNEL, json_is_array(a->body) ? a->body : NULL);
}

static void on_guild_told(void *ctx, const struct rest_answer *a)
{
	on_guild(ctx, a->body);
}

static bool is_id(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return s.n > 0 && s.n < 24;
}

static void on_channel_told(void *ctx, const struct rest_answer *a)
{
	struct names *n = ctx;
	struct span guild;

	learn(n, CHANNEL, a->body);
	if (!jsonin_text(a->body, "guild_id", &guild) || !is_id(guild))
		return;
	ask(n, "guilds", guild, "", on_guild_told);
	ask(n, "guilds", guild, "/channels", on_channels_told);
}

const char *names_channel(const struct names *n, struct span id)
{
	char room[KEY];

	return strmap_get(&n->all, key_of(CHANNEL, id, room));
}

void names_show(const struct names *n, const char *channel, struct buf *out)
{
	const char *name = names_channel(n, (struct span){ channel, strlen(channel) });

	buf_adds(out, name ? "#" : "channel ");
	buf_adds(out, name ? name : channel);
}

void names_ask(struct names *n, const char *channel)
{
	const struct span id = { channel, strlen(channel) };

	if (n->rest && !names_channel(n, id))
		ask(n, "channels", id, "", on_channel_told);
}

static const char *find_channel(void *ctx, struct span id)
{
	return names_channel(ctx, id);
}

static const char *find_role(void *ctx, struct span id)
{
	struct names *n = ctx;
	char room[KEY];

	return strmap_get(&n->all, key_of(ROLE, id, room));
}

struct readable_names names_reader(struct names *n)
{
	return (struct readable_names){ find_channel, find_role, n };
}

void names_init(struct names *n, struct rest *rest)
{
	*n = (struct names){ .rest = rest };
	strmap_init(&n->all, NULL);
}

void names_done(struct names *n)
{
	if (n->rest)
		rest_forget(n->rest, n);
	clear(n);
}
