/*
 * outbox.c - see outbox.h.
 *
 * Records of the turn lie packed in one buffer with room in front of each, so that the oseq, known
 * only when the unit is over, is put there without packing again (fields of a message may come in any
 * order).  What cannot go at once is copied to `held`, one queue for all gateways in order.
 */
#include "world/outbox.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "rt/log.h"
#include "world/commit.h"
#include "world/turn.h"

enum { HEADROOM = 11, TAG_OSEQ = 1 << 3, EPOCH_SHIFT = 40, NOTICE_MAX = 512 };

/* One batch's durable records for a gateway, each with a varint length in front. */
struct row {
	struct row *next;
	uint64_t batch, oseq; /* of the last record */
	size_t n;
	char bytes[];
};

struct gateway {
	uint64_t instance;
	uint64_t trimmed;
	struct row *first, *last;
	size_t n_sessions;
	size_t at; /* collecting: where its bytes go */
	bool linked, gone, trim_due;
};

struct rec {
	uint32_t gateway;
	uint32_t off, len; /* of the record in `bytes`, oseq included when it has one */
	uint64_t oseq;
	bool durable;
	bool free; /* of the login dialogue, which knows nothing of the world: never waits */
};

struct held {
	uint64_t batch, gateway, oseq;
	uint32_t len;
};

struct outbox {
	struct gateway *gateways;
	uint32_t n_gateways;
	uint64_t oseq;	  /* the last one, of any gateway */
	struct buf bytes; /* of this turn */
	struct rec *recs;
	size_t n_recs, cap_recs, n_sealed;
	size_t durable_bytes, n_durable;
	struct buf held; /* struct held and its bytes, again and again */
	uint64_t *gone;	 /* instances whose rows are to be trimmed */
	size_t n_gone, cap_gone;
};

struct outbox *outbox_new(void)
{
	return base_alloc(1, sizeof(struct outbox));
}

static void drop_rows(struct gateway *g, uint64_t upto)
{
	while (g->first && g->first->oseq <= upto) {
		struct row *r = g->first;

		g->first = r->next;
		free(r);
	}
	if (!g->first)
		g->last = NULL;
}

void outbox_free(struct world *w)
{
	struct outbox *o = w->outbox;

	if (!o)
		return;
	for (uint32_t i = 0; i < o->n_gateways; i++)
		drop_rows(&o->gateways[i], UINT64_MAX);
	free(o->gateways);
	free(o->recs);
	free(o->gone);
	buf_done(&o->bytes);
	buf_done(&o->held);
	free(o);
	w->outbox = NULL;
}

static struct gateway *find(const struct world *w, uint64_t instance)
{
	for (uint32_t i = 0; i < w->outbox->n_gateways; i++)
		if (w->outbox->gateways[i].instance == instance && !w->outbox->gateways[i].gone)
			return &w->outbox->gateways[i];
	return NULL;
}

/* One that is gone and has no session left. Records of this turn point at indices: not while there
 * are any. */
static struct gateway *find_free(const struct world *w)
{
	for (uint32_t i = 0; !w->outbox->n_recs && i < w->outbox->n_gateways; i++)
		if (w->outbox->gateways[i].gone && !w->outbox->gateways[i].n_sessions)
			return &w->outbox->gateways[i];
	return NULL;
}

uint32_t outbox_gateway(struct world *w, uint64_t instance)
{
	struct outbox *o = w->outbox;
	struct gateway *g = find(w, instance);

	if (g)
		return (uint32_t)(g - o->gateways);
	g = find_free(w);
	if (!g) {
		if (o->n_gateways == OUTBOX_GATEWAYS)
			return UINT32_MAX;
		o->gateways = base_realloc(o->gateways, o->n_gateways + 1, sizeof(*g));
		g = &o->gateways[o->n_gateways++];
	}
	*g = (struct gateway){ .instance = instance };
	return (uint32_t)(g - o->gateways);
}

bool outbox_is_gone(const struct world *w, uint32_t gateway)
{
	return w->outbox->gateways[gateway].gone;
}

bool outbox_any_gone(const struct world *w)
{
	for (uint32_t i = 0; i < w->outbox->n_gateways; i++)
		if (w->outbox->gateways[i].gone && w->outbox->gateways[i].n_sessions)
			return true;
	return false;
}

uint64_t outbox_instance(const struct world *w, uint32_t gateway)
{
	return w->outbox->gateways[gateway].instance;
}

uint32_t outbox_n_gateways(const struct world *w)
{
	return w->outbox->n_gateways;
}

void outbox_count_session(struct world *w, uint32_t gateway, int change)
{
	w->outbox->gateways[gateway].n_sessions += (size_t)change;
}

size_t outbox_sessions(const struct world *w, uint32_t gateway)
{
	return w->outbox->gateways[gateway].n_sessions;
}

static size_t varint(char *p, uint64_t v)
{
	size_t n = 0;

	for (; v >= 0x80; v >>= 7)
		p[n++] = (char)(v | 0x80);
	p[n++] = (char)v;
	return n;
}

static size_t varint_size(uint64_t v)
{
	size_t n = 1;

	while (v >>= 7)
		n++;
	return n;
}

/* Room for a record of n bytes. */
static char *new_rec(struct world *w, uint32_t gateway, size_t n)
{
	struct outbox *o = w->outbox;
	char *p = buf_reserve(&o->bytes, HEADROOM + n) + HEADROOM;

	if (o->n_recs == o->cap_recs) {
		o->cap_recs = o->cap_recs ? o->cap_recs * 2 : 64;
		o->recs = base_realloc(o->recs, o->cap_recs, sizeof(*o->recs));
	}
	o->recs[o->n_recs++] = (struct rec){ .gateway = gateway,
					     .off = (uint32_t)(o->bytes.n + HEADROOM),
					     .len = (uint32_t)n };
	buf_commit(&o->bytes, HEADROOM + n);
	w->stats.outputs++;
	return p;
}

void outbox_add(struct world *w, uint32_t gateway, const Mudlark__GatewayIn *m)
{
	size_t n = mudlark__gateway_in__get_packed_size(m);

	if (!w->outbox->gateways[gateway].gone)
		mudlark__gateway_in__pack(m, (uint8_t *)new_rec(w, gateway, n));
}

void outbox_text(struct world *w, uint32_t gateway, Mudlark__Output *output)
{
	Mudlark__GatewayIn m = MUDLARK__GATEWAY_IN__INIT;

	m.body_case = MUDLARK__GATEWAY_IN__BODY_OUTPUT;
	m.output = output;
	outbox_add(w, gateway, &m);
}

static void number_rec(struct world *w, struct rec *r)
{
	struct outbox *o = w->outbox;
	char number[HEADROOM];
	size_t n;

	if (!o->oseq)
		o->oseq = w->epoch << EPOCH_SHIFT;
	r->oseq = ++o->oseq;
	number[0] = TAG_OSEQ;
	n = 1 + varint(number + 1, r->oseq);
	r->off -= (uint32_t)n;
	r->len += (uint32_t)n;
	memcpy(o->bytes.p + o->bytes.off + r->off, number, n);
	o->durable_bytes += r->len + varint_size(r->len);
	o->n_durable++;
}

void outbox_seal(struct world *w, bool durable)
{
	struct outbox *o = w->outbox;
	const struct session *own = turn_own(w);

	for (; o->n_sealed < o->n_recs; o->n_sealed++) {
		o->recs[o->n_sealed].durable = durable;
		o->recs[o->n_sealed].free = !durable && own && own->state == SESSION_LOGIN;
		if (durable)
			number_rec(w, &o->recs[o->n_sealed]);
	}
}

size_t outbox_unsealed(const struct world *w)
{
	return w->outbox->n_recs - w->outbox->n_sealed;
}

size_t outbox_estimate(const struct world *w)
{
	return w->outbox->durable_bytes;
}

bool outbox_has_rows(const struct world *w)
{
	return w->outbox->n_durable > 0;
}

bool outbox_has_trims(const struct world *w)
{
	const struct outbox *o = w->outbox;

	for (uint32_t i = 0; i < o->n_gateways; i++)
		if (o->gateways[i].trim_due)
			return true;
	return o->n_gone > 0;
}

static void collect_row(struct world *w, struct gateway *g, size_t n, Mudlark__Commit *c)
{
	struct outbox *o = w->outbox;
	struct row *r = base_alloc(1, sizeof(*r) + n);
	Mudlark__OutboxRow *row = arena_alloc(&w->scratch, sizeof(*row));

	r->batch = c->batch;
	for (size_t i = 0; i < o->n_recs; i++) {
		const struct rec *rec = &o->recs[i];

		if (!rec->durable || &o->gateways[rec->gateway] != g)
			continue;
		r->n += varint(r->bytes + r->n, rec->len);
		memcpy(r->bytes + r->n, buf_p(&o->bytes) + rec->off, rec->len);
		r->n += rec->len;
		r->oseq = rec->oseq;
	}
	if (g->last)
		g->last->next = r;
	else
		g->first = r;
	g->last = r;
	mudlark__outbox_row__init(row);
	row->gateway = g->instance;
	row->oseq = r->oseq;
	row->records = (ProtobufCBinaryData){ .len = r->n, .data = (uint8_t *)r->bytes };
	c->outbox[c->n_outbox++] = row;
}

static void add_trim(struct world *w, uint64_t instance, uint64_t upto, Mudlark__Commit *c)
{
	Mudlark__OutboxTrim *t = arena_alloc(&w->scratch, sizeof(*t));

	mudlark__outbox_trim__init(t);
	t->gateway = instance;
	t->upto = upto;
	c->trim[c->n_trim++] = t;
}

static void collect_trims(struct world *w, Mudlark__Commit *c)
{
	struct outbox *o = w->outbox;

	c->trim = arena_alloc(&w->scratch, (o->n_gateways + o->n_gone + 1) *
						   sizeof(struct Mudlark__OutboxTrim *));
	for (uint32_t i = 0; i < o->n_gateways; i++) {
		struct gateway *g = &o->gateways[i];

		if (g->trim_due)
			add_trim(w, g->instance, g->trimmed, c);
		g->trim_due = false;
	}
	for (size_t i = 0; i < o->n_gone; i++)
		add_trim(w, o->gone[i], UINT64_MAX, c);
	o->n_gone = 0;
}

void outbox_collect(struct world *w, Mudlark__Commit *c)
{
	struct outbox *o = w->outbox;

	c->outbox =
		arena_alloc(&w->scratch, (o->n_gateways + 1) * sizeof(struct Mudlark__OutboxRow *));
	for (uint32_t i = 0; i < o->n_gateways; i++)
		o->gateways[i].at = 0;
	for (size_t i = 0; i < o->n_recs; i++)
		if (o->recs[i].durable)
			o->gateways[o->recs[i].gateway].at +=
				o->recs[i].len + varint_size(o->recs[i].len);
	for (uint32_t i = 0; i < o->n_gateways; i++)
		if (o->gateways[i].at && !o->gateways[i].gone)
			collect_row(w, &o->gateways[i], o->gateways[i].at, c);
	collect_trims(w, c);
}

static void put_out(struct world *w, uint64_t instance, struct span record, uint64_t oseq)
{
	const struct gateway *g = find(w, instance);

	if (g && g->linked)
		w->env.output(w->env.ctx, instance, record, oseq);
}

void outbox_notice_now(struct world *w, const char *text)
{
	Mudlark__GatewayIn in = MUDLARK__GATEWAY_IN__INIT;
	Mudlark__Notice n = MUDLARK__NOTICE__INIT;
	uint8_t out[NOTICE_MAX];

	n.text = (ProtobufCBinaryData){ .len = strlen(text), .data = (uint8_t *)(uintptr_t)text };
	in.body_case = MUDLARK__GATEWAY_IN__BODY_NOTICE;
	in.notice = &n;
	assert(mudlark__gateway_in__get_packed_size(&in) <= sizeof(out));
	const struct span record = { (const char *)out, mudlark__gateway_in__pack(&in, out) };

	for (uint32_t g = 0; g < w->outbox->n_gateways; g++)
		put_out(w, w->outbox->gateways[g].instance, record, 0);
}

void outbox_release(struct world *w)
{
	struct outbox *o = w->outbox;
	uint64_t limit = commits_visible(w);
	struct held h;

	while (o->held.n) {
		memcpy(&h, buf_p(&o->held), sizeof(h));
		if (h.batch > limit)
			break;
		put_out(w, h.gateway, (struct span){ buf_p(&o->held) + sizeof(h), h.len }, h.oseq);
		buf_drain(&o->held, sizeof(h) + h.len);
	}
}

static void hold(struct world *w, const struct rec *r)
{
	struct outbox *o = w->outbox;
	const struct held h = { .batch = commits_issued(w),
				.gateway = o->gateways[r->gateway].instance,
				.oseq = r->oseq,
				.len = r->len };

	buf_add(&o->held, &h, sizeof(h));
	buf_add(&o->held, buf_p(&o->bytes) + r->off, r->len);
	w->stats.outputs_held++;
}

void outbox_turn_done(struct world *w)
{
	struct outbox *o = w->outbox;
	bool now;

	outbox_release(w);
	now = !o->held.n && commits_issued(w) <= commits_visible(w);
	for (size_t i = 0; i < o->n_recs; i++) {
		const struct rec *r = &o->recs[i];

		if (now || r->free)
			put_out(w, o->gateways[r->gateway].instance,
				(struct span){ buf_p(&o->bytes) + r->off, r->len }, r->oseq);
		else
			hold(w, r);
	}
	o->n_recs = o->n_sealed = o->n_durable = o->durable_bytes = 0;
	if (o->bytes.cap > (1U << 20))
		buf_clear(&o->bytes);
	else
		buf_reset(&o->bytes);
}

static size_t read_varint(const char *p, size_t n, uint64_t *ret)
{
	uint64_t v = 0;

	for (size_t i = 0; i < n && i < 10; i++) {
		v |= (uint64_t)(p[i] & 0x7f) << (7 * i);
		if (!(p[i] & 0x80)) {
			*ret = v;
			return i + 1;
		}
	}
	return 0;
}

/* Says again what one row holds. */
static void resend(struct world *w, const struct gateway *g, const struct row *r)
{
	uint64_t len, oseq;
	size_t at = 0, n;

	while (at < r->n) {
		n = read_varint(r->bytes + at, r->n - at, &len);
		at += n;
		if (!n || len > r->n - at || len < 2 || r->bytes[at] != TAG_OSEQ ||
		    !read_varint(r->bytes + at + 1, (size_t)len - 1, &oseq)) {
			log_error("outbox_row_malformed", LOG_ID("gateway", g->instance));
			return;
		}
		w->env.output(w->env.ctx, g->instance, (struct span){ r->bytes + at, (size_t)len },
			      oseq);
		at += (size_t)len;
	}
}

void outbox_peer_up(struct world *w, uint64_t instance, bool resumed)
{
	uint32_t index = outbox_gateway(w, instance);
	struct outbox *o = w->outbox;
	uint64_t released = UINT64_MAX;
	struct gateway *g;
	struct held h;

	if (index == UINT32_MAX) {
		log_warning("too_many_gateways", LOG_ID("gateway", instance));
		return;
	}
	g = &o->gateways[index];
	g->linked = true;
	if (resumed)
		return;
	if (o->held.n) {
		memcpy(&h, buf_p(&o->held), sizeof(h));
		released = h.batch - 1;
	}
	for (const struct row *r = g->first; r && r->batch <= released; r = r->next)
		resend(w, g, r);
}

static void give_up(struct outbox *o, struct gateway *g)
{
	drop_rows(g, UINT64_MAX);
	g->gone = true;
	g->linked = g->trim_due = false;
	if (o->n_gone == o->cap_gone) {
		o->cap_gone = o->cap_gone ? o->cap_gone * 2 : 8;
		o->gone = base_realloc(o->gone, o->cap_gone, sizeof(*o->gone));
	}
	o->gone[o->n_gone++] = g->instance;
}

void outbox_peer_gone(struct world *w, uint64_t instance)
{
	struct gateway *g = find(w, instance);

	if (g)
		give_up(w->outbox, g);
}

void outbox_unlinked_gone(struct world *w)
{
	struct outbox *o = w->outbox;

	for (uint32_t i = 0; i < o->n_gateways; i++)
		if (!o->gateways[i].linked && !o->gateways[i].gone)
			give_up(o, &o->gateways[i]);
}

void outbox_acked(struct world *w, uint64_t instance, uint64_t oseq)
{
	struct gateway *g = find(w, instance);

	if (!g || oseq <= g->trimmed)
		return;
	g->trimmed = oseq;
	g->trim_due = true;
	drop_rows(g, oseq);
}

void outbox_load(struct world *w, const Mudlark__OutboxRow *row)
{
	uint32_t index = outbox_gateway(w, row->gateway);
	struct row *r;
	struct gateway *g;

	if (index == UINT32_MAX || !row->gateway)
		return;
	g = &w->outbox->gateways[index];
	r = base_alloc(1, sizeof(*r) + row->records.len);
	r->oseq = row->oseq;
	r->n = row->records.len;
	if (r->n)
		memcpy(r->bytes, row->records.data, r->n);
	if (g->last)
		g->last->next = r;
	else
		g->first = r;
	g->last = r;
}
