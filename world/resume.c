/*
 * resume.c - see resume.h.  Entries of the ring lie one behind the other in one buffer; each knows the
 * size of the one before it, so that the ring is read backwards.
 */
#include "world/resume.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rt/log.h"
#include "rt/route.h"
#include "world/commit.h"
#include "world/core/event.h"
#include "world/core/place.h"
#include "world/core/players.h"
#include "world/data.h"
#include "world/outbox.h"
#include "world/sessions.h"
#include "world/turn.h"

enum { HASH_BYTES = 32 };

enum said_kind {
	SAID_NOTHING, /* records that concern nobody who resumes, as far as the next entry */
	SAID_ONE,     /* to the session `key` */
	SAID_MANY,    /* to a list of sessions */
	SAID_GROUP,   /* to the group `key` on that gateway */
	SAID_PLACE,   /* the session `key` has another group or gateway from here on */
	SAID_RESUMED, /* the session `key` begins; what it missed follows */
};

struct said {
	uint64_t oseq, gateway, key;
	uint64_t total;	 /* bytes noted until here, this one included */
	uint32_t n;	 /* bytes of the record, which follow */
	uint32_t before; /* of the whole entry before this one */
	uint32_t kind;
};

struct resumes {
	struct map64 by_token; /* key_of() of the hash -> session */
	size_t n;	       /* sessions with a token */
	bool on;	       /* everything since `floor` was noted */
	struct buf ring;
	uint64_t total, floor;
	uint64_t stored; /* the floor that the store knows */
	bool is_stored;
	struct said last; /* the newest entry */
};

struct resumes *resumes_new(void)
{
	return base_alloc(1, sizeof(struct resumes));
}

void resumes_free(struct world *w)
{
	if (!w->resumes)
		return;
	map64_done(&w->resumes->by_token);
	buf_done(&w->resumes->ring);
	free(w->resumes);
	w->resumes = NULL;
}

/* Tokens */

static uint64_t key_of(const uint8_t *hash)
{
	uint64_t key;

	memcpy(&key, hash, sizeof(key));
	return key | 1;
}

/* Takes the same time wherever they differ. */
static bool is_same(const uint8_t *a, const uint8_t *b)
{
	unsigned differ = 0;

	for (size_t i = 0; i < HASH_BYTES; i++)
		differ |= a[i] ^ b[i];
	return differ == 0;
}

bool resume_can(const struct session *s)
{
	return s->grace_s > 0;
}

static void forget_token(struct resumes *r, struct session *s)
{
	if (!resume_can(s))
		return;
	if (map64_get(&r->by_token, key_of(s->token)) == s)
		map64_del(&r->by_token, key_of(s->token));
	s->grace_s = 0;
	r->n--;
}

void resume_token(struct world *w, struct session *s, const Mudlark__SessionToken *t)
{
	struct resumes *r = w->resumes;

	forget_token(r, s);
	if (!t || t->hash.len != HASH_BYTES || !t->grace_s)
		return;
	memcpy(s->token, t->hash.data, HASH_BYTES);
	s->grace_s = t->grace_s;
	map64_put(&r->by_token, key_of(s->token), s);
	r->n++;
	if (r->on)
		return;
	r->on = true;
	r->is_stored = false;
	r->floor = outbox_oseq(w);
}

/* The session in play, or parked, that this token is for. */
static struct session *find(const struct world *w, ProtobufCBinaryData hash)
{
	struct session *s;

	if (hash.len != HASH_BYTES)
		return NULL;
	s = map64_get(&w->resumes->by_token, key_of(hash.data));
	return s && is_same(s->token, hash.data) && s->state != SESSION_LOGIN ? s : NULL;
}

/* The ring */

unsigned resume_kind(const Mudlark__GatewayIn *m, uint64_t *ret_key)
{
	switch (m->body_case) {
	case MUDLARK__GATEWAY_IN__BODY_OUTPUT:
		*ret_key = m->output->group;
		if (m->output->group)
			return m->output->n_sessions ? SAID_MANY : SAID_GROUP;
		*ret_key = m->output->n_sessions ? m->output->sessions[0] : 0;
		return m->output->n_sessions == 1 ? SAID_ONE : SAID_MANY;
	case MUDLARK__GATEWAY_IN__BODY_DATA:
		/* All other data is said anew to whoever comes. */
		if (strncmp(m->data->package, "Comm.", 5) != 0 || !m->data->n_sessions)
			return SAID_NOTHING;
		*ret_key = m->data->sessions[0];
		return m->data->n_sessions == 1 ? SAID_ONE : SAID_MANY;
	case MUDLARK__GATEWAY_IN__BODY_PLACE:
		*ret_key = m->place->session;
		return SAID_PLACE;
	case MUDLARK__GATEWAY_IN__BODY_RESUMED:
		*ret_key = m->resumed->session;
		return m->resumed->ok ? SAID_RESUMED : SAID_NOTHING;
	default:
		return SAID_NOTHING;
	}
}

/* To one session that nobody can resume? */
static bool is_idle_talk(const struct world *w, const struct resume_record *m)
{
	const struct session *s;

	if (m->kind != SAID_ONE && m->kind != SAID_PLACE)
		return m->kind == SAID_NOTHING;
	s = session_get(w, m->key);
	return !s || !resume_can(s);
}

static struct said said_at(const struct resumes *r, size_t at)
{
	struct said s;

	memcpy(&s, r->ring.p + r->ring.off + at, sizeof(s));
	return s;
}

static void evict(struct resumes *r, uint64_t keep)
{
	while (r->ring.n) {
		const struct said s = said_at(r, 0);

		if (r->total - s.total <= keep)
			return;
		r->floor = s.oseq;
		buf_drain(&r->ring, sizeof(s) + s.n);
	}
}

void resume_note(struct world *w, const struct resume_record *m)
{
	struct resumes *r = w->resumes;
	struct said s = { .oseq = m->oseq, .gateway = m->gateway, .key = m->key };

	if (!r->n) {
		r->on = false;
		buf_clear(&r->ring);
		return;
	}
	r->total += sizeof(s) + m->bytes.n;
	s.total = r->total;
	if (!is_idle_talk(w, m)) {
		s.kind = m->kind;
		s.n = (uint32_t)m->bytes.n;
	} else if (r->ring.n && r->last.kind == SAID_NOTHING &&
		   r->total - r->last.total < w->conf.resume_bytes / 16) {
		return; /* goes when that one goes */
	}
	s.before = r->ring.n ? (uint32_t)sizeof(s) + r->last.n : 0;
	buf_add(&r->ring, &s, sizeof(s));
	buf_add(&r->ring, m->bytes.p, s.n);
	r->last = s;
	evict(r, w->conf.resume_bytes);
}

uint64_t resume_limit(const struct world *w)
{
	const struct resumes *r = w->resumes;

	if (!r->n)
		return UINT64_MAX;
	return r->is_stored ? r->stored : r->floor;
}

/* A text of instances and how far they have read, by turns: a number of JSON has 63 bits. */
#define FLOOR_BEGINS "{\"floor\":"
#define READ_BEGINS ",\"read\":\""

void resume_settle(struct world *w, bool moved)
{
	struct resumes *r = w->resumes;
	struct buf body = { 0 };
	char key[32];

	if (!r->n || (r->is_stored && !outbox_read_due(w) && (!moved || r->stored == r->floor)))
		return;
	snprintf(key, sizeof(key), "world-%u", w->number);
	buf_addf(&body, FLOOR_BEGINS "%llu" READ_BEGINS, (unsigned long long)r->floor);
	outbox_read_save(w, &body);
	buf_adds(&body, "\"}");
	world_document(w, "resume", key, buf_span(&body));
	buf_done(&body);
	r->stored = r->floor;
	r->is_stored = true;
}

void resume_floor_load(struct world *w, struct span body)
{
	struct resumes *r = w->resumes;
	const size_t begins = sizeof(FLOOR_BEGINS) - 1;
	CLEANUP(base_freep) char *text = base_dup(body.p, body.n);
	char *end;

	if (!r->on || body.n <= begins || memcmp(body.p, FLOOR_BEGINS, begins) != 0)
		return;
	r->floor = r->stored = strtoull(text + begins, &end, 10);
	r->is_stored = true;
	if (!strncmp(end, READ_BEGINS, sizeof(READ_BEGINS) - 1))
		outbox_read_load(w, end + sizeof(READ_BEGINS) - 1);
}

static const Mudlark__GatewayIn *unpack(struct arena *a, struct span bytes)
{
	return (const void *)route_unpack(&mudlark__gateway_in__descriptor, bytes, a);
}

static void load_record(struct world *w, uint64_t gateway, uint64_t oseq, struct span bytes)
{
	struct resume_record r = { .gateway = gateway, .oseq = oseq, .bytes = bytes };
	const Mudlark__GatewayIn *m;
	struct arena a;

	arena_init(&a, 0);
	m = unpack(&a, bytes);
	if (m)
		r.kind = resume_kind(m, &r.key);
	/* What is at or below the floor is not complete. */
	if (m && oseq > w->resumes->floor)
		resume_note(w, &r);
	arena_done(&a);
}

void resume_load(struct world *w)
{
	if (w->resumes->n)
		outbox_each_stored(w, load_record);
}

/* What a client has not seen */

struct missed {
	size_t *at; /* entries of the ring, newest first */
	size_t n, cap, bytes;
	bool gap;
	bool taken_up; /* that it was taken up was missed, too */
};

/* Which session, where it stood at the moment that is looked at. */
struct trail {
	uint64_t session, group, gateway;
	uint64_t since;
	bool to_loss;	/* ends where its connection was lost; else at `since` */
	uint64_t again; /* what was said to it from here on followed once more */
};

static bool is_in(const uint64_t *ids, size_t n, uint64_t id)
{
	for (size_t i = 0; i < n; i++)
		if (ids[i] == id)
			return true;
	return false;
}

/* A list of sessions, or a group without some. */
static bool is_meant(const Mudlark__GatewayIn *m, const struct said *s, const struct trail *t)
{
	const Mudlark__Output *o = m->output;

	if (m->body_case == MUDLARK__GATEWAY_IN__BODY_DATA)
		return is_in(m->data->sessions, m->data->n_sessions, t->session);
	if (is_in(o->sessions, o->n_sessions, t->session))
		return true;
	return o->group && o->group == t->group && s->gateway == t->gateway &&
	       !is_in(o->except, o->n_except, t->session);
}

static void add_missed(struct missed *m, size_t at, size_t bytes)
{
	if (m->n == m->cap) {
		m->cap = m->cap ? m->cap * 2 : 64;
		m->at = base_realloc(m->at, m->cap, sizeof(*m->at));
	}
	m->at[m->n++] = at;
	m->bytes += bytes;
}

/* False: what is missed of the time before this follows it. */
static bool step_to_place(const Mudlark__Place *p, struct trail *t, struct missed *ret)
{
	t->group = p->from;
	t->gateway = p->from_gateway ? p->from_gateway : t->gateway;
	if (!p->from && !p->from_gateway)
		ret->gap = false; /* the session begins */
	if (!p->again)
		return true;
	t->again = p->again;
	if (t->since < p->again - 1)
		return true;
	ret->gap = false;
	return false;
}

/* One step back in time. False: there is nothing of the session before this. */
static bool step_back(const struct resumes *r, size_t at, struct trail *t, struct missed *ret)
{
	const struct said s = said_at(r, at);
	const Mudlark__GatewayIn *m;
	struct arena a;
	bool more = true;

	if (s.kind == SAID_NOTHING ||
	    (s.kind != SAID_MANY && s.kind != SAID_GROUP && s.key != t->session) ||
	    (s.kind == SAID_GROUP && (s.key != t->group || s.gateway != t->gateway)))
		return true;
	arena_init(&a, 0);
	m = unpack(&a, (struct span){ buf_p(&r->ring) + at + sizeof(s), s.n });
	if (m && s.kind == SAID_PLACE) {
		more = step_to_place(m->place, t, ret);
	} else if (m && s.kind == SAID_RESUMED) {
		ret->gap = m->resumed->gap;
		ret->taken_up = true;
		more = false;
	} else if (m && s.oseq < t->again && is_meant(m, &s, t)) {
		add_missed(ret, at, s.n);
	}
	arena_done(&a);
	return more;
}

/* Everything said to the session behind `since`. */
static void find_missed(const struct world *w, const struct session *s, uint64_t since,
			bool to_loss, struct missed *ret)
{
	const struct resumes *r = w->resumes;
	struct trail t = { .session = s->id,
			   .group = ent_id(w, s->group),
			   .gateway = outbox_instance(w, s->gateway),
			   .since = since,
			   .to_loss = to_loss,
			   .again = UINT64_MAX };
	size_t at = r->ring.n, size = sizeof(struct said) + r->last.n;

	*ret = (struct missed){ .gap = since < r->floor };
	while (at > 0) {
		at -= size;
		if (to_loss ? t.gateway != OUTBOX_PARKED : said_at(r, at).oseq <= since)
			return;
		if (!step_back(r, at, &t, ret))
			return;
		if (ret->bytes > RESUME_REPLAY) {
			ret->gap = true;
			return;
		}
		size = said_at(r, at).before;
	}
}

static void say_again(struct world *w, struct session *s, const Mudlark__GatewayIn *m)
{
	Mudlark__GatewayIn in = MUDLARK__GATEWAY_IN__INIT;
	Mudlark__Output o = MUDLARK__OUTPUT__INIT;
	Mudlark__Data d = MUDLARK__DATA__INIT;

	if (m->body_case == MUDLARK__GATEWAY_IN__BODY_OUTPUT) {
		o.sessions = &s->id;
		o.n_sessions = 1;
		o.text = m->output->text;
		o.class_ = m->output->class_;
		if (o.text.len)
			outbox_text(w, s->gateway, &o);
	} else if (sessions_support(s, m->data->package)) {
		d = *m->data;
		d.sessions = &s->id;
		d.n_sessions = 1;
		in.body_case = MUDLARK__GATEWAY_IN__BODY_DATA;
		in.data = &d;
		outbox_add(w, s->gateway, &in);
	}
}

static void say_missed(struct world *w, struct session *s, struct missed *m)
{
	const struct resumes *r = w->resumes;

	world_effect(w);
	for (size_t i = m->n; i-- > 0;) {
		const struct said said = said_at(r, m->at[i]);
		struct arena a;

		arena_init(&a, 0);
		say_again(w, s,
			  unpack(&a, (struct span){ buf_p(&r->ring) + m->at[i] + sizeof(said),
						    said.n }));
		arena_done(&a);
	}
	free(m->at);
}

/* Taking up again */

static void tell_resumed(struct world *w, const struct session *s, const char *why, bool gap)
{
	Mudlark__GatewayIn in = MUDLARK__GATEWAY_IN__INIT;
	Mudlark__Resumed m = MUDLARK__RESUMED__INIT;

	m.session = s->id;
	m.ok = !why;
	m.why = why ? (char *)(uintptr_t)why : m.why;
	m.tag = why ? 0 : s->tag;
	m.gap = gap;
	in.body_case = MUDLARK__GATEWAY_IN__BODY_RESUMED;
	in.resumed = &m;
	outbox_add(w, s->gateway, &in);
}

static void refuse(struct world *w, const struct session *heir)
{
	tell_resumed(w, heir,
		     "That connection cannot be taken up again; please come in by your name.",
		     false);
}

/* Everything the character's connection was moves to the heir, which is the own session. */
static void succeed(struct world *w, struct session *s, struct session *heir)
{
	login_free(w, heir);
	session_forget_ask(heir);
	heir->waiting = false;
	heir->answer = s->answer;
	heir->ask = s->ask;
	heir->ask_hidden = s->ask_hidden;
	memcpy(heir->keeps, s->keeps, sizeof(heir->keeps));
	memset(s->keeps, 0, sizeof(s->keeps));
	heir->state = SESSION_PLAYING;
	heir->actor = s->actor;
	heir->account = s->account;
	heir->tag = s->tag;
	if (s->state != SESSION_PARKED)
		session_send_moved(w, s, (struct span){ 0 });
	commit_session_ended(w, s->id, outbox_instance(w, s->gateway));
	session_take_group(w, heir, s->group); /* it does not begin there */
	session_free(w, s);
	players_link(w, heir->actor, heir->id);
	commit_session(w, heir);
}

static void take_up(struct world *w, struct session *s, struct session *heir,
		    const struct heir *will)
{
	const bool was_parked = s->state == SESSION_PARKED;
	Mudlark__SessionToken next = MUDLARK__SESSION_TOKEN__INIT;
	struct missed missed;

	find_missed(w, s, will->at, !will->at, &missed);
	log_info("session_resumed", LOG_ID("session", heir->id), LOG_ID("of", s->id),
		 LOG_U64("records", missed.n), LOG_INT("gap", missed.gap));
	next.hash = (ProtobufCBinaryData){ HASH_BYTES, (uint8_t *)(uintptr_t)will->next };
	next.grace_s = will->grace_s;
	resume_token(w, heir, &next);
	succeed(w, s, heir);
	session_tell_state(w, heir, true);
	tell_resumed(w, heir, NULL, missed.gap);
	session_set_group(w, heir, place_room(w, heir->actor));
	say_missed(w, heir, &missed);
	if (was_parked)
		enter_restored(w, heir->actor);
	data_all(w, heir);
}

void resume_ask(struct world *w, struct session *heir, const Mudlark__SessionResume *m)
{
	struct session *s = find(w, m->hash);
	struct heir will = { .session = heir->id, .at = m->at };

	if (!s || !m->next || m->next->hash.len != HASH_BYTES ||
	    is_same(m->next->hash.data, m->hash.data)) {
		refuse(w, heir);
		return;
	}
	memcpy(will.next, m->next->hash.data, HASH_BYTES);
	will.grace_s = m->next->grace_s;
	if (s->running) {
		resume_disappoint(w, s);
		s->heir = will;
	} else {
		take_up(w, s, heir, &will);
	}
}

void resume_asked_again(struct world *w, struct session *s, const Mudlark__SessionResume *m)
{
	if (resume_can(s) && m->next && m->next->hash.len == HASH_BYTES &&
	    is_same(s->token, m->next->hash.data))
		tell_resumed(w, s, NULL, true); /* else resume_unpark() had found it */
}

void resume_inherit(struct world *w, struct session *s)
{
	const struct heir will = s->heir;
	struct session *heir = turn_own(w);

	s->heir.session = 0;
	if (heir && heir->state == SESSION_LOGIN)
		take_up(w, s, heir, &will);
}

void resume_disappoint(struct world *w, struct session *s)
{
	const struct session *heir = session_get(w, s->heir.session);

	s->heir.session = 0;
	if (heir && heir->state == SESSION_LOGIN)
		refuse(w, heir);
}

static void tell_gap(struct world *w, struct session *s)
{
	static const char text[] = "{system}Some of what happened meanwhile is not remembered.{/}";
	Mudlark__Output o = MUDLARK__OUTPUT__INIT;

	o.sessions = &s->id;
	o.n_sessions = 1;
	o.text = (ProtobufCBinaryData){ sizeof(text) - 1, (uint8_t *)(uintptr_t)text };
	outbox_text(w, s->gateway, &o);
}

void resume_unpark(struct world *w, struct session *s, uint32_t gateway, uint64_t at)
{
	struct missed missed;

	find_missed(w, s, at, false, &missed);
	session_move(w, s, gateway, at + 1);
	s->state = SESSION_PLAYING;
	commit_session(w, s);
	if (missed.taken_up)
		tell_resumed(w, s, NULL, missed.gap);
	else if (missed.gap)
		tell_gap(w, s);
	say_missed(w, s, &missed);
	enter_restored(w, s->actor);
}
