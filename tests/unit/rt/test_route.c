/*
 * test_route.c - an inbox as a table, on a real envelope.
 */
#include "rt/route.h"

#include <string.h>
#include "rt/buf.h"
#include "gateway.pb-c.h"
#include "world.pb-c.h"
#include "unit.h"

enum { FIRST = 8, LAST = 17, ROWS = LAST + 1 };

struct got {
	uint64_t peer;
	const void *body;
	int n;
};

static int take(void *ctx, uint64_t peer, const void *body)
{
	struct got *g = ctx;

	g->peer = peer;
	g->body = body;
	g->n++;
	return 5;
}

static struct route rows[ROWS];
static const struct route_table table = {
	.envelope = &mudlark__gateway_in__descriptor,
	.rows = rows,
	.n = ROWS,
};

static void fill_rows(void)
{
	for (unsigned i = FIRST; i <= LAST; i++)
		rows[i] = (struct route){ "case", ROLE_WORLD, take };
}

/* A notice in an envelope, packed. */
static size_t pack_notice(uint8_t *out, char *text)
{
	Mudlark__GatewayIn in = MUDLARK__GATEWAY_IN__INIT;
	Mudlark__Notice notice = MUDLARK__NOTICE__INIT;

	notice.text.data = (uint8_t *)text;
	notice.text.len = strlen(text);
	in.body_case = MUDLARK__GATEWAY_IN__BODY_NOTICE;
	in.notice = &notice;
	in.oseq = 9;
	return mudlark__gateway_in__pack(&in, out);
}

START_TEST(a_case_reaches_its_handler)
{
	uint8_t wire[100];
	char text[] = "hello";
	size_t n = pack_notice(wire, text);
	struct route_stats stats = { 0 };
	struct got got = { 0 };
	struct arena a;
	ProtobufCMessage *m;
	const Mudlark__Notice *notice;

	fill_rows();
	arena_init(&a, 0);
	m = route_unpack(table.envelope, (struct span){ (char *)wire, n }, &a);
	ck_assert_ptr_nonnull(m);
	ck_assert_int_eq(route_dispatch(&table, &stats, &got, 42, ROLE_WORLD, m), 5);
	ck_assert_int_eq(got.n, 1);
	ck_assert_uint_eq(got.peer, 42);
	notice = got.body;
	ck_assert_uint_eq(notice->text.len, 5);
	ck_assert_mem_eq(notice->text.data, "hello", 5);
	ck_assert_uint_eq(stats.handled, 1);
	arena_done(&a);
}
END_TEST

START_TEST(a_sender_without_the_right_is_refused)
{
	Mudlark__GatewayIn in = MUDLARK__GATEWAY_IN__INIT;
	Mudlark__Notice notice = MUDLARK__NOTICE__INIT;
	struct route_stats stats = { 0 };
	struct got got = { 0 };

	fill_rows();
	in.body_case = MUDLARK__GATEWAY_IN__BODY_NOTICE;
	in.notice = &notice;
	ck_assert_int_eq(route_dispatch(&table, &stats, &got, 1, ROLE_GATEWAY | ROLE_OPS, &in.base),
			 0);
	ck_assert_int_eq(got.n, 0);
	ck_assert_uint_eq(stats.refused, 1);
}
END_TEST

START_TEST(a_case_nobody_knows_is_dropped_and_counted)
{
	Mudlark__GatewayIn in = MUDLARK__GATEWAY_IN__INIT;
	Mudlark__Notice notice = MUDLARK__NOTICE__INIT;
	struct route_stats stats = { 0 };
	struct got got = { 0 };

	fill_rows();
	rows[MUDLARK__GATEWAY_IN__BODY_NOTICE] = (struct route){ 0 };
	ck_assert_int_eq(route_dispatch(&table, &stats, &got, 1, ROLE_WORLD, &in.base), 0);
	in.body_case = MUDLARK__GATEWAY_IN__BODY_NOTICE;
	in.notice = &notice;
	ck_assert_int_eq(route_dispatch(&table, &stats, &got, 1, ROLE_WORLD, &in.base), 0);
	ck_assert_int_eq(got.n, 0);
	ck_assert_uint_eq(stats.unknown, 2);
}
END_TEST

START_TEST(a_field_of_the_future_is_an_unknown_case)
{
	/* Field 127, length 1: a case this build has never heard of. */
	static const char wire[] = "\xfa\x07\x01x";
	struct route_stats stats = { 0 };
	struct arena a;
	ProtobufCMessage *m;
	const void *body = &a;

	fill_rows();
	arena_init(&a, 0);
	m = route_unpack(table.envelope, (struct span){ wire, 4 }, &a);
	ck_assert_ptr_nonnull(m);
	ck_assert_uint_eq(route_case(m, &body), 0);
	ck_assert_ptr_null(body);
	ck_assert_int_eq(route_dispatch(&table, &stats, NULL, 1, ROLE_WORLD, m), 0);
	ck_assert_uint_eq(stats.unknown, 1);
	arena_done(&a);
}
END_TEST

START_TEST(bytes_that_are_no_message_are_malformed)
{
	struct arena a;
	char *huge = base_alloc(1, (1 << 20) + 1);

	arena_init(&a, 0);
	ck_assert_ptr_null(route_unpack(table.envelope, SPAN("\x6a\x7f"), &a));
	ck_assert_ptr_null(route_unpack(table.envelope, SPAN("\xff\xff\xff"), &a));
	ck_assert_ptr_null(route_unpack(table.envelope, (struct span){ huge, (1 << 20) + 1 }, &a));
	ck_assert_ptr_nonnull(route_unpack(table.envelope, SPAN(""), &a));
	free(huge);
	arena_done(&a);
}
END_TEST

START_TEST(the_caps_of_the_caller_hold)
{
	char *text = base_alloc(1, 100001);
	uint8_t *wire = base_alloc(1, 110000);
	struct arena small, large;
	struct span bytes = { (const char *)wire, 0 };

	memset(text, 'x', 100000);
	bytes.n = pack_notice(wire, text);
	arena_init(&small, 64 << 10);
	arena_init(&large, 0);
	ck_assert_ptr_null(route_unpack(table.envelope, bytes, &small));
	ck_assert_ptr_nonnull(route_unpack(table.envelope, bytes, &large));
	ck_assert_uint_eq(small.cap, 64 << 10);
	ck_assert_uint_eq(large.cap, 0);
	arena_done(&small);
	arena_done(&large);
	free(text);
	free(wire);
}
END_TEST

/* Two bytes on the wire that become a whole struct in memory, again and again. */
START_TEST(a_message_that_swells_is_refused)
{
	enum { ROWS_SENT = 100000 };
	struct buf wire = { 0 };
	struct arena a;

	/* WorldIn.load_entities, of 200,000 bytes: empty rows. */
	buf_add(&wire, "\xc2\x02\xc0\x9a\x0c", 5);
	for (int i = 0; i < ROWS_SENT; i++)
		buf_add(&wire, "\x0a\x00", 2);
	arena_init(&a, 0);
	ck_assert_ptr_null(route_unpack(&mudlark__world_in__descriptor, buf_span(&wire), &a));
	ck_assert_uint_gt(a.used, 1 << 20);
	ck_assert_uint_le(a.used, wire.n * 16);
	arena_done(&a);
	buf_done(&wire);
}
END_TEST

START_TEST(a_case_without_a_handler_is_found)
{
	fill_rows();
	ck_assert_ptr_null(route_check(&table));
	rows[MUDLARK__GATEWAY_IN__BODY_PLACE].handle = NULL;
	ck_assert_str_eq(route_check(&table), "place");
	fill_rows();
	rows[MUDLARK__GATEWAY_IN__BODY_DATA].from = 0;
	ck_assert_str_eq(route_check(&table), "data");
}
END_TEST

START_TEST(nobody_may_call_himself_self)
{
	ck_assert_uint_eq(route_role_of("gateway"), ROLE_GATEWAY);
	ck_assert_uint_eq(route_role_of("ops"), ROLE_OPS);
	ck_assert_uint_eq(route_role_of("self"), 0);
	ck_assert_uint_eq(route_role_of(""), 0);
}
END_TEST

UNIT_MAIN("route", a_case_reaches_its_handler, a_sender_without_the_right_is_refused,
	  a_case_nobody_knows_is_dropped_and_counted, a_field_of_the_future_is_an_unknown_case,
	  bytes_that_are_no_message_are_malformed, the_caps_of_the_caller_hold,
	  a_message_that_swells_is_refused, a_case_without_a_handler_is_found,
	  nobody_may_call_himself_self)
