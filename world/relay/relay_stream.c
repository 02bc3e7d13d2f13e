/*
 * relay_stream.c - streams: which facts each one is told, and how far it has come.
 *
 * A stream moves on by itself over what is not for it, and over what is as far as its credit goes.  It holds
 * nothing but a number; what is to be told is read from the ring of facts when there is credit.
 */
#include "world/relay/relay_inner.h"

#include <stdlib.h>
#include <string.h>

#include "rt/log.h"
#include "rt/text.h"
#include "world/core/event.h"

static void free_names(struct relay_names *names)
{
	for (size_t i = 0; i < names->n; i++)
		free(names->v[i]);
	free(names->v);
}

static void free_stream(struct relay_stream *s)
{
	free_names(&s->channels);
	free_names(&s->boards);
	free(s->key);
	free(s);
}

void relay_streams_close(struct relay_bridge *b)
{
	while (b->n_streams)
		free_stream(b->streams[--b->n_streams]);
	free(b->streams);
	b->streams = NULL;
}

static void close_at(struct relay_bridge *b, size_t i)
{
	free_stream(b->streams[i]);
	b->n_streams--;
	memmove(&b->streams[i], &b->streams[i + 1],
		(b->n_streams - i) * sizeof(struct relay_stream *));
}

/* n_streams: none has this number. */
static size_t place_of(const struct relay_bridge *b, uint32_t number)
{
	size_t i = 0;

	while (i < b->n_streams && b->streams[i]->number != number)
		i++;
	return i;
}

/* ---- what is for it ---- */

static bool lists(const struct relay_names *names, const char *name)
{
	for (size_t i = 0; i < names->n; i++)
		if (text_eq_fold(relay_span(names->v[i]), relay_span(name)))
			return true;
	return !names->n;
}

static bool is_for(const struct world *w, const struct relay_bridge *b,
		   const struct relay_stream *s, const struct relay_fact *f)
{
	const bool said = f->kind == FACT_CHANNEL_SAID;

	if (!(s->kinds >> f->kind & 1) || f->hidden || (f->origin && !strcmp(f->origin, s->key)))
		return false;
	if (*f->place && !lists(said ? &s->channels : &s->boards, f->place))
		return false;
	return !relay_is_muted(w, relay_span(b->name), said ? relay_span(f->place) : SPAN(""));
}

size_t relay_stream_behind(const struct world *w, const struct relay_bridge *b,
			   const struct relay_stream *s)
{
	const struct relay_fact *f;
	size_t n = 0;

	for (uint64_t at = s->at; (f = relay_facts_next(w, at)); at = f->seq)
		n += is_for(w, b, s, f);
	return n;
}

/* ---- telling ---- */

static void tell(struct world *w, const struct relay_bridge *b, struct relay_stream *s,
		 const struct fact *f)
{
	Mudlark__BridgeIn in = MUDLARK__BRIDGE_IN__INIT;
	Mudlark__BridgeFact m = MUDLARK__BRIDGE_FACT__INIT;

	m.stream = s->number;
	m.seq = f->seq;
	m.wall_ms = f->wall_ms;
	m.kind = (char *)(uintptr_t)event_name(f->kind);
	m.body = (ProtobufCBinaryData){ f->body.n, (uint8_t *)(uintptr_t)f->body.p };
	in.body_case = MUDLARK__BRIDGE_IN__BODY_FACT;
	in.fact = &m;
	relay_send(w, b, &in);
	s->credit--;
	s->told = f->seq;
	w->stats.facts_relayed++;
}

static void tell_behind(struct world *w, const struct relay_bridge *b, const struct relay_stream *s)
{
	Mudlark__BridgeIn in = MUDLARK__BRIDGE_IN__INIT;
	Mudlark__BridgeBehind m = MUDLARK__BRIDGE_BEHIND__INIT;

	m.stream = s->number;
	in.body_case = MUDLARK__BRIDGE_IN__BODY_BEHIND;
	in.behind = &m;
	log_info("bridge_behind", LOG_STR("bridge", b->name), LOG_TEXT("key", relay_span(s->key)));
	relay_send(w, b, &in);
}

/* False: it is behind what is known. */
static bool pump(struct world *w, struct relay_bridge *b, struct relay_stream *s)
{
	const struct relay_fact *f;

	if (s->at < w->relay->floor)
		return false;
	for (; (f = relay_facts_next(w, s->at)); s->at = f->seq) {
		const struct fact *whole;

		if (!relay_may_look(w, b)) {
			b->unfinished = true;
			return true;
		}
		if (!is_for(w, b, s, f))
			continue;
		whole = event_get(w, f->seq);
		if (!whole)
			return false;
		if (!s->credit)
			return true;
		tell(w, b, s, whole);
	}
	if (s->at < w->relay->durable)
		s->at = w->relay->durable;
	return true;
}

static void pump_or_close(struct world *w, struct relay_bridge *b, size_t i)
{
	if (pump(w, b, b->streams[i]))
		return;
	tell_behind(w, b, b->streams[i]);
	close_at(b, i);
}

void relay_streams_pump(struct world *w, struct relay_bridge *b)
{
	b->unfinished = false;
	for (size_t i = b->n_streams; i-- > 0;)
		pump_or_close(w, b, i);
}

static void tell_passed(struct world *w, const struct relay_bridge *b, struct relay_stream *s)
{
	Mudlark__BridgeIn in = MUDLARK__BRIDGE_IN__INIT;
	Mudlark__BridgePassed m = MUDLARK__BRIDGE_PASSED__INIT;

	if (s->at <= s->told)
		return;
	m.stream = s->number;
	m.seq = s->told = s->at;
	in.body_case = MUDLARK__BRIDGE_IN__BODY_PASSED;
	in.passed = &m;
	relay_send(w, b, &in);
}

void relay_streams_passed(struct world *w, struct relay_bridge *b)
{
	relay_streams_pump(w, b);
	for (size_t i = 0; i < b->n_streams; i++)
		tell_passed(w, b, b->streams[i]);
}

/* ---- open, more, close ---- */

static void tell_opened(struct world *w, const struct relay_bridge *b, const struct relay_stream *s)
{
	Mudlark__BridgeIn in = MUDLARK__BRIDGE_IN__INIT;
	Mudlark__BridgeOpened m = MUDLARK__BRIDGE_OPENED__INIT;
	char *channels[RELAY_MUTES];

	m.muted_channels = channels;
	m.n_muted_channels = relay_muted_channels(w, relay_span(b->name), channels);
	m.stream = s->number;
	m.from = s->at;
	m.muted = relay_is_muted(w, relay_span(b->name), SPAN(""));
	in.body_case = MUDLARK__BRIDGE_IN__BODY_OPENED;
	in.opened = &m;
	relay_send(w, b, &in);
}

void relay_streams_muted(struct world *w, struct relay_bridge *b)
{
	do {
		b->looks = 0; /* not even a part of it shall be told by the new rules */
		relay_streams_passed(w, b);
	} while (b->unfinished);
	for (size_t i = 0; i < b->n_streams; i++)
		tell_opened(w, b, b->streams[i]);
}

static uint64_t kinds_of(char *const *names, size_t n)
{
	uint64_t kinds = 0;

	for (enum fact_kind kind = 0; kind < FACT_KIND_COUNT; kind++)
		for (size_t i = 0; relay_is_outward(kind) && i < n; i++)
			if (!strcmp(names[i], event_name(kind)))
				kinds |= (uint64_t)1 << kind;
	return kinds;
}

static struct relay_names copy(char *const *v, size_t n)
{
	struct relay_names names = { 0 };

	names.v = base_alloc(n + 1, sizeof(*names.v));
	for (; names.n < n; names.n++)
		names.v[names.n] = base_dup(v[names.n], strlen(v[names.n]));
	return names;
}

static uint32_t credit(uint32_t have, uint32_t more)
{
	return more > RELAY_CREDIT - have ? RELAY_CREDIT : have + more;
}

/* What the ring has is told from there; what it has not, the bridge reads from the store. */
static uint64_t begin_at(const struct relay *r, uint64_t after)
{
	return after >= r->floor && after && after < r->durable ? after : r->durable;
}

static bool may_be(const struct relay_bridge *b, const Mudlark__BridgeOpen *m)
{
	return b->n_streams < RELAY_STREAMS &&
	       relay_is_plain(relay_span(m->key), RELAY_KEY_BYTES) &&
	       m->n_channels <= RELAY_FILTER && m->n_boards <= RELAY_FILTER;
}

void relay_open(struct world *w, uint64_t peer, const Mudlark__BridgeOpen *m)
{
	struct relay_bridge *b = relay_from(w, peer, RELAY_WORK_OPEN);
	struct relay_stream *s;
	size_t i;

	if (!b)
		return;
	i = place_of(b, m->stream);
	if (i < b->n_streams)
		close_at(b, i);
	if (!may_be(b, m)) {
		if (b->n_streams < RELAY_STREAMS || !b->malformed)
			relay_malformed(w, b, "a stream that cannot be");
		return;
	}
	s = base_alloc(1, sizeof(*s));
	s->number = m->stream;
	s->key = base_dup(m->key, strlen(m->key));
	s->kinds = kinds_of(m->kinds, m->n_kinds);
	s->channels = copy(m->channels, m->n_channels);
	s->boards = copy(m->boards, m->n_boards);
	s->credit = credit(0, m->more);
	s->at = s->told = begin_at(w->relay, m->after);
	b->streams = base_realloc(b->streams, b->n_streams + 1, sizeof(struct relay_stream *));
	b->streams[b->n_streams++] = s;
	tell_opened(w, b, s);
	relay_tell_unknown(w, b, s);
	pump_or_close(w, b, b->n_streams - 1);
}

void relay_more(struct world *w, uint64_t peer, const Mudlark__BridgeMore *m)
{
	struct relay_bridge *b = relay_from(w, peer, 1);
	const size_t i = b ? place_of(b, m->stream) : 0;

	if (!b || i == b->n_streams)
		return;
	b->streams[i]->credit = credit(b->streams[i]->credit, m->n);
	pump_or_close(w, b, i);
}

void relay_close(struct world *w, uint64_t peer, const Mudlark__BridgeClose *m)
{
	struct relay_bridge *b = relay_from(w, peer, 1);
	const size_t i = b ? place_of(b, m->stream) : 0;

	if (b && i < b->n_streams)
		close_at(b, i);
}
