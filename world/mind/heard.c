/*
 * heard.c - what was perceived of late; see heard.h.
 *
 * Nothing is kept, and no fact is read, in a room without people of the world.  A ring is made when
 * there is something to put into it, and goes when its npc is gone.
 *
 * Words are for those who were there when they were said: their ids are noted with them.  Of a crowd no
 * ids are, but the room and who had come to it last: whoever has been in that room since before that one
 * came, or is that one, was there.  Who went and came back is taken for somebody who was not.
 */
#include "world/mind/heard.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "rt/text.h"
#include "world/cmd/target.h"
#include "world/core/event.h"
#include "world/core/name.h"
#include "world/core/npc.h"
#include "world/core/place.h"
#include "world/core/player.h"
#include "world/core/say.h"
#include "world/core/timer.h"

enum { COMPANY_MAX = 8, LASTS_S = 600 };

/* The players who were there. */
struct company {
	uint64_t ids[COMPANY_MAX];
	size_t n;
	uint64_t room, newest; /* of a crowd: id, and place.order of who came last; else 0 */
};

struct line {
	uint64_t actor, other; /* ids of who it is about; 0: nobody more */
	uint64_t tick;
	bool is_words;
	struct company company; /* for words */
	char text[HEARD_TEXT_MAX + 1];
};

struct ring {
	struct line lines[HEARD_MAX];
	size_t first, n;
};

struct heard {
	struct map64 rings; /* by id of the npc */
};

/* What has happened, for whoever perceives it. */
struct news {
	struct ent actor, other, room;
	bool passing;	/* a crowd does not notice */
	bool is_quoted; /* it is about words, not a thing */
	const char *verb;
};

struct heard *heard_new(void)
{
	struct heard *h = base_alloc(1, sizeof(*h));

	map64_init(&h->rings, 0);
	return h;
}

void heard_free(struct world *w)
{
	size_t it = 0;
	uint64_t id;
	void *ring;

	if (!w->heard)
		return;
	while (map64_next(&w->heard->rings, &it, &id, &ring))
		free(ring);
	map64_done(&w->heard->rings);
	free(w->heard);
	w->heard = NULL;
}

static struct ring *ring_of(const struct world *w, struct ent npc)
{
	const uint64_t id = ent_id(w, npc);

	return id && w->heard ? map64_get(&w->heard->rings, id) : NULL;
}

static uint64_t order_of(const struct world *w, struct ent e)
{
	const struct place *p = comp_get(w, e, COMP_PLACE);

	return p ? p->order : 0;
}

static struct company company_in(const struct world *w, struct ent room)
{
	const struct place *p = comp_get(w, room, COMP_PLACE);
	struct company ret = { 0 };

	if (place_players(w, room) > COMPANY_MAX) {
		ret.room = ent_id(w, room);
		ret.newest = order_of(w, p->last); /* players are behind all others */
		return ret;
	}
	for (struct ent e = place_first_player(w, room); ent_is(e); e = place_next(w, e))
		ret.ids[ret.n++] = ent_id(w, e);
	return ret;
}

static bool was_there(const struct world *w, const struct company *c, struct ent player)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->ids[i] == ent_id(w, player))
			return true;
	return c->room && c->room == ent_id(w, place_room(w, player)) &&
	       order_of(w, player) <= c->newest;
}

static bool is_for(const struct world *w, const struct line *l, struct ent player)
{
	return w->tick - l->tick < timer_seconds(w, LASTS_S) &&
	       (!l->is_words || was_there(w, &l->company, player));
}

const char *heard_at(const struct world *w, struct ent npc, struct ent player, size_t i)
{
	const struct ring *r = ring_of(w, npc);

	for (size_t k = 0; r && k < r->n; k++) {
		const struct line *l = &r->lines[(r->first + k) % HEARD_MAX];

		if (is_for(w, l, player) && !i--)
			return l->text;
	}
	return NULL;
}

void heard_forget(struct world *w, struct ent npc)
{
	const uint64_t id = ent_id(w, npc);

	if (id && w->heard)
		free(map64_del(&w->heard->rings, id));
}

static void forget_in(struct ring *r, uint64_t id)
{
	size_t kept = 0;

	for (size_t i = 0; i < r->n; i++) {
		const struct line *l = &r->lines[(r->first + i) % HEARD_MAX];

		if (l->actor != id && l->other != id)
			r->lines[(r->first + kept++) % HEARD_MAX] = *l;
	}
	r->n = kept;
}

void heard_forget_player(struct world *w, struct ent player)
{
	const uint64_t player_id = ent_id(w, player);
	size_t it = 0;
	uint64_t id;
	void *ring;

	while (player_id && w->heard && map64_next(&w->heard->rings, &it, &id, &ring))
		forget_in(ring, player_id);
}

/* Those of people who are no more. */
static void sweep(struct world *w)
{
	size_t it = 0;
	uint64_t id, gone = 0;
	void *ring;

	do {
		it = 0;
		if (gone)
			free(map64_del(&w->heard->rings, gone));
		gone = 0;
		while (!gone && map64_next(&w->heard->rings, &it, &id, &ring))
			gone = ent_is(ent_by_id(w, id)) ? 0 : id;
	} while (gone);
}

static struct ring *open_ring(struct world *w, struct ent npc)
{
	struct ring *r = ring_of(w, npc);

	if (r)
		return r;
	if (w->heard->rings.n >= npc_count(w))
		sweep(w);
	r = base_alloc(1, sizeof(*r));
	map64_put(&w->heard->rings, ent_id(w, npc), r);
	return r;
}

static void put(struct world *w, struct ent npc, const struct news *news,
		const struct company *company, struct span text)
{
	struct ring *r = open_ring(w, npc);
	struct line *l = &r->lines[(r->first + r->n) % HEARD_MAX];
	const size_t n = text_cut(text, HEARD_TEXT_MAX);

	if (r->n < HEARD_MAX)
		r->n++;
	else
		r->first = (r->first + 1) % HEARD_MAX;
	l->actor = ent_id(w, news->actor);
	l->other = ent_id(w, news->other);
	l->tick = w->tick;
	l->is_words = news->is_quoted;
	l->company = *company;
	memcpy(l->text, text.p, n);
	l->text[n] = 0;
}

/* ---- facts become sentences ---- */

/* A quote ends where we end it. */
static void add_words(struct buf *out, const char *words)
{
	const struct span all = { words, strlen(words) };
	const size_t n = text_cut(all, HEARD_TEXT_MAX / 2);

	buf_adds(out, "\"");
	for (size_t i = 0; i < n; i++)
		buf_addc(out, words[i] == '"' ? '\'' : words[i]);
	buf_adds(out, n < all.n ? "...\"" : "\"");
}

static void name_into(const struct world *w, struct ent e, struct buf *out)
{
	const size_t at = out->n;

	name_add(w, e, 1, out);
	if (!at && out->n && *buf_p(out) >= 'a' && *buf_p(out) <= 'z')
		out->p[out->off] = (char)(out->p[out->off] - 'a' + 'A');
}

/* "Ana says, "hello"", "Ana gives Ben a lantern." */
static void describe(const struct world *w, const struct news *news, struct ent item,
		     const char *words, struct buf *out)
{
	name_into(w, news->actor, out);
	buf_adds(out, news->verb);
	if (news->is_quoted) {
		add_words(out, words);
		return;
	}
	if (ent_is(news->other))
		name_add(w, news->other, 1, out);
	if (ent_is(news->other) && ent_is(item))
		buf_addc(out, ' ');
	if (ent_is(item))
		name_add(w, item, 1, out);
	buf_adds(out, ".");
}

static bool hears(const struct world *w, struct ent e, const struct news *news)
{
	const struct npc *n = npc_get(w, e);

	return n && n->proto && n->proto->mind && !ent_same(e, news->actor) &&
	       target_visible(w, e, news->actor);
}

/* The cheap question. */
static bool somebody_listens(const struct world *w, struct ent room)
{
	return w->heard && ent_is(room) && place_npcs(w, room);
}

static void tell_all(struct world *w, const struct news *news, struct ent item, const char *words)
{
	uint32_t left = place_npcs(w, news->room);
	struct company company = { 0 };
	struct buf text = { 0 };

	if (news->passing && place_players(w, news->room) > SAY_CROWD)
		return;
	for (struct ent e = place_first(w, news->room); left && ent_is(e); e = place_next(w, e)) {
		left -= ent_kind(w, e) == KIND_NPC;
		if (!hears(w, e, news))
			continue;
		if (!text.n) {
			describe(w, news, item, words, &text);
			if (news->is_quoted)
				company = company_in(w, news->room);
		}
		put(w, e, news, &company, buf_span(&text));
	}
	buf_done(&text);
}

static int on_words(void *ctx, struct world *w, const struct fact *f)
{
	struct ent actor = ent_by_id(w, f->actor);
	const struct news news = { .actor = actor,
				   .room = place_room(w, actor),
				   .is_quoted = true,
				   .verb = f->kind == FACT_CHAT_SAID ? " says, " : " emotes, " };
	json_t *body, *text;

	(void)ctx;
	if (!somebody_listens(w, news.room))
		return 0;
	body = json_loadb(f->body.p, f->body.n, 0, NULL);
	text = json_object_get(body, "text");
	if (json_is_string(text))
		tell_all(w, &news, ENT_NONE, json_string_value(text));
	json_decref(body);
	return 0;
}

/* Who leaves is not there any more: the room is in the fact. */
static int on_passing(void *ctx, struct world *w, const struct fact *f)
{
	const bool leaves = f->kind == FACT_ROOM_LEFT || f->kind == FACT_PLAYER_LEFT;
	struct news news = { .actor = ent_by_id(w, f->actor),
			     .passing = true,
			     .verb = leaves ? " leaves" : " arrives" };

	const struct player *p = player_get(w, news.actor);

	(void)ctx;
	if (f->kind == FACT_PLAYER_LEFT && p && p->guest)
		heard_forget_player(w, news.actor);
	news.room = f->kind == FACT_ROOM_LEFT ? event_ent(w, f, "room") : place_room(w, news.actor);
	if (somebody_listens(w, news.room))
		tell_all(w, &news, ENT_NONE, NULL);
	return 0;
}

static int on_thing(void *ctx, struct world *w, const struct fact *f)
{
	struct news news = { .actor = ent_by_id(w, f->actor), .verb = " gives " };

	(void)ctx;
	news.room = place_room(w, news.actor);
	if (!somebody_listens(w, news.room))
		return 0;
	if (f->kind == FACT_ITEM_GIVEN)
		news.other = event_ent(w, f, "to");
	else
		news.verb = f->kind == FACT_ITEM_DROPPED ? " drops " : " picks up ";
	tell_all(w, &news, event_ent(w, f, "item"), NULL);
	return 0;
}

void heard_init(struct world *w)
{
	event_on(w, FACT_CHAT_SAID, on_words, NULL);
	event_on(w, FACT_CHAT_EMOTED, on_words, NULL);
	event_on(w, FACT_ROOM_ENTERED, on_passing, NULL);
	event_on(w, FACT_ROOM_LEFT, on_passing, NULL);
	event_on(w, FACT_PLAYER_ENTERED, on_passing, NULL);
	event_on(w, FACT_PLAYER_LEFT, on_passing, NULL);
	event_on(w, FACT_ITEM_GIVEN, on_thing, NULL);
	event_on(w, FACT_ITEM_DROPPED, on_thing, NULL);
	event_on(w, FACT_ITEM_PICKED_UP, on_thing, NULL);
}
