/*
 * outbox.c - see outbox.h.
 *
 * Records of the turn lie packed in one buffer with room in front of each, so that the oseq, known
 * only when the unit is over, is put there without packing again (fields of a message may come in any
 * order).  What cannot go at once is copied to `held`, one queue for all gateways in order.
 */
#include "world/outbox_inner.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "world/commit.h"
#include "world/resume.h"
#include "world/turn.h"

enum { HEADROOM = 11, EPOCH_SHIFT = 40, NOTICE_MAX = 512 };

struct outbox *outbox_new(void)
{
	struct outbox *o = base_alloc(1, sizeof(*o));

	o->gateways = base_alloc(1, sizeof(*o->gateways));
	o->gateways[OUTBOX_NOWHERE].instance = OUTBOX_PARKED;
	o->n_gateways = 1;
	return o;
}

void outbox_free(struct world *w)
{
	struct outbox *o = w->outbox;

	if (!o)
		return;
	for (uint32_t i = 0; i < o->n_gateways; i++)
		outbox_drop_rows(&o->gateways[i], UINT64_MAX);
	free(o->gateways);
	free(o->recs);
	free(o->gone);
	buf_done(&o->bytes);
	buf_done(&o->held);
	free(o);
	w->outbox = NULL;
}

struct gateway *outbox_find(const struct world *w, uint64_t instance)
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
	struct gateway *g = outbox_find(w, instance);

	if (g)
		return (uint32_t)(g - o->gateways);
	g = find_free(w);
	if (!g) {
		if (o->n_gateways > OUTBOX_GATEWAYS)
			return UINT32_MAX;
		o->gateways = base_realloc(o->gateways, o->n_gateways + 1, sizeof(*g));
		g = &o->gateways[o->n_gateways++];
	}
	*g = (struct gateway){ .instance = instance, .acked = outbox_come_back(w, instance) };
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

/* Room for a record of n bytes. */
static char *new_rec(struct world *w, uint32_t gateway, size_t n, unsigned kind, uint64_t key)
{
	struct outbox *o = w->outbox;
	char *p = buf_reserve(&o->bytes, HEADROOM + n) + HEADROOM;

	if (o->n_recs == o->cap_recs) {
		o->cap_recs = o->cap_recs ? o->cap_recs * 2 : 64;
		o->recs = base_realloc(o->recs, o->cap_recs, sizeof(*o->recs));
	}
	o->recs[o->n_recs++] = (struct rec){ .gateway = gateway,
					     .kind = (uint8_t)kind,
					     .key = key,
					     .off = (uint32_t)(o->bytes.n + HEADROOM),
					     .len = (uint32_t)n };
	buf_commit(&o->bytes, HEADROOM + n);
	w->stats.outputs++;
	return p;
}

void outbox_add(struct world *w, uint32_t gateway, const Mudlark__GatewayIn *m)
{
	const struct gateway *g = &w->outbox->gateways[gateway];
	uint64_t key = 0;
	unsigned kind = resume_kind(m, &key);
	size_t n;

	if ((g->gone || gateway == OUTBOX_NOWHERE) && (!kind || !g->n_sessions))
		return;
	n = mudlark__gateway_in__get_packed_size(m);
	mudlark__gateway_in__pack(m, (uint8_t *)new_rec(w, gateway, n, kind, key));
	w->outbox->recs[w->outbox->n_recs - 1].verdict =
		m->body_case == MUDLARK__GATEWAY_IN__BODY_RESUMED;
}

void outbox_text(struct world *w, uint32_t gateway, Mudlark__Output *output)
{
	Mudlark__GatewayIn m = MUDLARK__GATEWAY_IN__INIT;

	m.body_case = MUDLARK__GATEWAY_IN__BODY_OUTPUT;
	m.output = output;
	outbox_add(w, gateway, &m);
}

uint64_t outbox_first(uint64_t epoch)
{
	return epoch << EPOCH_SHIFT;
}

uint64_t outbox_oseq(const struct world *w)
{
	return w->outbox->oseq ? w->outbox->oseq : outbox_first(w->epoch);
}

static void number_rec(struct world *w, struct rec *r)
{
	struct outbox *o = w->outbox;
	char number[HEADROOM];
	size_t n;

	r->oseq = o->oseq = outbox_oseq(w) + 1;
	number[0] = OUTBOX_TAG_OSEQ;
	n = 1 + outbox_varint(number + 1, r->oseq);
	r->off -= (uint32_t)n;
	r->len += (uint32_t)n;
	memcpy(o->bytes.p + o->bytes.off + r->off, number, n);
	o->durable_bytes += r->len + outbox_varint_size(r->len);
	o->n_durable++;
	resume_note(w, &(struct resume_record){
			       .gateway = o->gateways[r->gateway].instance,
			       .oseq = r->oseq,
			       .key = r->key,
			       .kind = r->kind,
			       .bytes = { buf_p(&o->bytes) + r->off, r->len },
		       });
}

void outbox_seal(struct world *w, bool durable)
{
	struct outbox *o = w->outbox;
	const struct session *own = turn_own(w);

	for (; o->n_sealed < o->n_recs; o->n_sealed++) {
		o->recs[o->n_sealed].durable = durable;
		o->recs[o->n_sealed].free = !durable && !o->recs[o->n_sealed].verdict && own &&
					    own->state == SESSION_LOGIN;
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

static void put_out(struct world *w, uint64_t instance, struct span record, uint64_t oseq)
{
	const struct gateway *g = outbox_find(w, instance);

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

		if (r->gateway == OUTBOX_NOWHERE || o->gateways[r->gateway].gone)
			continue;
		if (now || r->free)
			put_out(w, o->gateways[r->gateway].instance,
				(struct span){ buf_p(&o->bytes) + r->off, r->len }, r->oseq);
		else
			hold(w, r);
	}
	outbox_forget_unread(w);
	o->n_recs = o->n_sealed = o->n_durable = o->durable_bytes = 0;
	if (o->bytes.cap > (1U << 20))
		buf_clear(&o->bytes);
	else
		buf_reset(&o->bytes);
}
