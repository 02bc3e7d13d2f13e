/*
 * channel.c - see channel.h.
 *
 * The last lines of each channel are a ring: in memory, and as one document for each place in it, so that
 * they are there again in the next world.
 */
#include "world/social/channel.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rt/log.h"
#include "rt/text.h"
#include "world/cmd/table.h"
#include "world/core/comp.h"
#include "world/core/event.h"
#include "world/core/name.h"
#include "world/core/player.h"
#include "world/core/say.h"
#include "world/data.h"
#include "world/session.h"
#include "world/sites.h"
#include "world/social/social.h"
#include "world/social/spec.h"
#include "world/social/speech.h"
#include "world/turn.h"

#define COLLECTION "channel"

/* A line that was said. `number` 0: none. */
struct said {
	uint64_t number; /* 1, 2, 3 ... of its channel */
	int64_t wall_ms;
	char *name, *text;
	bool emote, notice;
};

struct row {
	struct channel channel;
	uint64_t said;			/* how many */
	struct said last[CHANNEL_LAST]; /* by number */
};

struct channels {
	struct row *rows[CHANNELS_MAX];
	size_t n;
};

/* ---- the table ---- */

struct channels *channels_new(void)
{
	return base_alloc(1, sizeof(struct channels));
}

static void free_said(struct said *s)
{
	free(s->name);
	free(s->text);
}

void channels_drop(struct channels *t)
{
	for (size_t i = 0; i < t->n; i++) {
		for (size_t k = 0; k < CHANNEL_LAST; k++)
			free_said(&t->rows[i]->last[k]);
		free(t->rows[i]->channel.about);
		free(t->rows[i]);
	}
	free(t);
}

void channels_free(struct world *w)
{
	if (w->channels)
		channels_drop(w->channels);
	w->channels = NULL;
}

static struct row *find(const struct channels *t, struct span name)
{
	for (size_t i = 0; i < t->n; i++)
		if (text_eq_fold((struct span){ t->rows[i]->channel.name,
						strlen(t->rows[i]->channel.name) },
				 name))
			return t->rows[i];
	return NULL;
}

static const char *fault_of(const struct channels *t, const struct spec *s)
{
	const struct span name = { s->name, strlen(s->name) };

	if (cmd_is_name(name))
		return "its name is a command already";
	if (find(t, name))
		return "its name is that of another one";
	return t->n == CHANNELS_MAX ? "there are too many channels" : NULL;
}

bool channels_add(struct channels *t, struct span spec, const char **ret_why)
{
	struct spec s;
	struct row *row;

	if (!spec_parse(spec, &s, ret_why))
		return false;
	*ret_why = fault_of(t, &s);
	if (*ret_why)
		return false;
	row = base_alloc(1, sizeof(*row));
	row->channel = (struct channel){ .about = base_dup(s.about.p, s.about.n),
					 .role = (int)s.role,
					 .off = s.off };
	memcpy(row->channel.name, s.name, sizeof(s.name));
	t->rows[t->n++] = row;
	return true;
}

size_t channels_count(const struct world *w)
{
	return w->channels->n;
}

const struct channel *channel_at(const struct world *w, size_t i)
{
	return i < w->channels->n ? &w->channels->rows[i]->channel : NULL;
}

const struct channel *channel_find(const struct world *w, struct span name)
{
	const struct row *row = find(w->channels, name);

	return row ? &row->channel : NULL;
}

bool channel_may(const struct world *w, struct ent who, const struct channel *c)
{
	const struct player *p = player_get(w, who);

	return p && (int)p->role >= c->role;
}

bool channel_hears(const struct world *w, struct ent who, const struct channel *c)
{
	const struct social_choice *choice;

	if (!channel_may(w, who, c))
		return false;
	choice = social_choice(w, who, c->name);
	return choice ? choice->on : !c->off;
}

void channel_turn(struct world *w, struct ent who, const struct channel *c, bool on)
{
	if (channel_hears(w, who, c) != on)
		social_choose(w, who, c->name, on, !c->off);
}

/* ---- how a line looks ---- */

static void add_markup(struct buf *out, const struct channel *c, const struct said *s)
{
	const struct span name = { s->name, strlen(s->name) }, text = { s->text, strlen(s->text) };

	buf_addf(out, s->notice ? "{dim}[%s] " : "{cyan}[%s]{/} ", c->name);
	if (!s->notice) {
		buf_adds(out, "{player}");
		say_escape(out, name);
		buf_adds(out, s->emote ? "{/} " : "{/}: ");
	}
	say_escape(out, text);
	if (s->notice)
		buf_adds(out, "{/}");
}

/* ---- the last lines ---- */

static void store(struct world *w, const struct channel *c, const struct said *s)
{
	struct buf body = { 0 };
	char key[CHANNEL_NAME_MAX + 16];

	snprintf(key, sizeof(key), "%s/%u", c->name, (unsigned)(s->number % CHANNEL_LAST));
	buf_addc(&body, '{');
	comp_save_int(&body, "number", (int64_t)s->number);
	comp_save_int(&body, "wall_ms", s->wall_ms);
	comp_save_text(&body, "name", s->name);
	comp_save_text(&body, "text", s->text);
	comp_save_bool(&body, "emote", s->emote);
	comp_save_bool(&body, "notice", s->notice);
	buf_addc(&body, '}');
	world_document(w, COLLECTION, key, buf_span(&body));
	buf_done(&body);
}

static const struct said *keep(struct world *w, const struct channel_line *line, struct span name)
{
	struct row *row = CONTAINER_OF(line->channel, struct row, channel);
	struct said *s = &row->last[++row->said % CHANNEL_LAST];

	free_said(s);
	*s = (struct said){ .number = row->said,
			    .wall_ms = w->wall_ms,
			    .name = base_dup(name.p, name.n),
			    .text = base_dup(line->text.p, line->text.n),
			    .emote = line->emote,
			    .notice = line->notice };
	store(w, line->channel, s);
	return s;
}

static bool take(struct channels *t, const char *key, json_t *body)
{
	const char *slash = strchr(key, '/'), *name, *text;
	struct row *row = slash ? find(t, (struct span){ key, (size_t)(slash - key) }) : NULL;
	json_int_t number, wall_ms;
	int emote, notice;
	struct said *s;

	if (!slash ||
	    json_unpack(body, "{s:I,s:I,s:s,s:s,s:b,s:b}", "number", &number, "wall_ms", &wall_ms,
			"name", &name, "text", &text, "emote", &emote, "notice", &notice))
		return false;
	if (!row || number <= 0)
		return number > 0; /* of a channel that is no more */
	s = &row->last[(uint64_t)number % CHANNEL_LAST];
	free_said(s);
	*s = (struct said){ .number = (uint64_t)number,
			    .wall_ms = wall_ms,
			    .name = base_dup(name, strlen(name)),
			    .text = base_dup(text, strlen(text)),
			    .emote = emote != 0,
			    .notice = notice != 0 };
	if (row->said < s->number)
		row->said = s->number;
	return true;
}

void channels_load(struct world *w, const Mudlark__DocumentRow *row)
{
	json_t *body = json_loadb((const char *)row->body.data, row->body.len, 0, NULL);

	if (!take(w->channels, row->key, body)) {
		w->stats.load_troubles++;
		log_error("channel_line_malformed", LOG_STR("key", row->key));
	}
	json_decref(body);
}

uint64_t channel_said(const struct channel *c)
{
	return CONTAINER_OF(c, const struct row, channel)->said;
}

size_t channel_last(const struct world *w, struct ent who, const struct channel *c, size_t n,
		    struct buf *out)
{
	const struct row *row = CONTAINER_OF(c, const struct row, channel);
	const struct said *shown[CHANNEL_LAST];
	size_t count = 0;

	for (size_t i = 0; i < CHANNEL_LAST && i < row->said && count < n; i++) {
		const uint64_t number = row->said - i;
		const struct said *s = &row->last[number % CHANNEL_LAST];

		if (s->number == number &&
		    !speech_ignores(w, who, ENT_NONE, (struct span){ s->name, strlen(s->name) }))
			shown[count++] = s;
	}
	for (size_t i = count; i-- > 0;) {
		buf_adds(out, "\n{dim}");
		sites_date(shown[i]->wall_ms, out);
		buf_adds(out, "{/} ");
		add_markup(out, c, shown[i]);
	}
	return count;
}

/* ---- saying ---- */

/* The sessions that hear it, in scratch. */
static struct session **audience(struct world *w, const struct channel_line *line, struct span name,
				 size_t *ret_n)
{
	struct session **v;
	size_t n = 0;

	for (struct session *s = session_next(w, NULL); s; s = session_next(w, s))
		n++;
	v = arena_alloc(&w->scratch, (n + 1) * sizeof(*v));
	n = 0;
	for (struct session *s = session_next(w, NULL); s; s = session_next(w, s))
		if (s->state != SESSION_LOGIN && channel_hears(w, s->actor, line->channel) &&
		    !speech_ignores(w, s->actor, line->speaker, name))
			v[n++] = s;
	*ret_n = n;
	return v;
}

static void add_member(struct buf *out, const char *key, struct span text)
{
	if (!text.n)
		return;
	json_member(out, key);
	json_quote(out, text);
}

static void emit(struct world *w, const struct channel_line *line, struct span name)
{
	const enum fact_kind kind =
		line->channel->role > ROLE_PLAYER ? FACT_STAFF_SAID : FACT_CHANNEL_SAID;
	struct buf b = { 0 };

	buf_addf(&b, "\"channel\":\"%s\"", line->channel->name);
	add_member(&b, "name", name);
	json_member(&b, "text");
	json_quote(&b, line->text);
	if (line->emote)
		comp_save_bool(&b, "emote", true);
	add_member(&b, "via", line->via);
	add_member(&b, "origin", line->origin);
	if (line->notice)
		comp_save_bool(&b, "notice", true);
	comp_save_id(&b, "linked", line->linked);
	event_emit(w, kind, line->speaker, "%.*s", (int)b.n, buf_p(&b));
	buf_done(&b);
}

static void add_gmcp(struct buf *json, const struct channel_line *line, const struct said *s)
{
	const bool is_place = s->notice && *s->name == '@';

	buf_addf(json, "{\"channel\":\"%s\"", line->channel->name);
	comp_save_text(json, "talker", s->name + is_place);
	comp_save_text(json, "text", s->text);
	if (s->emote)
		comp_save_bool(json, "emote", true);
	buf_addc(json, '}');
}

/* A notice is said by nobody: it is known by where it comes from. */
static struct span name_in(struct world *w, const struct channel_line *line)
{
	const char *name = ent_is(line->speaker) ? name_of(w, line->speaker) : NULL;
	char *at;

	if (name)
		return (struct span){ name, strlen(name) };
	if (line->name.n || !line->notice)
		return line->name;
	at = arena_alloc(&w->scratch, line->via.n + 2);
	snprintf(at, line->via.n + 2, "@%.*s", (int)line->via.n, line->via.p);
	return (struct span){ at, line->via.n + 1 };
}

void channel_say(struct world *w, const struct channel_line *line)
{
	const struct span name = name_in(w, line);
	const struct said *s = keep(w, line, name);
	struct buf text = { 0 }, quoted = { 0 }, json = { 0 };
	size_t n;
	struct session **to = audience(w, line, name, &n);

	add_markup(&text, line->channel, s);
	buf_addf(&quoted, "\"%s\"", line->channel->name);
	add_gmcp(&json, line, s);
	data_send_sessions(w, to, n, DATA_CHANNEL_START, buf_span(&quoted));
	say_sessions(w, to, n, MUDLARK__TEXT_CLASS__TEXT_CHAT, buf_span(&text));
	emit(w, line, ent_is(line->speaker) ? name : line->name);
	data_send_sessions(w, to, n, DATA_CHANNEL_END, buf_span(&quoted));
	data_send_sessions(w, to, n, DATA_CHANNEL_TEXT, buf_span(&json));
	buf_done(&text);
	buf_done(&quoted);
	buf_done(&json);
}
