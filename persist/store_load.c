/*
 * store_load.c - what a world reads: its start, page by page; one entity with all in it; events.
 *
 * The ids of everything in a world are found once (one recursive query) and kept until the last page,
 * or until somebody writes; the cursor is the last id of the page before, so a page can also be asked
 * for after the connection was made anew.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "persist/check.h"
#include "persist/row.h"
#include "persist/store_inner.h"
#include "rt/text.h"

enum { IDS_AT_ONCE = 256 };

static int take_id(void *ctx, const struct db_value *v, size_t n)
{
	struct store *s = ctx;

	(void)n;
	if (s->ids.n == s->ids.cap) {
		s->ids.cap = s->ids.cap ? s->ids.cap * 2 : 1024;
		s->ids.list = base_realloc(s->ids.list, s->ids.cap, sizeof(*s->ids.list));
	}
	s->ids.list[s->ids.n++] = (uint64_t)v[0].v.i;
	return 0;
}

static int find_ids(struct store *s, uint32_t world, uint64_t after)
{
	const struct db_value args[] = { db_int(world) };

	if (after && s->ids.list && s->ids.world == world)
		return 0;
	store_forget_ids(s);
	s->ids.world = world;
	const int r = store_query(s, SQL_WORLD_IDS, args, ARRAY_LEN(args), take_id, s);
	if (r)
		store_forget_ids(s);
	return r;
}

/* Position of the first id above `after`. */
static size_t first_after(const struct store *s, uint64_t after)
{
	size_t low = 0, high = s->ids.n;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		if (s->ids.list[middle] <= after)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct taker {
	struct arena *a;
	struct row_list rows;
	bool full;     /* a row was left out */
	uint64_t last; /* cursor behind the last row taken */
};

/* True when one more body of n bytes fits; a page has at least one row. */
static bool fits(struct taker *t, size_t n, size_t most)
{
	if (t->full || (t->rows.n && t->rows.bytes + n > most)) {
		t->full = true;
		return false;
	}
	t->rows.bytes += n;
	return true;
}

static int take_entity(void *ctx, const struct db_value *v, size_t n)
{
	struct taker *t = ctx;

	(void)n;
	if (fits(t, v[3].v.s.n + 64, STORE_PAGE_BYTES)) {
		row_add(&t->rows, t->a, row_entity(t->a, v));
		t->last = (uint64_t)v[0].v.i;
	}
	return 0;
}

static int load_chunk(struct store *s, size_t from, size_t n, struct taker *t)
{
	struct buf ids = { 0 };

	buf_addc(&ids, '[');
	for (size_t i = 0; i < n; i++)
		buf_addf(&ids, "%s%lld", i ? "," : "", (long long)s->ids.list[from + i]);
	buf_addc(&ids, ']');
	const struct db_value args[] = { db_text(buf_p(&ids), ids.n) };
	const int r = store_query(s, SQL_ENTITIES, args, ARRAY_LEN(args), take_entity, t);
	buf_done(&ids);
	return r;
}

static int load_entities(struct store *s, const Mudlark__LoadPage *q, Mudlark__Page *ret,
			 struct taker *t)
{
	int r = find_ids(s, q->world, q->after);
	size_t at = r ? 0 : first_after(s, q->after);

	while (!r && !t->full && at < s->ids.n) {
		const size_t left = s->ids.n - at;
		const size_t n = left < IDS_AT_ONCE ? left : IDS_AT_ONCE;
		r = load_chunk(s, at, n, t);
		at += n;
	}
	if (r)
		return r;
	ret->entities = row_alloc(t->a, sizeof(*ret->entities));
	mudlark__load_entities__init(ret->entities);
	ret->entities->rows = (Mudlark__EntityRow **)t->rows.items;
	ret->entities->n_rows = t->rows.n;
	ret->next = t->full ? t->last : 0;
	if (!ret->next)
		store_forget_ids(s);
	return 0;
}

static int take_session(void *ctx, const struct db_value *v, size_t n)
{
	struct taker *t = ctx;
	Mudlark__SessionRow *row = row_alloc(t->a, sizeof(*row));

	(void)n;
	mudlark__session_row__init(row);
	row->session = (uint64_t)v[0].v.i;
	row->gateway = (uint64_t)v[1].v.i;
	row->character = (uint64_t)v[2].v.i;
	row->account = (uint64_t)v[3].v.i;
	row->applied = (uint64_t)v[4].v.i;
	row->tag = (uint64_t)v[5].v.i;
	row->token = row_bytes(t->a, &v[6]);
	row->grace_s = (uint32_t)v[7].v.i;
	row_add(&t->rows, t->a, row);
	t->last = row->session;
	return 0;
}

static int load_sessions(struct store *s, const Mudlark__LoadPage *q, Mudlark__Page *ret,
			 struct taker *t)
{
	const struct db_value args[] = { db_int(q->world), db_u64(q->after) };
	const int r = store_query(s, SQL_SESSION_PAGE, args, ARRAY_LEN(args), take_session, t);

	if (r)
		return r;
	ret->sessions = row_alloc(t->a, sizeof(*ret->sessions));
	mudlark__load_sessions__init(ret->sessions);
	ret->sessions->rows = (Mudlark__SessionRow **)t->rows.items;
	ret->sessions->n_rows = t->rows.n;
	ret->next = t->last; /* 0 when there was no row */
	return 0;
}

static int take_outbox(void *ctx, const struct db_value *v, size_t n)
{
	struct taker *t = ctx;

	(void)n;
	if (!fits(t, v[2].v.s.n + 32, STORE_PAGE_BYTES))
		return 0;
	Mudlark__OutboxRow *row = row_alloc(t->a, sizeof(*row));
	mudlark__outbox_row__init(row);
	row->gateway = (uint64_t)v[0].v.i;
	row->oseq = (uint64_t)v[1].v.i;
	row->records = row_bytes(t->a, &v[2]);
	row_add(&t->rows, t->a, row);
	return 0;
}

/* The cursor counts rows: nobody else writes a world's outbox while the world starts. */
static int load_outbox(struct store *s, const Mudlark__LoadPage *q, Mudlark__Page *ret,
		       struct taker *t)
{
	const struct db_value args[] = { db_int(q->world), db_u64(q->after) };
	const int r = store_query(s, SQL_OUTBOX_PAGE, args, ARRAY_LEN(args), take_outbox, t);

	if (r)
		return r;
	ret->outbox = row_alloc(t->a, sizeof(*ret->outbox));
	mudlark__load_outbox__init(ret->outbox);
	ret->outbox->rows = (Mudlark__OutboxRow **)t->rows.items;
	ret->outbox->n_rows = t->rows.n;
	ret->next = t->rows.n ? q->after + t->rows.n : 0;
	return 0;
}

static int take_document(void *ctx, const struct db_value *v, size_t n)
{
	struct taker *t = ctx;

	(void)n;
	if (fits(t, v[2].v.s.n + 64, STORE_PAGE_BYTES)) {
		row_add(&t->rows, t->a, row_document(t->a, v));
		t->last = (uint64_t)v[4].v.i;
	}
	return 0;
}

static int load_documents(struct store *s, const Mudlark__LoadPage *q, Mudlark__Page *ret,
			  struct taker *t)
{
	const struct db_value args[] = { db_u64(q->after) };
	const int r = store_query(s, SQL_DOCUMENT_PAGE, args, ARRAY_LEN(args), take_document, t);

	if (r)
		return r;
	ret->documents = row_alloc(t->a, sizeof(*ret->documents));
	mudlark__load_documents__init(ret->documents);
	ret->documents->rows = (Mudlark__DocumentRow **)t->rows.items;
	ret->documents->n_rows = t->rows.n;
	ret->next = t->last;
	return 0;
}

int store_load_page(struct store *s, const Mudlark__LoadPage *q, Mudlark__Page *ret,
		    struct arena *a)
{
	static int (*const loads[])(struct store *, const Mudlark__LoadPage *, Mudlark__Page *,
				    struct taker *) = {
		[MUDLARK__LOAD_PAGE__WHAT__ENTITIES] = load_entities,
		[MUDLARK__LOAD_PAGE__WHAT__SESSIONS] = load_sessions,
		[MUDLARK__LOAD_PAGE__WHAT__OUTBOX] = load_outbox,
		[MUDLARK__LOAD_PAGE__WHAT__DOCUMENTS] = load_documents,
	};
	struct taker t = { .a = a };

	if ((unsigned)q->what >= ARRAY_LEN(loads))
		return STORE_BAD;
	mudlark__page__init(ret);
	return loads[q->what](s, q, ret, &t);
}

static int take_inside(void *ctx, const struct db_value *v, size_t n)
{
	struct taker *t = ctx;

	(void)n;
	if (!fits(t, v[3].v.s.n + 64, STORE_REPLY_MAX))
		return STORE_BAD;
	row_add(&t->rows, t->a, row_entity(t->a, v));
	return 0;
}

int store_load_tree(struct store *s, uint64_t id, Mudlark__EntityRow ***ret, size_t *ret_n,
		    struct arena *a)
{
	const struct db_value args[] = { db_u64(id) };
	struct taker t = { .a = a };
	const int r = store_query(s, SQL_TREE, args, ARRAY_LEN(args), take_inside, &t);

	if (r)
		return r;
	if (!t.rows.n)
		return STORE_ABSENT;
	*ret = (Mudlark__EntityRow **)t.rows.items;
	*ret_n = t.rows.n;
	return 0;
}

static int take_event(void *ctx, const struct db_value *v, size_t n)
{
	struct taker *t = ctx;

	(void)n;
	if (!fits(t, v[3].v.s.n + 64, STORE_REPLY_MAX))
		return 0;
	Mudlark__EventRow *row = row_alloc(t->a, sizeof(*row));
	mudlark__event_row__init(row);
	row->seq = (uint64_t)v[0].v.i;
	row->wall_ms = v[1].v.i;
	row->kind = row_text(t->a, &v[2]);
	row->body = row_bytes(t->a, &v[3]);
	row_add(&t->rows, t->a, row);
	return 0;
}

static bool are_outward(const Mudlark__EventsAfter *q)
{
	for (size_t i = 0; i < q->n_kinds; i++)
		if (!check_is_outward(q->kinds[i]))
			return false;
	return q->n_kinds > 0;
}

static int list_kinds(const Mudlark__EventsAfter *q, struct buf *out)
{
	for (size_t i = 0; i < q->n_kinds; i++) {
		const struct span kind = { q->kinds[i], strlen(q->kinds[i]) };

		if (!text_is_utf8(kind))
			return STORE_BAD;
		buf_addc(out, i ? ',' : '[');
		json_quote(out, kind);
	}
	buf_addc(out, ']');
	return 0;
}

int store_events_after(struct store *s, const Mudlark__EventsAfter *q, Mudlark__EventRow ***ret,
		       size_t *ret_n, struct arena *a)
{
	const uint32_t limit = q->limit && q->limit < 1000 ? q->limit : 1000;
	const enum sql st = are_outward(q) ? SQL_EVENTS_OUTWARD
			    : q->n_kinds   ? SQL_EVENTS_OF
					   : SQL_EVENTS_AFTER;
	struct taker t = { .a = a };
	struct buf kinds = { 0 };
	int r = list_kinds(q, &kinds);
	const struct db_value args[] = {
		db_u64(q->seq), q->upto ? db_u64(q->upto) : db_int(INT64_MAX), db_int(q->world),
		q->n_kinds ? db_text(buf_p(&kinds), kinds.n) : db_str(q->kind_prefix), db_int(limit)
	};

	if (!r)
		r = store_query(s, st, args, ARRAY_LEN(args), take_event, &t);
	buf_done(&kinds);
	if (r)
		return r;
	*ret = (Mudlark__EventRow **)t.rows.items;
	*ret_n = t.rows.n;
	return 0;
}

int store_event_oldest(struct store *s, uint32_t world, uint64_t *ret_oldest)
{
	const struct db_value args[] = { db_int(world) };
	int64_t oldest = 0;
	const int r = store_query(s, SQL_EVENT_OLDEST, args, 1, store_one_int, &oldest);

	if (!r)
		*ret_oldest = (uint64_t)oldest;
	return r;
}
