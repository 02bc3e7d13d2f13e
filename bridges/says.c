/*
 * says.c - what is said into the game: kept until the world has stored it, told again to a new world.
 *
 * A bridge that was long without a world brings much at once; it goes at the pace that the world takes of one bridge.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bridges/bridge_inner.h"
#include "bridges/clean.h"
#include "rt/log.h"
#include "rt/text.h"

enum {
	ID_BYTES = 64,
	KEY_BYTES = 160,
	NAME_COLUMNS = 32,
	SUBJECT_BYTES = 120,
	POST_BYTES = 2000,
	NO_ROOM_US = 50000
};

struct say {
	struct say *prev, *next;
	struct buf packed; /* WorldIn */
	char *key;	   /* source, \n, id */
	bool is_post, is_told;
	void (*taken)(void *ctx, const char *refused);
	void *ctx;
};

struct says {
	struct bridge *b;
	struct strmap by_key;
	struct say *first, *last;
	struct say *next; /* the first that was not told; NULL: all were */
	size_t n;
	size_t n_told; /* and not answered */
	uint64_t counter;
	struct flood pace;
	uint64_t again_us; /* the link had no room: not before */
};

struct says *says_new(struct bridge *b)
{
	struct says *t = base_alloc(1, sizeof(*t));

	*t = (struct says){ .b = b };
	strmap_init(&t->by_key, NULL);
	flood_init(&t->pace, CORE_SAY_RATE_US, CORE_SAY_BURST, core_now(b));
	return t;
}

static struct span key_span(const char *key)
{
	return (struct span){ key, strlen(key) };
}

static void drop(struct says *t, struct say *s)
{
	if (t->next == s)
		t->next = s->next;
	*(s->prev ? &s->prev->next : &t->first) = s->next;
	*(s->next ? &s->next->prev : &t->last) = s->prev;
	t->n--;
	t->n_told -= s->is_told;
	(void)strmap_del(&t->by_key, key_span(s->key));
	buf_done(&s->packed);
	free(s->key);
	free(s);
}

void says_free(struct says *t)
{
	while (t->first)
		drop(t, t->first);
	strmap_done(&t->by_key);
	free(t);
}

size_t says_waiting(const struct says *t)
{
	return t->n;
}

/* ---- telling ---- */

void says_fresh(struct says *t)
{
	for (struct say *s = t->first; s; s = s->next)
		s->is_told = false;
	t->n_told = 0;
	t->next = t->first;
}

/* A new world is told all again that is not answered, and knows only so many. */
static bool may_tell(const struct says *t)
{
	return t->next && t->b->world_up && t->n_told < CORE_SAY_TOLD;
}

uint64_t says_due(const struct says *t)
{
	const uint64_t now = core_now(t->b);

	if (!may_tell(t))
		return UINT64_MAX;
	return t->again_us > now ? t->again_us : now + flood_wait(&t->pace, now);
}

void says_tick(struct says *t)
{
	struct bridge *b = t->b;

	if (t->again_us > core_now(b))
		return;
	while (may_tell(t) && flood_wait(&t->pace, core_now(b)) == 0) {
		if (b->io.tell(b->io.ctx, buf_span(&t->next->packed))) {
			t->again_us = core_now(b) + NO_ROOM_US;
			return;
		}
		(void)flood_take(&t->pace, core_now(b));
		t->next->is_told = true;
		t->n_told++;
		t->next = t->next->next;
	}
}

/* One that is refused in silence has a reason that nobody is to be told. */
static char *reason_of(const Mudlark__BridgeTaken *m)
{
	if (!m->silent && !m->refused.len)
		return NULL;
	return base_dup((const char *)m->refused.data, m->silent ? 0 : m->refused.len);
}

void says_taken(struct says *t, const Mudlark__BridgeTaken *m)
{
	CLEANUP(base_freep) char *refused = reason_of(m);
	struct buf key = { 0 };
	struct say *s, was;

	buf_addf(&key, "%s\n%s", m->source, m->id);
	s = strmap_get(&t->by_key, buf_span(&key));
	buf_done(&key);
	if (!s)
		return;
	was = *s;
	drop(t, s);
	core_count(t->b, refused ? N_REFUSED : was.is_post ? N_POSTS : N_IN, 1);
	if (was.taken)
		was.taken(was.ctx, refused);
}

void says_forget(struct says *t, const void *ctx)
{
	for (struct say *s = t->first; s; s = s->next)
		if (s->ctx == ctx)
			s->taken = NULL;
}

/* ---- taking in ---- */

/* Without control characters; \n where lines are allowed. */
static bool is_clean(struct span s, bool lines)
{
	for (size_t i = 0; i < s.n; i++) {
		const unsigned char c = (unsigned char)s.p[i];

		if ((c < 0x20 && !(lines && c == '\n')) || c == 0x7f)
			return false;
	}
	return text_is_utf8(s);
}

static bool is_text(struct span s, size_t max, bool lines)
{
	return s.n > 0 && s.n <= max && is_clean(s, lines) && !clean_is_blank(s);
}

static bool is_key(const char *s, size_t max)
{
	return is_text(key_span(s), max, false);
}

/* Takes *packed on success. */
static int add(struct says *t, const char *source, const char *id, struct buf *packed,
	       const struct say *of)
{
	struct buf key = { 0 };
	struct say *s;

	buf_addf(&key, "%s\n%s", source, id);
	if (strmap_get(&t->by_key, buf_span(&key))) {
		buf_done(&key);
		return 2;
	}
	s = base_alloc(1, sizeof(*s));
	*s = *of;
	s->packed = *packed;
	*packed = (struct buf){ 0 };
	s->key = base_dup(buf_p(&key), key.n);
	buf_done(&key);
	(void)strmap_put(&t->by_key, key_span(s->key), s);
	s->prev = t->last;
	*(t->last ? &t->last->next : &t->first) = s;
	t->last = s;
	t->n++;
	if (!t->next)
		t->next = s;
	t->b->io.wake(t->b->io.ctx);
	return 0;
}

static int keep(struct says *t, const char *source, const char *id, const Mudlark__WorldIn *m,
		const struct say *of)
{
	const size_t n = mudlark__world_in__get_packed_size(m);
	struct buf packed = { 0 };
	int r;

	mudlark__world_in__pack(m, (uint8_t *)buf_reserve(&packed, n + 1));
	buf_commit(&packed, n);
	r = add(t, source, id, &packed, of);
	buf_done(&packed);
	return r;
}

static ProtobufCBinaryData bytes(struct span s)
{
	return (ProtobufCBinaryData){ s.n, (uint8_t *)(uintptr_t)s.p };
}

static char *text(const char *s)
{
	return (char *)(uintptr_t)(s ? s : "");
}

static bool is_full(struct bridge *b)
{
	if (b->says->n < BRIDGE_SAYS_MAX && !b->stopping)
		return false;
	core_count(b, N_FULL, 1);
	return true;
}

static const char *id_of(struct bridge *b, const char *id, char made[ID_BYTES + 1])
{
	if (id)
		return id;
	snprintf(made, ID_BYTES + 1, "%016llx-%llu", (unsigned long long)b->instance,
		 (unsigned long long)++b->says->counter);
	return made;
}

int bridge_say(struct bridge *b, const struct bridge_words *w)
{
	char made[ID_BYTES + 1];
	Mudlark__WorldIn m = MUDLARK__WORLD_IN__INIT;
	Mudlark__BridgeSay s = MUDLARK__BRIDGE_SAY__INIT;
	const struct say of = { .taken = w->taken, .ctx = w->ctx };

	if (!is_text(w->text, BRIDGE_TEXT_BYTES, false) || !is_key(w->source, KEY_BYTES) ||
	    (w->id && !is_key(w->id, ID_BYTES)) ||
	    (w->identity && *w->identity && !is_key(w->identity, KEY_BYTES)) ||
	    (!w->notice && !is_text(w->name, BRIDGE_TEXT_BYTES, false)) ||
	    !is_clean(w->name, false) || text_columns(w->name) > NAME_COLUMNS)
		return -EINVAL;
	if (is_full(b))
		return 1;
	s.source = text(w->source);
	s.id = text(id_of(b, w->id, made));
	s.channel = text(w->channel);
	s.name = bytes(w->name);
	s.identity = text(w->identity);
	s.text = bytes(w->text);
	s.emote = w->emote;
	s.place = text(w->place);
	s.linked_only = w->linked_only;
	s.notice = w->notice;
	m.body_case = MUDLARK__WORLD_IN__BODY_BRIDGE_SAY;
	m.bridge_say = &s;
	return keep(b->says, s.source, s.id, &m, &of);
}

int bridge_post(struct bridge *b, const struct bridge_article *a)
{
	char made[ID_BYTES + 1];
	Mudlark__WorldIn m = MUDLARK__WORLD_IN__INIT;
	Mudlark__BridgePost p = MUDLARK__BRIDGE_POST__INIT;
	const struct say of = { .taken = a->taken, .ctx = a->ctx, .is_post = true };

	if (!is_text(a->subject, SUBJECT_BYTES, false) || !is_key(a->source, KEY_BYTES) ||
	    (a->id && !is_key(a->id, ID_BYTES)) || a->text.n > POST_BYTES ||
	    !is_clean(a->text, true) || !is_clean(a->author, false) ||
	    (a->link && !is_clean(key_span(a->link), false)))
		return -EINVAL;
	if (is_full(b))
		return 1;
	p.source = text(a->source);
	p.id = text(id_of(b, a->id, made));
	p.board = text(a->board);
	p.subject = bytes(a->subject);
	p.text = bytes(a->text);
	p.author = bytes(a->author);
	p.link = text(a->link);
	p.wall_ms = a->wall_ms;
	m.body_case = MUDLARK__WORLD_IN__BODY_BRIDGE_POST;
	m.bridge_post = &p;
	return keep(b->says, p.source, p.id, &m, &of);
}
