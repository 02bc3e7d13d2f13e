/*
 * test_orders.c - what staff are answered.
 */
#include "aibridge/orders.h"

#include "aibridge/audit.h"
#include "rt/text.h"
#include "tests/unit/aibridge/asks_rig.h"
#include "tests/unit/aibridge/store_rig.h"

static struct asks_rig a;
static struct store_rig s;
static struct metric numbers[NUMBERS];
static struct spend spend;
static struct orders orders;
static struct buf text;
static size_t answers;

/* No line is wider than a terminal. */
static void tell(UNUSED void *ctx, const Mudlark__WorldIn *m)
{
	const char *p, *end;

	ck_assert_int_eq(m->body_case, MUDLARK__WORLD_IN__BODY_AI_TEXT);
	ck_assert_uint_eq(m->ai_text->order, 5);
	ck_assert(m->ai_text->last);
	answers++;
	buf_reset(&text);
	buf_add(&text, m->ai_text->text.data, m->ai_text->text.len);
	end = buf_p(&text) + text.n;
	for (p = buf_p(&text); p < end; p++) {
		const char *stop = memchr(p, '\n', (size_t)(end - p));

		ck_assert_ptr_nonnull(stop);
		ck_assert_uint_le(text_columns((struct span){ p, (size_t)(stop - p) }), 80);
		p = stop;
	}
}

static void begin(void)
{
	rig_begin(&a, 2);
	store_rig_begin(&s);
	numbers_init(numbers);
	spend = (struct spend){ 0 };
	answers = 0;
	orders_init(&orders, &(struct orders_of){ .name = "aibridge",
						  .conf = &a.conf,
						  .clock = &s.clock,
						  .roster = &a.roster,
						  .asks = &a.asks,
						  .numbers = numbers,
						  .spend = &spend,
						  .store = &s.store,
						  .tell = tell });
}

static void end(void)
{
	orders_drop(&orders);
	ck_assert_uint_eq(orders.n, 0);
	ck_assert_uint_eq(s.n, 0);
	store_rig_end(&s);
	rig_end(&a);
	buf_done(&text);
}

static void order(const char *words)
{
	Mudlark__AiOrder m = MUDLARK__AI_ORDER__INIT;

	m.order = 5;
	m.words = (char *)words;
	orders_take(&orders, &m);
}

static void expect(const char *part)
{
	ck_assert_msg(rig_has(buf_span(&text), rig_span(part)), "`%s` is not in\n%.*s", part,
		      (int)text.n, buf_p(&text));
}

START_TEST(status_tells_who_is_asked_and_how_that_goes)
{
	begin();
	numbers[N_ANSWERS + AI_ANTHROPIC].value = 3;
	numbers[N_ATTEMPTS + CALL_LIMIT].value = 2;
	breaker_done(&a.candidates[0].breaker, 0, 1, true);
	spend_add(&spend, s.now, 31200000, 57);
	order("status");
	expect("aibridge:\n");
	expect("  1. anthropic m: in use, 1 failures in a row\n");
	expect("  3. scripted: always there\n");
	expect("Answers: anthropic 3.\n");
	expect("Failures: limit 2.\n");
	expect("0.0312 (57 tokens) in the last day");
	asks_pause(&a.asks, true);
	order("STATUS");
	expect("paused");
	ck_assert_uint_eq(answers, 2);
	end();
}
END_TEST

static void show_ledger(void)
{
	Mudlark__PersistReply m = MUDLARK__PERSIST_REPLY__INIT;
	Mudlark__LedgerRow row = MUDLARK__LEDGER_ROW__INIT, *rows[] = { &row };

	row.account = (char *)"player/2026-05-28/00000000000004d2";
	row.nanos = 31200000;
	row.tokens = 57;
	row.calls = 1;
	m.ledger = rows;
	m.n_ledger = 1;
	store_rig_reply(&s, &m);
}

START_TEST(budget_tells_what_is_spent_of_what_may_be)
{
	Mudlark__PersistCall *q;

	begin();
	a.roster.budgets.v[BUDGET_PLAYER].nanos = 50000000;
	order("budget player");
	ck_assert_uint_eq(answers, 0);
	q = store_rig_asked(&s, 0, MUDLARK__PERSIST_CALL__BODY_LEDGER_LIST);
	ck_assert_str_eq(q->ledger_list->prefix, "player/2026-05-28");
	mudlark__persist_call__free_unpacked(q, NULL);
	show_ledger();
	expect("0.0312, 57 tokens, 1 calls of 0.05\n");
	order("budget");
	q = store_rig_asked(&s, 0, MUDLARK__PERSIST_CALL__BODY_LEDGER_LIST);
	ck_assert_str_eq(q->ledger_list->prefix, "");
	mudlark__persist_call__free_unpacked(q, NULL);
	show_ledger();
	order("budget of mine");
	expect("Whose budget?");
	ck_assert_uint_eq(answers, 3);
	end();
}
END_TEST

START_TEST(a_transcript_shows_the_newest_last)
{
	Mudlark__PersistReply m = MUDLARK__PERSIST_REPLY__INIT;
	Mudlark__DocumentRow rows[2], *list[] = { &rows[0], &rows[1] };
	static const char *const bodies[] = { "{\"at\":2000,\"name\":\"Ana\",\"said\":\"New.\"}",
					      "{\"at\":1000,\"name\":\"Ana\",\"said\":\"Old.\"}" };
	Mudlark__PersistCall *q;
	size_t old;

	begin();
	order("transcript marrable Ana");
	q = store_rig_asked(&s, 0, MUDLARK__PERSIST_CALL__BODY_DOCUMENT_QUERY);
	ck_assert_str_eq(q->document_query->collection, AUDIT_COLLECTION);
	ck_assert_uint_eq(q->document_query->n_where, 2);
	mudlark__persist_call__free_unpacked(q, NULL);
	for (size_t i = 0; i < 2; i++) {
		mudlark__document_row__init(&rows[i]);
		rows[i].body.data = (uint8_t *)bodies[i];
		rows[i].body.len = strlen(bodies[i]);
	}
	m.documents = list;
	m.n_documents = 2;
	store_rig_reply(&s, &m);
	expect("Old.");
	expect("New.");
	old = (size_t)((char *)memmem(buf_p(&text), text.n, "Old.", 4) - buf_p(&text));
	ck_assert_uint_lt(old,
			  (size_t)((char *)memmem(buf_p(&text), text.n, "New.", 4) - buf_p(&text)));
	order("transcript");
	expect("Whose?");
	end();
}
END_TEST

START_TEST(what_is_not_known_or_not_to_be_had_is_said_in_a_sentence)
{
	begin();
	order("dance");
	expect("An aibridge knows: status");
	order("");
	expect("An aibridge knows: status");
	order("budget");
	store_rig_status(&s, MUDLARK__STATUS__STATUS_BUSY);
	expect("The store says no: because");
	order("budget");
	store_rig_lose(&s);
	expect("The store does not answer.");
	order("budget");
	expect("The store is away.");
	ck_assert_uint_eq(answers, 5);
	end();
}
END_TEST

START_TEST(orders_of_a_world_that_is_gone_are_not_answered)
{
	begin();
	order("budget");
	order("transcript nan");
	orders_drop(&orders);
	ck_assert_uint_eq(s.n, 0);
	ck_assert_uint_eq(answers, 0);
	end();
}
END_TEST

UNIT_MAIN("orders", status_tells_who_is_asked_and_how_that_goes,
	  budget_tells_what_is_spent_of_what_may_be, a_transcript_shows_the_newest_last,
	  what_is_not_known_or_not_to_be_had_is_said_in_a_sentence,
	  orders_of_a_world_that_is_gone_are_not_answered)
