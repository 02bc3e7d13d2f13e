/*
 * outbox_rows.c - what of the outbox is in the store, so that a new world can say it again.
 *
 * A row is one batch's durable records for one gateway.  It goes when the gateway has them and nobody
 * resumes from them (resume_limit()); those of a gateway that was given up stay as long.  How far each
 * gateway has read is stored, too, now and then (resume_settle()), so that a new world says again little
 * of what was kept for others.
 */
#include "world/outbox_inner.h"

#include <stdlib.h>
#include <string.h>

#include "rt/log.h"
#include "world/commit.h"
#include "world/resume.h"

enum { READ_PARTS = 16 }; /* of resume_bytes, that may be read before the store is told */

size_t outbox_varint(char *p, uint64_t v)
{
	size_t n = 0;

	for (; v >= 0x80; v >>= 7)
		p[n++] = (char)(v | 0x80);
	p[n++] = (char)v;
	return n;
}

size_t outbox_varint_size(uint64_t v)
{
	size_t n = 1;

	while (v >>= 7)
		n++;
	return n;
}

size_t outbox_drop_rows(struct gateway *g, uint64_t upto)
{
	size_t bytes = 0;

	while (g->first && g->first->oseq <= upto) {
		struct row *r = g->first;

		g->first = r->next;
		bytes += r->n;
		free(r);
	}
	if (!g->first)
		g->last = NULL;
	return bytes;
}

void outbox_forget_unread(struct world *w)
{
	struct outbox *o = w->outbox;

	for (uint32_t i = 0; i < o->n_gateways; i++) {
		struct gateway *g = &o->gateways[i];

		if (!g->last || (i != OUTBOX_NOWHERE && !g->gone))
			continue;
		g->acked = g->last->oseq;
		outbox_drop_rows(g, UINT64_MAX);
	}
}

/* Who is gone */

static void remove_gone(struct outbox *o, uint64_t instance)
{
	size_t n = 0;

	for (size_t i = 0; i < o->n_gone; i++)
		if (o->gone[i].instance != instance)
			o->gone[n++] = o->gone[i];
	o->all_read |= n < o->n_gone;
	o->n_gone = n;
}

static void add_gone(struct outbox *o, uint64_t instance, uint64_t oseq)
{
	remove_gone(o, instance);
	if (o->n_gone == o->cap_gone) {
		o->cap_gone = o->cap_gone ? o->cap_gone * 2 : 8;
		o->gone = base_realloc(o->gone, o->cap_gone, sizeof(*o->gone));
	}
	o->gone[o->n_gone++] = (struct gone){ instance, oseq };
	o->all_read = true;
}

uint64_t outbox_come_back(struct world *w, uint64_t instance)
{
	const size_t before = w->outbox->n_gone;

	remove_gone(w->outbox, instance);
	return w->outbox->n_gone < before ? outbox_oseq(w) : 0;
}

/* The store */

bool outbox_has_rows(const struct world *w)
{
	return w->outbox->n_durable > 0;
}

/* How far its rows may go now; 0: none that are there. */
static uint64_t trim_to(const struct world *w, const struct gateway *g)
{
	const uint64_t limit = resume_limit(w), upto = g->acked < limit ? g->acked : limit;

	return !g->gone && upto > g->trimmed ? upto : 0;
}

bool outbox_has_trims(const struct world *w)
{
	const struct outbox *o = w->outbox;

	for (uint32_t i = 0; i < o->n_gateways; i++)
		if (trim_to(w, &o->gateways[i]))
			return true;
	return o->n_gone > 0 && o->gone[0].oseq <= resume_limit(w);
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
		r->n += outbox_varint(r->bytes + r->n, rec->len);
		memcpy(r->bytes + r->n, buf_p(&o->bytes) + rec->off, rec->len);
		r->n += rec->len;
		r->oseq = rec->oseq;
	}
	if (g->last)
		g->last->next = r;
	else
		g->first = r;
	g->last = r;
	if (g->gone)
		add_gone(o, g->instance, outbox_oseq(w));
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
	size_t n = 0;

	c->trim = arena_alloc(&w->scratch, (o->n_gateways + o->n_gone + 1) *
						   sizeof(struct Mudlark__OutboxTrim *));
	for (uint32_t i = 0; i < o->n_gateways; i++) {
		struct gateway *g = &o->gateways[i];
		const uint64_t upto = trim_to(w, g);

		if (!upto)
			continue;
		add_trim(w, g->instance, upto, c);
		g->trimmed = upto;
	}
	while (n < o->n_gone && o->gone[n].oseq <= resume_limit(w)) {
		add_trim(w, o->gone[n].instance, o->gone[n].oseq, c);
		n++;
	}
	o->n_gone -= n;
	if (n > 0)
		memmove(o->gone, o->gone + n, o->n_gone * sizeof(*o->gone));
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
				o->recs[i].len + outbox_varint_size(o->recs[i].len);
	for (uint32_t i = 0; i < o->n_gateways; i++)
		if (o->gateways[i].at)
			collect_row(w, &o->gateways[i], o->gateways[i].at, c);
	collect_trims(w, c);
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

/* The record at `at`, and where the next one is; *ret_oseq 0: it cannot be read. */
static size_t next_record(const struct row *r, size_t at, struct span *ret, uint64_t *ret_oseq)
{
	uint64_t len, oseq;
	size_t n = read_varint(r->bytes + at, r->n - at, &len);

	at += n;
	*ret_oseq = 0;
	if (!n || len > r->n - at || len < 2 || r->bytes[at] != OUTBOX_TAG_OSEQ ||
	    !read_varint(r->bytes + at + 1, (size_t)len - 1, &oseq)) {
		log_error("outbox_row_malformed", LOG_U64("oseq", r->oseq));
		return r->n;
	}
	*ret = (struct span){ r->bytes + at, (size_t)len };
	*ret_oseq = oseq;
	return at + (size_t)len;
}

/* Says again what one row holds. */
static void resend(struct world *w, const struct gateway *g, const struct row *r)
{
	struct span record;
	uint64_t oseq;

	for (size_t at = 0; at < r->n;) {
		at = next_record(r, at, &record, &oseq);
		if (oseq)
			w->env.output(w->env.ctx, g->instance, record, oseq);
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

/* What waits to be said to it is nobody's, even if it comes back. */
static void drop_held(struct outbox *o, uint64_t instance)
{
	for (size_t at = 0; at < o->held.n;) {
		char *p = o->held.p + o->held.off + at;
		struct held h;

		memcpy(&h, p, sizeof(h));
		if (h.gateway == instance) {
			h.gateway = 0;
			memcpy(p, &h, sizeof(h));
		}
		at += sizeof(h) + h.len;
	}
}

static void give_up(struct world *w, struct gateway *g)
{
	outbox_drop_rows(g, UINT64_MAX);
	drop_held(w->outbox, g->instance);
	g->gone = true;
	g->linked = false;
	add_gone(w->outbox, g->instance, outbox_oseq(w));
}

void outbox_peer_gone(struct world *w, uint64_t instance)
{
	struct gateway *g = outbox_find(w, instance);

	if (g)
		give_up(w, g);
}

void outbox_unlinked_gone(struct world *w)
{
	struct outbox *o = w->outbox;

	for (uint32_t i = OUTBOX_NOWHERE + 1; i < o->n_gateways; i++)
		if (!o->gateways[i].linked && !o->gateways[i].gone)
			give_up(w, &o->gateways[i]);
}

void outbox_acked(struct world *w, uint64_t instance, uint64_t oseq)
{
	struct gateway *g = outbox_find(w, instance);

	if (!g || oseq <= g->acked)
		return;
	g->acked = oseq;
	w->outbox->read += outbox_drop_rows(g, oseq);
}

bool outbox_read_due(const struct world *w)
{
	return w->outbox->all_read || w->outbox->read > w->conf.resume_bytes / READ_PARTS;
}

static void add_read(struct buf *out, uint64_t instance, uint64_t oseq)
{
	const bool is_first = buf_p(out)[out->n - 1] == '"';

	buf_addf(out, "%s%llu,%llu", is_first ? "" : ",", (unsigned long long)instance,
		 (unsigned long long)oseq);
}

void outbox_read_save(struct world *w, struct buf *out)
{
	struct outbox *o = w->outbox;

	for (uint32_t i = OUTBOX_NOWHERE + 1; i < o->n_gateways; i++)
		if (!o->gateways[i].gone && o->gateways[i].acked)
			add_read(out, o->gateways[i].instance, o->gateways[i].acked);
	for (size_t i = 0; i < o->n_gone; i++)
		add_read(out, o->gone[i].instance, o->gone[i].oseq);
	o->read = 0;
	o->all_read = false;
}

void outbox_read_load(struct world *w, const char *text)
{
	char *end = NULL;

	for (; *text >= '0' && *text <= '9'; text = *end == ',' ? end + 1 : end) {
		struct gateway *g = outbox_find(w, strtoull(text, &end, 10));
		const uint64_t oseq = *end == ',' ? strtoull(end + 1, &end, 10) : 0;

		if (g && oseq > g->acked)
			g->acked = oseq;
	}
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

/* One step through the rows of a gateway. */
struct cursor {
	const struct row *row;
	size_t at;
	struct span record;
	uint64_t oseq;
};

static void step(struct cursor *c)
{
	c->oseq = 0;
	while (c->row && c->at >= c->row->n) {
		c->row = c->row->next;
		c->at = 0;
	}
	if (!c->row)
		return;
	c->at = next_record(c->row, c->at, &c->record, &c->oseq);
	if (!c->oseq)
		c->row = NULL;
}

void outbox_each_stored(struct world *w, void (*take)(struct world *w, uint64_t gateway,
						      uint64_t oseq, struct span record))
{
	const struct outbox *o = w->outbox;
	struct cursor *cursors = base_alloc(o->n_gateways + 1, sizeof(*cursors)), *first;

	for (uint32_t i = 0; i < o->n_gateways; i++) {
		cursors[i].row = o->gateways[i].first;
		step(&cursors[i]);
	}
	do {
		first = NULL;
		for (uint32_t i = 0; i < o->n_gateways; i++)
			if (cursors[i].oseq && (!first || cursors[i].oseq < first->oseq))
				first = &cursors[i];
		if (!first)
			break;
		take(w, o->gateways[first - cursors].instance, first->oseq, first->record);
		step(first);
	} while (first);
	free(cursors);
	for (uint32_t i = 0; i < o->n_gateways; i++)
		outbox_drop_rows(&w->outbox->gateways[i], o->gateways[i].acked);
	outbox_forget_unread(w);
}
