/* play.c - see play.h. */
#include "tests/fake/play.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fake/garbage.h"
#include "tests/fake/obey.h"

enum { WAITING_MAX = 1 << 20, DRAIN_US = 1000 };

/* An answer on its way. */
struct play {
	struct fake *fake;
	struct conn *conn;
	struct loop_timer timer;
	struct pieces pieces;
	struct buf again; /* sent so many times behind the pieces */
	size_t n_again;
	size_t at, off; /* the next piece, and what of it was sent */
	uint64_t text, billed;
	int64_t piece_us;
	int chunking, status;
	enum fault fault;
	bool began;
	char head[300];
	int64_t length;
};

static void play_free(struct play *p)
{
	p->fake->stats.in_flight--;
	loop_timer_done(&p->timer);
	pieces_done(&p->pieces);
	buf_done(&p->again);
	free(p);
}

void play_gone(struct play *p)
{
	p->fake->stats.cancelled++;
	play_free(p);
}

static void finish(struct play *p)
{
	struct conn *c = p->conn;

	if (p->status == 200)
		p->fake->stats.answered++;
	play_free(p);
	conn_end(c);
}

static void cut(struct play *p)
{
	struct conn *c = p->conn;

	play_free(p);
	conn_cut(c);
}

/* How much of an event goes out by itself. */
static size_t middle(const char *bytes, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if (((unsigned char)bytes[i] & 0xc0) == 0x80)
			return i;
	return n / 2 ? n / 2 : n;
}

static size_t slice(const struct play *p, const struct buf *b)
{
	size_t left = b->n - p->off;

	switch (p->chunking) {
	case CHUNK_BYTES:
		return 1;
	case CHUNK_MIDDLE:
		return p->off ? left : middle(buf_p(b), left);
	default:
		return left;
	}
}

static void bill(struct play *p, size_t text)
{
	uint64_t all;

	p->text += text;
	all = fake_tokens(p->text);
	p->fake->stats.tokens_out += all - p->billed;
	p->billed = all;
}

static void send_all(struct play *p)
{
	struct buf all = { 0 };

	for (; p->at < p->pieces.n; p->at++) {
		struct piece *piece = &p->pieces.all[p->at];

		buf_add(&all, buf_p(&piece->bytes), piece->bytes.n);
		bill(p, piece->text);
	}
	conn_piece(p->conn, buf_p(&all), all.n);
	buf_done(&all);
}

static void send_slice(struct play *p)
{
	struct piece *piece = &p->pieces.all[p->at];
	size_t n = slice(p, &piece->bytes);

	conn_piece(p->conn, buf_p(&piece->bytes) + p->off, n);
	p->off += n;
	if (p->off < piece->bytes.n)
		return;
	bill(p, piece->text);
	p->off = 0;
	p->at++;
}

static void send_again(struct play *p)
{
	while (p->n_again && conn_waiting(p->conn) < WAITING_MAX) {
		conn_piece(p->conn, buf_p(&p->again), p->again.n);
		p->n_again--;
	}
}

/* All pieces are out. */
static void come_to_end(struct play *p)
{
	if (p->n_again) {
		send_again(p);
		loop_timer_in(&p->timer, DRAIN_US);
	} else if (p->fault == FAULT_CUT) {
		cut(p);
	} else if (p->fault != FAULT_STALL) {
		finish(p);
	}
}

static void on_time(void *ctx)
{
	struct play *p = ctx;

	if (!p->began)
		conn_head(p->conn, p->status, p->head, p->length);
	p->began = true;
	if (p->chunking == CHUNK_WHOLE)
		send_all(p);
	while (p->at < p->pieces.n) {
		send_slice(p);
		if (p->piece_us) {
			loop_timer_in(&p->timer, (uint64_t)p->piece_us);
			return;
		}
	}
	come_to_end(p);
}

static struct play *play_new(struct fake *f, struct conn *c)
{
	struct play *p = base_alloc(1, sizeof(*p));
	struct stats *s = &f->stats;

	*p = (struct play){ .fake = f, .conn = c, .status = 200, .length = -1 };
	p->piece_us = f->mode.piece_ms * 1000;
	p->chunking = f->mode.chunking;
	loop_timer_init(f->loop, &p->timer, on_time, p);
	if (++s->in_flight > s->in_flight_max)
		s->in_flight_max = s->in_flight;
	conn_use(c, p);
	return p;
}

static void start(struct play *p)
{
	if (p->fault == FAULT_HANG)
		return;
	if (p->fake->mode.latency_ms)
		loop_timer_in(&p->timer, (uint64_t)p->fake->mode.latency_ms * 1000);
	else
		on_time(p);
}

static void set_head(struct play *p, const char *type)
{
	snprintf(p->head, sizeof(p->head), "Content-Type: %s\r\nrequest-id: req_011fake%llu\r\n",
		 type, (unsigned long long)p->fake->counter);
}

static void refuse_it(struct play *p, const struct api *api, const struct refusal *no)
{
	struct piece *piece = pieces_add(&p->pieces);
	size_t n;

	p->status = no->status;
	api->error(no, &piece->bytes);
	p->length = (int64_t)piece->bytes.n;
	set_head(p, "application/json");
	n = strlen(p->head);
	if (p->fake->mode.retry_after >= 0 && (no->status == 429 || no->status >= 500))
		snprintf(p->head + n, sizeof(p->head) - n, "retry-after: %lld\r\n",
			 (long long)p->fake->mode.retry_after);
}

/* The text is cut where the bill would pass max_tokens. */
static void cap_answer(const struct asked *q, struct answer *a)
{
	size_t max = (size_t)q->max_tokens * FAKE_BYTES_OF_TOKEN;
	json_t *call;
	size_t i, all;

	if (q->max_tokens && a->text.n > max) {
		a->text.n = max;
		while (a->text.n && ((unsigned char)buf_p(&a->text)[a->text.n] & 0xc0) == 0x80)
			a->text.n--;
		a->cut_short = true;
		json_array_clear(a->calls);
	}
	all = a->text.n;
	json_array_foreach(a->calls, i, call)
	{
		char *arguments = json_text(json_object_get(call, "arguments"));

		all += strlen(arguments) + json_string_length(json_object_get(call, "name"));
		free(arguments);
	}
	a->tokens_out = fake_tokens(all);
}

static void make_answer(struct fake *f, struct asked *q, struct answer *a)
{
	const struct mode *m = &f->mode;

	*a = (struct answer){ .usage = m->usage,
			      .extras = m->extras,
			      .refused = m->refuses,
			      .piece_bytes = (size_t)m->piece_bytes,
			      .id = f->counter,
			      .at_s = 1700000000 };
	a->calls = m->calls ? json_deep_copy(m->calls) : json_array();
	buf_adds(&a->text, m->text);
	if (m->obey)
		obey(q, a);
	cap_answer(q, a);
	buf_addc(&a->text, '\0'); /* text is read as a string, too */
	a->text.n--;
}

/* An answer that says whether the mode's word is in the text. */
static void moderate(struct fake *f, struct asked *q, struct answer *a)
{
	buf_addc(&q->last, '\0');
	a->refused = f->mode.flag && strcasestr(buf_p(&q->last), f->mode.flag);
	a->tokens_out = 0;
	f->stats.moderations++;
	f->stats.flagged += a->refused;
}

static void answer_it(struct play *p, const struct api *api, struct asked *q, enum fault fault)
{
	const char *type = "application/json";
	struct fake *f = p->fake;
	struct answer a;

	f->stats.tokens_in += q->tokens_in;
	make_answer(f, q, &a);
	if (api->moderates)
		moderate(f, q, &a);
	if (q->stream)
		api->stream(q, &a, &p->pieces);
	else
		api->whole(q, &a, &p->pieces);
	p->fault = fault;
	if (fault != FAULT_NONE && fault != FAULT_HANG) {
		type = garbage_put(fault, api, (size_t)f->mode.after, &p->pieces);
		p->n_again = garbage_again(fault, &p->again);
	} else if (q->stream) {
		type = api->type;
	} else if (p->chunking == CHUNK_EVENTS) {
		p->length = (int64_t)p->pieces.all[0].bytes.n;
	}
	set_head(p, type);
	buf_done(&a.text);
	json_decref(a.calls);
}

/* Is this request struck by what the mode says? */
static bool is_struck(struct mode *m)
{
	if (!m->status && m->fault == FAULT_NONE)
		return false;
	if (m->times && --m->times == 0) {
		m->times = -1;
		return true;
	}
	return m->times >= 0;
}

static bool wrong(const struct request *r, struct refusal *no)
{
	const char *says = "The request is malformed";

	if (r->status == 413)
		says = "Request exceeds the maximum size";
	*no = (struct refusal){ .status = r->status };
	snprintf(no->message, sizeof(no->message), "%s", says);
	return false;
}

static void note_refusal(struct fake *f, const struct api *api, const struct refusal *no)
{
	f->stats.refused++;
	snprintf(f->stats.why, sizeof(f->stats.why), "%s: %d %s", api->name, no->status,
		 no->message);
}

void play_request(struct fake *f, const struct api *api, struct conn *c, const struct request *r)
{
	struct play *p = play_new(f, c);
	struct refusal no = { 0 };
	struct asked q = { 0 };
	bool struck;

	f->stats.requests++;
	f->counter++;
	buf_reset(&f->last);
	buf_add(&f->last, r->body.p, r->body.n);
	if (r->status ? !wrong(r, &no) : !api->check(r, f->key, &q, &no)) {
		note_refusal(f, api, &no);
		refuse_it(p, api, &no);
	} else if ((struck = is_struck(&f->mode)) && f->mode.status) {
		no.status = (int)f->mode.status;
		snprintf(no.message, sizeof(no.message), "The fake was told to fail");
		f->stats.failed++;
		refuse_it(p, api, &no);
	} else {
		f->stats.failed += struck;
		answer_it(p, api, &q, struck ? (enum fault)f->mode.fault : FAULT_NONE);
	}
	asked_done(&q);
	start(p);
}
