/*
 * store_ledger.c - the ledger: reserved before, settled after.
 *
 * Accounts are locked in the order of their names, so that reservations of several connections never
 * wait for each other in a circle; they are made (empty) before they are locked, since what is not there
 * cannot be.  Nothing is charged before it is known that all have enough left: a reservation that is
 * refused changes nothing in a transaction it shares.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "persist/check.h"
#include "persist/row.h"
#include "persist/store_inner.h"
#include "rt/text.h"

/* In a group the transaction is the group's. */
static int begin(struct store *s)
{
	return s->in_group ? 0 : s->driver->begin(s->db);
}

static int end(struct store *s, int r)
{
	if (!s->in_group)
		return store_end(s, r);
	/* Half of it may be done. */
	if (r && r != STORE_SPENT)
		s->is_spoiled = true;
	return r;
}

int store_group_begin(struct store *s)
{
	const int r = s->driver->begin(s->db);

	s->in_group = !r;
	s->is_spoiled = false;
	return r;
}

int store_group_end(struct store *s, int r)
{
	s->in_group = false;
	return store_end(s, !r && s->is_spoiled ? -EAGAIN : r);
}

struct reserving {
	const Mudlark__LedgerReserve *q;
	const Mudlark__LedgerLimit *limits[STORE_LEDGER_ACCOUNTS_MAX]; /* by name */
	size_t n_read;
	const char *spent; /* the first that has not enough left */
};

static int by_name(const void *a, const void *b)
{
	const Mudlark__LedgerLimit *const *x = a, *const *y = b;

	return strcmp((*x)->account, (*y)->account);
}

/* Without a limit: as much as can be counted. */
static bool has_left(uint64_t spent, uint64_t more, uint64_t limit)
{
	const uint64_t most = limit < INT64_MAX ? limit : INT64_MAX;

	return more <= most && spent <= most - more;
}

static int take_balance(void *ctx, const struct db_value *v, size_t n)
{
	struct reserving *w = ctx;

	(void)n;
	if (w->n_read == w->q->n_accounts)
		return -EIO;
	const Mudlark__LedgerLimit *l = w->limits[w->n_read++];
	if (v[0].v.s.n != strlen(l->account) || memcmp(v[0].v.s.p, l->account, v[0].v.s.n) != 0)
		return -EIO;
	if (!w->spent && (!has_left((uint64_t)v[1].v.i, w->q->tokens, l->tokens) ||
			  !has_left((uint64_t)v[2].v.i, w->q->nanos, l->nanos)))
		w->spent = l->account;
	return 0;
}

/* Makes what is missing, locks all of them, and looks whether each has enough. */
static int lock_accounts(struct store *s, struct reserving *w)
{
	struct buf names = { 0 };
	int r = 0;

	for (size_t i = 0; i < w->q->n_accounts && !r; i++) {
		const char *account = w->limits[i]->account;
		const struct db_value args[] = { db_str(account), db_int(w->q->wall_ms) };

		buf_addc(&names, i ? ',' : '[');
		json_quote(&names, (struct span){ account, strlen(account) });
		r = s->driver->queue(s->db, SQL_LEDGER_OPEN, args, ARRAY_LEN(args), 1);
	}
	buf_addc(&names, ']');
	const struct db_value arg = db_text(buf_p(&names), names.n);
	if (!r)
		r = store_query(s, SQL_LEDGER_LOCK, &arg, 1, take_balance, w);
	buf_done(&names);
	return !r && w->n_read != w->q->n_accounts ? -EIO : r;
}

static int charge(struct store *s, const struct reserving *w)
{
	const Mudlark__LedgerReserve *q = w->q;
	struct buf names = { 0 };
	int r = 0;

	for (size_t i = 0; i < q->n_accounts && !r; i++) {
		const struct db_value args[] = { db_str(w->limits[i]->account), db_u64(q->tokens),
						 db_u64(q->nanos), db_int(q->wall_ms) };

		buf_addf(&names, "%s\n", w->limits[i]->account);
		r = s->driver->queue(s->db, SQL_LEDGER_CHARGE, args, ARRAY_LEN(args), 1);
	}
	const struct db_value args[] = { db_str(q->id), db_text(buf_p(&names), names.n),
					 db_u64(q->tokens), db_u64(q->nanos), db_int(q->wall_ms) };
	if (!r)
		r = s->driver->queue(s->db, SQL_RESERVATION_ADD, args, ARRAY_LEN(args), 1);
	buf_done(&names);
	return r;
}

static int reserve(struct store *s, struct reserving *w)
{
	const struct db_value id = db_str(w->q->id);
	uint64_t there = 0;
	int r = lock_accounts(s, w);

	if (!r)
		r = store_query(s, SQL_RESERVATION_FIND, &id, 1, store_count, &there);
	if (r || there)
		return r;
	return w->spent ? STORE_SPENT : charge(s, w);
}

int store_ledger_reserve(struct store *s, const Mudlark__LedgerReserve *q, const char **ret_account,
			 struct buf *why)
{
	struct reserving w = { .q = q };
	int r = check_reserve(q, why);

	if (r)
		return r;
	memcpy(w.limits, q->accounts, q->n_accounts * sizeof(w.limits[0]));
	qsort(w.limits, q->n_accounts, sizeof(w.limits[0]), by_name);
	r = begin(s);
	if (!r)
		r = reserve(s, &w);
	if (r == STORE_SPENT)
		*ret_account = w.spent;
	return end(s, r);
}

struct held {
	bool is_there;
	char *accounts; /* each with a line feed behind it, in the order of their names */
	uint64_t tokens, nanos;
};

static int take_held(void *ctx, const struct db_value *v, size_t n)
{
	struct held *h = ctx;

	(void)n;
	h->is_there = true;
	h->accounts = base_dup(v[0].v.s.p, v[0].v.s.n);
	h->tokens = (uint64_t)v[1].v.i;
	h->nanos = (uint64_t)v[2].v.i;
	return 0;
}

static struct db_value above(uint64_t a, uint64_t b)
{
	return db_u64(a > b ? a - b : 0);
}

static int settle_accounts(struct store *s, const struct held *h, uint64_t tokens, uint64_t nanos)
{
	int r = 0;

	for (const char *p = h->accounts, *end; !r && (end = strchr(p, '\n')); p = end + 1) {
		const struct db_value args[] = { db_text(p, (size_t)(end - p)),
						 db_u64(h->tokens),
						 db_u64(h->nanos),
						 above(h->tokens, tokens),
						 above(tokens, h->tokens),
						 above(h->nanos, nanos),
						 above(nanos, h->nanos) };

		r = s->driver->queue(s->db, SQL_LEDGER_SETTLE, args, ARRAY_LEN(args), 1);
	}
	return r;
}

static int put_documents(struct store *s, const Mudlark__LedgerSettle *q)
{
	int r = 0;

	for (size_t i = 0; i < q->n_put && !r; i++) {
		const Mudlark__DocumentRow *d = q->put[i];
		const struct db_value args[] = { db_str(d->collection), db_str(d->key),
						 db_text((const char *)d->body.data, d->body.len) };

		r = d->body.len ? s->driver->queue(s->db, SQL_DOCUMENT_PUT, args, 3, 1)
				: s->driver->queue(s->db, SQL_DOCUMENT_DEL, args, 2, 1);
	}
	return r;
}

static uint64_t countable(uint64_t n)
{
	return n < INT64_MAX ? n : INT64_MAX;
}

int store_ledger_settle(struct store *s, const Mudlark__LedgerSettle *q, struct buf *why)
{
	const struct db_value id = db_str(q->id);
	struct held h = { 0 };
	int r = check_settle(q, why);

	if (r)
		return r;
	r = begin(s);
	if (!r)
		r = store_query(s, SQL_RESERVATION_TAKE, &id, 1, take_held, &h);
	if (!r && h.is_there)
		r = settle_accounts(s, &h, countable(q->tokens), countable(q->nanos));
	if (!r)
		r = put_documents(s, q);
	free(h.accounts);
	return end(s, r);
}

struct lister {
	struct arena *a;
	struct row_list rows;
};

static int take_account(void *ctx, const struct db_value *v, size_t n)
{
	struct lister *l = ctx;
	Mudlark__LedgerRow *row = row_alloc(l->a, sizeof(*row));

	(void)n;
	mudlark__ledger_row__init(row);
	row->account = row_text(l->a, &v[0]);
	row->tokens = (uint64_t)v[1].v.i;
	row->nanos = (uint64_t)v[2].v.i;
	row->open_tokens = (uint64_t)v[3].v.i;
	row->open_nanos = (uint64_t)v[4].v.i;
	row->calls = (uint64_t)v[5].v.i;
	row_add(&l->rows, l->a, row);
	return 0;
}

static struct db_value limit_of(uint32_t limit)
{
	return db_int(!limit ? 100 : limit < 1000 ? limit : 1000);
}

int store_ledger_list(struct store *s, const Mudlark__LedgerList *q, Mudlark__LedgerRow ***ret,
		      size_t *ret_n, struct arena *a)
{
	const struct db_value args[] = { db_str(q->prefix), limit_of(q->limit) };
	struct lister l = { .a = a };
	const int r = store_query(s, SQL_LEDGER_LIST, args, ARRAY_LEN(args), take_account, &l);

	if (r)
		return r;
	*ret = (Mudlark__LedgerRow **)l.rows.items;
	*ret_n = l.rows.n;
	return 0;
}

int store_ledger_drop(struct store *s, const Mudlark__LedgerDrop *q, uint64_t *ret_count)
{
	const struct db_value args[] = { db_int(q->before_ms), limit_of(q->limit) };
	uint64_t count = 0;
	int r = s->driver->begin(s->db);

	if (!r)
		r = store_query(s, SQL_RESERVATION_DROP, args, ARRAY_LEN(args), store_count,
				&count);
	if (!r)
		r = store_query(s, SQL_LEDGER_DROP, args, ARRAY_LEN(args), store_count, &count);
	r = store_end(s, r);
	if (!r)
		*ret_count = count;
	return r;
}
