/*
 * test_ledger.c - reserved before, settled after: what was allowed is never passed, by however many, and
 * whoever dies in between.  Runs on both stores.
 */
#include "both.h"
#include "persist/call.h"

enum { RACERS = 3, RACER_TRIES = 40 };

/* A reservation of "all" (with this limit of nanos) and accounts that have none. */
struct wish {
	Mudlark__LedgerReserve q;
	Mudlark__LedgerLimit limits[3];
	Mudlark__LedgerLimit *rows[3];
};

static void wish_of(struct wish *w, const char *id, uint64_t nanos, uint64_t limit)
{
	static const char *const names[] = { "player/2026-05-01/7", "all", "day/2026-05-01" };

	mudlark__ledger_reserve__init(&w->q);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		mudlark__ledger_limit__init(&w->limits[i]);
		w->limits[i].account = (char *)names[i];
		w->limits[i].tokens = w->limits[i].nanos = UINT64_MAX;
		w->rows[i] = &w->limits[i];
	}
	w->limits[1].nanos = limit;
	w->q.id = (char *)id;
	w->q.accounts = w->rows;
	w->q.n_accounts = ARRAY_LEN(names);
	w->q.nanos = nanos;
	w->q.tokens = 10;
	w->q.wall_ms = 1000;
}

static int ask(struct both *b, const struct wish *w, const char **ret_account)
{
	buf_reset(&b->why);
	return b->ops->ledger_reserve(b->s, &w->q, ret_account, &b->why);
}

static int reserve(struct both *b, const char *id, uint64_t nanos, uint64_t limit)
{
	struct wish w;
	const char *account;

	wish_of(&w, id, nanos, limit);
	return ask(b, &w, &account);
}

static int settle(struct both *b, const char *id, uint64_t tokens, uint64_t nanos)
{
	Mudlark__LedgerSettle q = MUDLARK__LEDGER_SETTLE__INIT;

	q.id = (char *)id;
	q.tokens = tokens;
	q.nanos = nanos;
	buf_reset(&b->why);
	return b->ops->ledger_settle(b->s, &q, &b->why);
}

static Mudlark__LedgerRow **list(struct both *b, const char *prefix, size_t *ret_n)
{
	Mudlark__LedgerList q = MUDLARK__LEDGER_LIST__INIT;
	Mudlark__LedgerRow **rows = NULL;

	q.prefix = (char *)prefix;
	ck_assert_int_eq(b->ops->ledger_list(b->s, &q, &rows, ret_n, &b->a), 0);
	return rows;
}

static Mudlark__LedgerRow balance(struct both *b, const char *account)
{
	Mudlark__LedgerRow none = MUDLARK__LEDGER_ROW__INIT;
	size_t n;
	Mudlark__LedgerRow **rows = list(b, account, &n);

	return n ? *rows[0] : none;
}

static void ck_balance(struct both *b, const char *account, uint64_t nanos, uint64_t open)
{
	const Mudlark__LedgerRow row = balance(b, account);

	ck_assert_uint_eq(row.nanos, nanos);
	ck_assert_uint_eq(row.open_nanos, open);
}

START_TEST(a_reservation_charges_every_account_and_settling_gives_back)
{
	struct both b;
	both_open(&b, _i);
	ck_assert_int_eq(reserve(&b, "one", 500, UINT64_MAX), 0);
	ck_assert_int_eq(reserve(&b, "two", 100, UINT64_MAX), 0);
	ck_assert_int_eq(settle(&b, "one", 4, 200), 0);
	both_reopen(&b);

	static const char *const accounts[] = { "all", "day/2026-05-01", "player/2026-05-01/7" };
	size_t n;
	Mudlark__LedgerRow **rows = list(&b, "", &n);
	ck_assert_uint_eq(n, 3);
	for (size_t i = 0; i < n; i++) {
		ck_assert_str_eq(rows[i]->account, accounts[i]);
		ck_assert_uint_eq(rows[i]->nanos, 300);
		ck_assert_uint_eq(rows[i]->open_nanos, 100);
		ck_assert_uint_eq(rows[i]->tokens, 14);
		ck_assert_uint_eq(rows[i]->open_tokens, 10);
		ck_assert_uint_eq(rows[i]->calls, 2);
	}
	both_close(&b);
}
END_TEST

START_TEST(the_last_nano_may_be_reserved_and_not_one_more)
{
	struct both b;
	struct wish w;
	const char *account = "";
	both_open(&b, _i);
	ck_assert_int_eq(reserve(&b, "a", 600, 1000), 0);
	wish_of(&w, "b", 401, 1000);
	ck_assert_int_eq(ask(&b, &w, &account), STORE_SPENT);
	ck_assert_str_eq(account, "all");
	/* None was charged: the two without a limit neither. */
	ck_balance(&b, "day", 600, 600);
	ck_balance(&b, "player", 600, 600);
	ck_assert_int_eq(reserve(&b, "b", 400, 1000), 0);
	ck_assert_int_eq(reserve(&b, "c", 1, 1000), STORE_SPENT);
	ck_assert_int_eq(reserve(&b, "c", 0, 1000), 0);
	ck_assert_int_eq(reserve(&b, "d", 0, 999), STORE_SPENT);
	ck_balance(&b, "all", 1000, 1000);
	both_close(&b);
}
END_TEST

START_TEST(tokens_have_a_limit_of_their_own)
{
	struct both b;
	struct wish w;
	const char *account = "";
	both_open(&b, _i);
	wish_of(&w, "a", 1, UINT64_MAX);
	w.limits[0].tokens = 19;
	ck_assert_int_eq(ask(&b, &w, &account), 0);
	w.q.id = (char *)"b";
	ck_assert_int_eq(ask(&b, &w, &account), STORE_SPENT);
	ck_assert_str_eq(account, "player/2026-05-01/7");
	w.q.tokens = 9;
	ck_assert_int_eq(ask(&b, &w, &account), 0);
	ck_assert_uint_eq(balance(&b, "all").tokens, 19);
	both_close(&b);
}
END_TEST

START_TEST(a_reservation_that_is_there_changes_nothing)
{
	struct both b;
	both_open(&b, _i);
	ck_assert_int_eq(reserve(&b, "a", 900, 1000), 0);
	/* Asked again by somebody who never heard the answer: not even when it would not fit now. */
	ck_assert_int_eq(reserve(&b, "a", 900, 1000), 0);
	ck_assert_int_eq(reserve(&b, "a", 5000, 10), 0);
	ck_balance(&b, "all", 900, 900);
	ck_assert_uint_eq(balance(&b, "all").calls, 1);
	both_close(&b);
}
END_TEST

START_TEST(settling_twice_gives_back_once)
{
	struct both b;
	both_open(&b, _i);
	ck_assert_int_eq(reserve(&b, "a", 500, 1000), 0);
	ck_assert_int_eq(reserve(&b, "b", 500, 1000), 0);
	for (unsigned i = 0; i < 3; i++) {
		ck_assert_int_eq(settle(&b, "a", 1, 100), 0);
		ck_balance(&b, "all", 600, 500);
	}
	ck_assert_int_eq(settle(&b, "never", 7, 700), 0);
	ck_balance(&b, "all", 600, 500);
	both_close(&b);
}
END_TEST

START_TEST(more_than_was_reserved_is_charged_too)
{
	struct both b;
	both_open(&b, _i);
	ck_assert_int_eq(reserve(&b, "a", 500, 1000), 0);
	ck_assert_int_eq(settle(&b, "a", 25, 1200), 0);
	ck_balance(&b, "all", 1200, 0);
	ck_assert_uint_eq(balance(&b, "all").tokens, 25);
	ck_assert_int_eq(reserve(&b, "b", 0, 1000), STORE_SPENT);
	both_close(&b);
}
END_TEST

START_TEST(numbers_never_pass_their_end)
{
	struct both b;
	both_open(&b, _i);
	const uint64_t most = INT64_MAX;
	ck_assert_int_eq(reserve(&b, "a", most, UINT64_MAX), 0);
	ck_assert_int_eq(reserve(&b, "b", 1, UINT64_MAX), STORE_SPENT);
	ck_assert_int_eq(reserve(&b, "b", most, most), STORE_SPENT);
	ck_assert_int_eq(reserve(&b, "b", most + 1, UINT64_MAX), STORE_BAD);
	ck_assert_int_eq(settle(&b, "a", UINT64_MAX, UINT64_MAX), 0);
	ck_assert_int_eq(reserve(&b, "b", 0, UINT64_MAX), STORE_SPENT); /* of tokens */
	ck_balance(&b, "all", most, 0);
	ck_assert_uint_eq(balance(&b, "all").tokens, most);
	both_close(&b);
}
END_TEST

START_TEST(more_than_was_reserved_stops_at_the_end_of_numbers)
{
	struct both b;
	both_open(&b, _i);
	ck_assert_int_eq(reserve(&b, "a", 5, UINT64_MAX), 0);
	ck_assert_int_eq(reserve(&b, "b", 7, UINT64_MAX), 0);
	ck_assert_int_eq(settle(&b, "a", 0, INT64_MAX), 0);
	ck_balance(&b, "all", INT64_MAX, 7);
	ck_assert_int_eq(settle(&b, "b", 0, 0), 0);
	ck_balance(&b, "all", INT64_MAX - 7, 0);
	both_close(&b);
}
END_TEST

START_TEST(a_reservation_whose_owner_died_stays_charged)
{
	struct both b;
	both_open(&b, _i);
	b.ops->close(b.s);
	b.s = NULL;
	const pid_t owner = fork();
	if (owner == 0) {
		_exit(both_try_open(&b) == 0 && reserve(&b, "a", 700, 1000) == 0
			      ? kill(getpid(), SIGKILL)
			      : 1);
	}
	int status = 0;
	ck_assert_int_eq(waitpid(owner, &status, 0), owner);
	ck_assert(WIFSIGNALED(status));
	ck_assert_int_eq(both_try_open(&b), 0);
	ck_balance(&b, "all", 700, 700);
	ck_assert_int_eq(reserve(&b, "b", 301, 1000), STORE_SPENT);
	ck_assert_int_eq(reserve(&b, "b", 300, 1000), 0);
	both_close(&b);
}
END_TEST

START_TEST(documents_are_written_with_the_settlement_or_without_a_reservation)
{
	struct both b;
	Mudlark__LedgerSettle q = MUDLARK__LEDGER_SETTLE__INIT;
	Mudlark__DocumentRow one = MUDLARK__DOCUMENT_ROW__INIT, two = one, *rows[] = { &one, &two };
	Mudlark__DocumentRow *d;
	both_open(&b, _i);
	ck_assert_int_eq(reserve(&b, "a", 500, 1000), 0);
	one.collection = two.collection = (char *)"ai.talk";
	one.key = (char *)"k";
	one.body = bytes_of("{\"n\":1}");
	two.key = (char *)"gone";
	q.id = (char *)"a";
	q.put = rows;
	q.n_put = 2;
	ck_assert_int_eq(b.ops->ledger_settle(b.s, &q, &b.why), 0);
	ck_balance(&b, "all", 0, 0);
	ck_assert_int_eq(b.ops->document_get(b.s, "ai.talk", "k", &d, &b.a), 0);
	ck_assert_uint_eq(d->version, 1);
	q.id = (char *)"none";
	ck_assert_int_eq(b.ops->ledger_settle(b.s, &q, &b.why), 0);
	ck_assert_int_eq(b.ops->document_get(b.s, "ai.talk", "k", &d, &b.a), 0);
	ck_assert_uint_eq(d->version, 2);
	/* An empty body deletes, also what is not there. */
	one.body.len = 0;
	ck_assert_int_eq(b.ops->ledger_settle(b.s, &q, &b.why), 0);
	ck_assert_int_eq(b.ops->document_get(b.s, "ai.talk", "k", &d, &b.a), STORE_ABSENT);
	both_close(&b);
}
END_TEST

START_TEST(a_document_that_is_refused_settles_nothing)
{
	struct both b;
	Mudlark__LedgerSettle q = MUDLARK__LEDGER_SETTLE__INIT;
	Mudlark__DocumentRow fine = MUDLARK__DOCUMENT_ROW__INIT, bad = fine,
			     *rows[] = { &fine, &bad };
	Mudlark__DocumentRow *d;
	both_open(&b, _i);
	ck_assert_int_eq(reserve(&b, "a", 500, 1000), 0);
	fine.collection = bad.collection = (char *)"ai.talk";
	fine.key = bad.key = (char *)"k";
	fine.body = bytes_of("{}");
	bad.body = bytes_of("{\"a\":1,\"a\":2}");
	q.id = (char *)"a";
	q.put = rows;
	q.n_put = 2;
	ck_assert_int_eq(b.ops->ledger_settle(b.s, &q, &b.why), STORE_BAD);
	ck_assert_uint_gt(b.why.n, 0);
	ck_balance(&b, "all", 500, 500);
	ck_assert_int_eq(b.ops->document_get(b.s, "ai.talk", "k", &d, &b.a), STORE_ABSENT);
	Mudlark__DocumentRow *many[STORE_SETTLE_DOCUMENTS_MAX + 1];
	for (size_t i = 0; i < ARRAY_LEN(many); i++)
		many[i] = &fine;
	q.put = many;
	q.n_put = ARRAY_LEN(many);
	ck_assert_int_eq(b.ops->ledger_settle(b.s, &q, &b.why), STORE_BAD);
	both_close(&b);
}
END_TEST

/* Breaks one thing of a fine reservation. */
static void break_name(struct wish *w)
{
	w->limits[2].account = (char *)"";
}

static void break_line(struct wish *w)
{
	w->limits[2].account = (char *)"day/\n1";
}

static void break_twice(struct wish *w)
{
	w->limits[2].account = (char *)"all";
}

static void break_id(struct wish *w)
{
	w->q.id = (char *)"";
}

static void break_none(struct wish *w)
{
	w->q.n_accounts = 0;
}

static void break_text(struct wish *w)
{
	w->limits[0].account = (char *)"player/\xff";
}

static void break_tokens(struct wish *w)
{
	w->q.tokens = UINT64_MAX;
}

START_TEST(what_is_no_reservation_is_refused_with_a_sentence)
{
	static void (*const breaks[])(struct wish *) = { break_name,  break_line, break_twice,
							 break_id,    break_none, break_text,
							 break_tokens };
	struct both b;
	struct wish w;
	const char *account;
	size_t n;
	both_open(&b, _i);
	for (size_t i = 0; i < ARRAY_LEN(breaks); i++) {
		wish_of(&w, "a", 1, 1000);
		breaks[i](&w);
		ck_assert_int_eq(ask(&b, &w, &account), STORE_BAD);
		ck_assert_uint_gt(b.why.n, 0);
	}
	Mudlark__LedgerLimit *many[STORE_LEDGER_ACCOUNTS_MAX + 1];
	wish_of(&w, "a", 1, 1000);
	for (size_t i = 0; i < ARRAY_LEN(many); i++)
		many[i] = w.rows[0];
	w.q.accounts = many;
	w.q.n_accounts = ARRAY_LEN(many);
	ck_assert_int_eq(ask(&b, &w, &account), STORE_BAD);
	list(&b, "", &n);
	ck_assert_uint_eq(n, 0);
	both_close(&b);
}
END_TEST

START_TEST(accounts_are_listed_by_what_was_spent)
{
	struct both b;
	struct wish w;
	const char *account;
	size_t n;
	both_open(&b, _i);
	wish_of(&w, "a", 5, UINT64_MAX);
	w.limits[0].account = (char *)"player/1";
	ck_assert_int_eq(ask(&b, &w, &account), 0);
	wish_of(&w, "b", 7, UINT64_MAX);
	w.limits[0].account = (char *)"player/2";
	ck_assert_int_eq(ask(&b, &w, &account), 0);
	wish_of(&w, "c", 5, UINT64_MAX);
	w.q.tokens = 11;
	w.limits[0].account = (char *)"player/3";
	ck_assert_int_eq(ask(&b, &w, &account), 0);
	Mudlark__LedgerRow **rows = list(&b, "player/", &n);
	ck_assert_uint_eq(n, 3);
	ck_assert_str_eq(rows[0]->account, "player/2");
	ck_assert_str_eq(rows[1]->account, "player/3");
	ck_assert_str_eq(rows[2]->account, "player/1");
	list(&b, "play%", &n);
	ck_assert_uint_eq(n, 0);
	both_close(&b);
}
END_TEST

static uint64_t drop(struct both *b, int64_t before_ms, uint32_t limit)
{
	Mudlark__LedgerDrop q = MUDLARK__LEDGER_DROP__INIT;
	uint64_t count = 99;

	q.before_ms = before_ms;
	q.limit = limit;
	ck_assert_int_eq(b->ops->ledger_drop(b->s, &q, &count), 0);
	return count;
}

START_TEST(old_accounts_of_a_day_are_forgotten_and_what_was_spent_in_all_is_not)
{
	struct both b;
	struct wish w;
	const char *account;
	size_t n;
	both_open(&b, _i);
	ck_assert_int_eq(reserve(&b, "a", 500, 1000), 0);
	wish_of(&w, "b", 50, 1000);
	w.limits[0].account = (char *)"player/2026-05-01/8";
	w.q.wall_ms = 2000;
	ck_assert_int_eq(ask(&b, &w, &account), 0);
	ck_assert_uint_eq(drop(&b, 1000, 0), 0);
	/* Reservation a and the first player; the day was charged later. */
	ck_assert_uint_eq(drop(&b, 1001, 0), 2);
	list(&b, "", &n);
	ck_assert_uint_eq(n, 3);
	/* It stays charged, and is not given back any more. */
	ck_assert_int_eq(settle(&b, "a", 0, 0), 0);
	ck_balance(&b, "all", 550, 550);
	ck_assert_uint_eq(drop(&b, 9999, 1), 2);
	ck_assert_uint_eq(drop(&b, 9999, 1), 1);
	ck_assert_uint_eq(drop(&b, 9999, 1), 0);
	ck_balance(&b, "", 550, 550);
	both_close(&b);
}
END_TEST

static uint64_t drop_documents(struct both *b, const char *prefix, const char *below,
			       uint32_t limit)
{
	Mudlark__DocumentDrop q = MUDLARK__DOCUMENT_DROP__INIT;
	uint64_t count = 99;

	q.collection = (char *)"ai.audit";
	q.prefix = (char *)prefix;
	q.below = (char *)below;
	q.limit = limit;
	ck_assert_int_eq(b->ops->document_drop(b->s, &q, &count), 0);
	return count;
}

static void put_document(struct both *b, const char *collection, const char *key)
{
	Mudlark__DocumentPut q = MUDLARK__DOCUMENT_PUT__INIT;
	uint64_t version;

	q.collection = (char *)collection;
	q.key = (char *)key;
	q.body = bytes_of("{}");
	ck_assert_int_eq(b->ops->document_put(b->s, &q, &version), 0);
}

START_TEST(documents_are_dropped_by_the_beginning_and_the_end_of_their_keys)
{
	static const char *const keys[] = {
		"a", "aa/1", "aa/2", "aa/\xf0\x9f\x98\x80", "aa0", "b"
	};
	struct both b;
	Mudlark__DocumentRow *d;
	both_open(&b, _i);
	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		put_document(&b, "ai.audit", keys[i]);
	put_document(&b, "ai.audits", "aa/1");
	ck_assert_uint_eq(drop_documents(&b, "x", "", 0), 0);
	ck_assert_uint_eq(drop_documents(&b, "aa/", "aa/1", 0), 0);
	ck_assert_uint_eq(drop_documents(&b, "aa/", "aa/2", 0), 1);
	ck_assert_uint_eq(drop_documents(&b, "aa/", "zz", 0), 2);
	ck_assert_int_eq(b.ops->document_get(b.s, "ai.audit", "aa0", &d, &b.a), 0);
	ck_assert_uint_eq(drop_documents(&b, "", "b", 1), 1);
	ck_assert_int_eq(b.ops->document_get(b.s, "ai.audit", "a", &d, &b.a), STORE_ABSENT);
	ck_assert_uint_eq(drop_documents(&b, "", "", 0), 2);
	ck_assert_int_eq(b.ops->document_get(b.s, "ai.audits", "aa/1", &d, &b.a), 0);
	both_close(&b);
}
END_TEST

START_TEST(a_world_does_not_load_what_belongs_to_aibridges)
{
	static const char *const others[] = { "ai", "ai_", "AI.talk", "zai.", "a" };
	struct both b;
	both_open(&b, _i);
	put_document(&b, "ai.talk", "1");
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		put_document(&b, others[i], "1");
	put_document(&b, "ai.", "1");
	const Mudlark__Page *p = both_page(&b, MUDLARK__LOAD_PAGE__WHAT__DOCUMENTS, 0);
	ck_assert_uint_eq(p->documents->n_rows, ARRAY_LEN(others));
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		ck_assert_str_eq(p->documents->rows[i]->collection, others[i]);
	both_close(&b);
}
END_TEST

START_TEST(calls_of_a_group_are_durable_together)
{
	struct both b;
	both_open(&b, _i);
	ck_assert_int_eq(b.ops->group_begin(b.s), 0);
	ck_assert_int_eq(reserve(&b, "a", 600, 1000), 0);
	ck_assert_int_eq(reserve(&b, "b", 500, 1000), STORE_SPENT);
	ck_assert_int_eq(reserve(&b, "c", 1, UINT64_MAX - 1), 0);
	ck_assert_int_eq(reserve(&b, "", 1, 1000), STORE_BAD);
	ck_assert_int_eq(settle(&b, "a", 0, 100), 0);
	ck_assert_int_eq(reserve(&b, "b", 500, 1000), 0);
	ck_assert_int_eq(b.ops->group_end(b.s, 0), 0);
	both_reopen(&b);
	ck_balance(&b, "all", 601, 501);
	ck_assert_uint_eq(balance(&b, "day").calls, 3);

	ck_assert_int_eq(b.ops->group_begin(b.s), 0);
	ck_assert_int_eq(reserve(&b, "d", 1, 1000), 0);
	ck_assert_int_eq(b.ops->group_end(b.s, -EIO), -EIO);
	ck_balance(&b, "all", 601, 501);
	ck_assert_int_eq(reserve(&b, "d", 1, 1000), 0);
	both_close(&b);
}
END_TEST

START_TEST(a_call_tells_which_account_has_not_enough_left)
{
	struct both b;
	struct wish w;
	Mudlark__PersistCall q = MUDLARK__PERSIST_CALL__INIT;
	Mudlark__PersistReply reply;
	both_open(&b, _i);
	wish_of(&w, "a", 7, 6);
	q.body_case = MUDLARK__PERSIST_CALL__BODY_LEDGER_RESERVE;
	q.ledger_reserve = &w.q;
	ck_assert_int_eq(call_run(b.ops, b.s, &q, &b.a, &reply), 0);
	ck_assert_int_eq(reply.status, MUDLARK__STATUS__STATUS_SPENT);
	ck_assert_str_eq(reply.account, "all");
	ck_assert_str_eq(reply.why, "The account all has not that much left.");
	w.limits[1].nanos = 7;
	ck_assert_int_eq(call_run(b.ops, b.s, &q, &b.a, &reply), 0);
	ck_assert_int_eq(reply.status, MUDLARK__STATUS__STATUS_OK);
	ck_assert_str_eq(reply.account, "");
	both_close(&b);
}
END_TEST

/* A process with a connection of its own, as another persist would be: the number that it got. */
static int race(struct both *b, unsigned racer)
{
	int got = 0;

	if (both_try_open(b))
		return 255;
	for (unsigned i = 0; i < RACER_TRIES; i++) {
		struct wish w;
		const char *account;
		char id[32];
		int r;

		snprintf(id, sizeof(id), "%u-%u", racer, i);
		wish_of(&w, id, 100, 5050);
		/* The others come in another order. */
		w.rows[0] = &w.limits[racer % 3];
		w.rows[1] = &w.limits[(racer + 1) % 3];
		w.rows[2] = &w.limits[(racer + 2) % 3];
		r = ask(b, &w, &account);
		if (r && r != STORE_SPENT)
			return 254;
		got += !r;
	}
	return got;
}

START_TEST(connections_that_race_for_a_cap_never_pass_it_nor_stand_still)
{
	struct both b;
	pid_t racers[RACERS];
	int total = 0;
	both_open(&b, ON_PG);
	b.ops->close(b.s);
	b.s = NULL;
	for (unsigned i = 0; i < RACERS; i++) {
		racers[i] = fork();
		if (racers[i] == 0)
			_exit(race(&b, i));
	}
	for (unsigned i = 0; i < RACERS; i++) {
		int status = 0;
		ck_assert_int_eq(waitpid(racers[i], &status, 0), racers[i]);
		ck_assert(WIFEXITED(status) && WEXITSTATUS(status) <= RACER_TRIES);
		total += WEXITSTATUS(status);
	}
	ck_assert_int_eq(total, 50);
	ck_assert_int_eq(both_try_open(&b), 0);
	ck_balance(&b, "all", 5000, 5000);
	ck_balance(&b, "day", 5000, 5000);
	both_close(&b);
}
END_TEST

static Suite *ledger_suite(void)
{
	const TTest *const both[] = {
		a_reservation_charges_every_account_and_settling_gives_back,
		the_last_nano_may_be_reserved_and_not_one_more,
		tokens_have_a_limit_of_their_own,
		a_reservation_that_is_there_changes_nothing,
		settling_twice_gives_back_once,
		more_than_was_reserved_is_charged_too,
		numbers_never_pass_their_end,
		more_than_was_reserved_stops_at_the_end_of_numbers,
		a_reservation_whose_owner_died_stays_charged,
		documents_are_written_with_the_settlement_or_without_a_reservation,
		a_document_that_is_refused_settles_nothing,
		what_is_no_reservation_is_refused_with_a_sentence,
		accounts_are_listed_by_what_was_spent,
		old_accounts_of_a_day_are_forgotten_and_what_was_spent_in_all_is_not,
		documents_are_dropped_by_the_beginning_and_the_end_of_their_keys,
		a_world_does_not_load_what_belongs_to_aibridges,
		calls_of_a_group_are_durable_together,
		a_call_tells_which_account_has_not_enough_left,
	};
	Suite *s = suite_create("ledger");
	TCase *t = tcase_create("both");

	tcase_set_timeout(t, 60);
	for (size_t i = 0; i < ARRAY_LEN(both); i++)
		tcase_add_loop_test(t, both[i], 0, STORES);
	tcase_add_test(t, connections_that_race_for_a_cap_never_pass_it_nor_stand_still);
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return both_main(ledger_suite());
}
