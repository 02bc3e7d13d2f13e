/*
 * test_dumper.c - a dump that is asked for by calls: over real links beside a world that commits, and by itself,
 * with a time of its own.
 */
#include "export.h"
#include "persist/dumper.h"
#include "persist/undump.h"
#include "scene.h"

/* The dumper alone, on a real store. */
struct desk {
	struct both b;
	struct dumper dumper;
	uint64_t now_us, last_id;
	struct arena arena;
	Mudlark__PersistReply reply;
};

static Mudlark__Status ask(struct desk *d, uint64_t peer, Mudlark__PersistCall *q)
{
	const struct dumper_ask ask = {
		d->b.ops, d->b.s, peer, d->now_us, ++d->last_id, &d->arena
	};

	arena_reset(&d->arena);
	ck_assert(dumper_is(q));
	dumper_run(&d->dumper, &ask, q, &d->reply);
	return d->reply.status;
}

static Mudlark__Status begin(struct desk *d, uint64_t peer)
{
	Mudlark__PersistCall q = MUDLARK__PERSIST_CALL__INIT;
	Mudlark__DumpBegin m = MUDLARK__DUMP_BEGIN__INIT;

	q.body_case = MUDLARK__PERSIST_CALL__BODY_DUMP_BEGIN;
	q.dump_begin = &m;
	return ask(d, peer, &q);
}

static Mudlark__Status read_on(struct desk *d, uint64_t peer, uint64_t id, uint64_t piece)
{
	Mudlark__PersistCall q = MUDLARK__PERSIST_CALL__INIT;
	Mudlark__DumpRead m = MUDLARK__DUMP_READ__INIT;

	m.id = id;
	m.piece = piece;
	q.body_case = MUDLARK__PERSIST_CALL__BODY_DUMP_READ;
	q.dump_read = &m;
	return ask(d, peer, &q);
}

static Mudlark__Status end(struct desk *d, uint64_t peer, uint64_t id)
{
	Mudlark__PersistCall q = MUDLARK__PERSIST_CALL__INIT;
	Mudlark__DumpEnd m = MUDLARK__DUMP_END__INIT;

	m.id = id;
	q.body_case = MUDLARK__PERSIST_CALL__BODY_DUMP_END;
	q.dump_end = &m;
	return ask(d, peer, &q);
}

/* A store of several pieces; a dump of it was begun by peer 1. */
static uint64_t desk_open(struct desk *d, int which)
{
	struct export e;
	struct store_import got;

	memset(d, 0, sizeof(*d));
	d->now_us = 5;
	both_open(&d->b, which);
	export_random(&e, 8, 450);
	ck_assert_uint_gt(e.text.n, 3 * DUMP_PIECE_BYTES);
	ck_assert_int_eq(try_import(d->b.ops, d->b.s, buf_span(&e.text), 70000, &got, &d->b.why),
			 0);
	buf_done(&e.text);
	ck_assert_int_eq(begin(d, 1), MUDLARK__STATUS__STATUS_OK);
	return d->reply.dump->id;
}

static void desk_close(struct desk *d)
{
	dumper_end(&d->dumper, "test");
	arena_done(&d->arena);
	both_close(&d->b);
}

START_TEST(pieces_are_read_in_order_and_the_last_one_again)
{
	struct desk d;
	struct buf first = { 0 };
	const uint64_t id = desk_open(&d, ON_SQLITE);
	ck_assert_int_eq(read_on(&d, 1, id, 1), MUDLARK__STATUS__STATUS_BAD);
	ck_assert_int_eq(read_on(&d, 1, id, UINT64_MAX), MUDLARK__STATUS__STATUS_BAD);
	ck_assert_int_eq(read_on(&d, 1, id, 0), MUDLARK__STATUS__STATUS_OK);
	buf_add(&first, d.reply.dump->lines.data, d.reply.dump->lines.len);
	ck_assert_int_eq(read_on(&d, 1, id, 0), MUDLARK__STATUS__STATUS_OK);
	ck_assert_uint_eq(d.reply.dump->lines.len, first.n);
	ck_assert_mem_eq(d.reply.dump->lines.data, buf_p(&first), first.n);
	uint64_t piece = 1;
	do {
		ck_assert_int_eq(read_on(&d, 1, id, piece++), MUDLARK__STATUS__STATUS_OK);
		ck_assert_uint_le(d.reply.dump->lines.len, DUMP_PIECE_BYTES);
	} while (!d.reply.dump->last);
	ck_assert_uint_gt(piece, 3);
	ck_assert_int_eq(read_on(&d, 1, id, piece), MUDLARK__STATUS__STATUS_BAD);
	ck_assert_int_eq(read_on(&d, 1, id, piece - 1), MUDLARK__STATUS__STATUS_OK);
	ck_assert(d.reply.dump->last);
	ck_assert_int_eq(read_on(&d, 1, id, piece - 2), MUDLARK__STATUS__STATUS_BAD);
	ck_assert_int_eq(end(&d, 1, id), MUDLARK__STATUS__STATUS_OK);
	ck_assert_int_eq(read_on(&d, 1, id, piece - 1), MUDLARK__STATUS__STATUS_ABSENT);
	buf_done(&first);
	desk_close(&d);
}
END_TEST

START_TEST(there_is_one_dump_at_a_time_and_it_is_its_askers)
{
	struct desk d;
	const uint64_t id = desk_open(&d, ON_SQLITE);
	ck_assert_int_eq(begin(&d, 2), MUDLARK__STATUS__STATUS_BUSY);
	ck_assert_int_eq(read_on(&d, 2, id, 0), MUDLARK__STATUS__STATUS_ABSENT);
	ck_assert_int_eq(end(&d, 2, id), MUDLARK__STATUS__STATUS_ABSENT);
	ck_assert_int_eq(read_on(&d, 1, id + 1, 0), MUDLARK__STATUS__STATUS_ABSENT);
	ck_assert_int_eq(read_on(&d, 1, 0, 0), MUDLARK__STATUS__STATUS_ABSENT);
	ck_assert_int_eq(read_on(&d, 1, id, 0), MUDLARK__STATUS__STATUS_OK);
	/* One that never heard of its first dump begins again. */
	ck_assert_int_eq(begin(&d, 1), MUDLARK__STATUS__STATUS_OK);
	ck_assert_uint_ne(d.reply.dump->id, id);
	ck_assert_int_eq(read_on(&d, 1, id, 1), MUDLARK__STATUS__STATUS_ABSENT);
	/* Read to its end it is in nobody's way. */
	const uint64_t second = d.dumper.id;
	for (uint64_t piece = 0;; piece++) {
		ck_assert_int_eq(read_on(&d, 1, second, piece), MUDLARK__STATUS__STATUS_OK);
		if (d.reply.dump->last)
			break;
	}
	ck_assert_int_eq(begin(&d, 2), MUDLARK__STATUS__STATUS_OK);
	desk_close(&d);
}
END_TEST

START_TEST(a_dump_that_nobody_reads_ends)
{
	struct desk d;
	const uint64_t id = desk_open(&d, ON_SQLITE);
	d.now_us += DUMPER_IDLE_US - 1;
	ck_assert(dumper_look(&d.dumper, d.now_us));
	ck_assert_int_eq(read_on(&d, 1, id, 0), MUDLARK__STATUS__STATUS_OK);
	d.now_us += DUMPER_IDLE_US - 1;
	ck_assert(dumper_look(&d.dumper, d.now_us));
	ck_assert(!dumper_look(&d.dumper, d.now_us + 1));
	ck_assert_int_eq(read_on(&d, 1, id, 1), MUDLARK__STATUS__STATUS_ABSENT);
	desk_close(&d);
}
END_TEST

START_TEST(a_dump_ends_after_an_hour_however_it_is_read)
{
	struct desk d;
	const uint64_t id = desk_open(&d, ON_SQLITE);
	for (int i = 0; i < 60; i++) {
		ck_assert(dumper_look(&d.dumper, d.now_us));
		ck_assert_int_eq(read_on(&d, 1, id, 0), MUDLARK__STATUS__STATUS_OK);
		d.now_us += DUMPER_IDLE_US - 1;
	}
	ck_assert(dumper_look(&d.dumper, d.now_us));
	ck_assert_int_eq(read_on(&d, 1, id, 0), MUDLARK__STATUS__STATUS_OK);
	ck_assert(!dumper_look(&d.dumper, d.now_us + 60));
	desk_close(&d);
}
END_TEST

START_TEST(a_dump_ends_with_its_asker)
{
	struct desk d;
	const uint64_t id = desk_open(&d, ON_SQLITE);
	dumper_leave(&d.dumper, 2);
	ck_assert_int_eq(read_on(&d, 1, id, 0), MUDLARK__STATUS__STATUS_OK);
	dumper_leave(&d.dumper, 1);
	ck_assert_int_eq(read_on(&d, 1, id, 1), MUDLARK__STATUS__STATUS_ABSENT);
	ck_assert_int_eq(begin(&d, 2), MUDLARK__STATUS__STATUS_OK);
	desk_close(&d);
}
END_TEST

START_TEST(a_store_without_dumps_says_so)
{
	const struct store_ops model = { .name = "model" };
	struct desk d = { .b = { .ops = &model } };
	ck_assert_int_eq(begin(&d, 1), MUDLARK__STATUS__STATUS_BAD);
	ck_assert_str_eq(d.reply.why, "This store cannot be dumped.");
	arena_done(&d.arena);
}
END_TEST

START_TEST(a_dump_whose_connection_is_lost_is_over_and_the_store_is_not)
{
	struct desk d;
	const uint64_t id = desk_open(&d, ON_PG);
	ck_assert_int_eq(read_on(&d, 1, id, 0), MUDLARK__STATUS__STATUS_OK);
	ck_assert(pg_server_sql(d.b.where, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
					   " WHERE state = 'idle in transaction'"
					   " AND datname = current_database()"));
	ck_assert_int_eq(read_on(&d, 1, id, 1), MUDLARK__STATUS__STATUS_STORE);
	ck_assert_ptr_nonnull(strstr(d.reply.why, "The dump broke: "));
	ck_assert_int_eq(read_on(&d, 1, id, 1), MUDLARK__STATUS__STATUS_ABSENT);
	ck_assert_int_eq(begin(&d, 1), MUDLARK__STATUS__STATUS_OK);
	desk_close(&d);
}
END_TEST

/* ---- over links ---- */

static void call_begin(struct world *w)
{
	Mudlark__PersistCall q = MUDLARK__PERSIST_CALL__INIT;
	Mudlark__DumpBegin m = MUDLARK__DUMP_BEGIN__INIT;

	q.body_case = MUDLARK__PERSIST_CALL__BODY_DUMP_BEGIN;
	q.dump_begin = &m;
	world_ask(w, &q);
}

static void call_read(struct world *w, uint64_t id, uint64_t piece)
{
	Mudlark__PersistCall q = MUDLARK__PERSIST_CALL__INIT;
	Mudlark__DumpRead m = MUDLARK__DUMP_READ__INIT;

	m.id = id;
	m.piece = piece;
	q.body_case = MUDLARK__PERSIST_CALL__BODY_DUMP_READ;
	q.dump_read = &m;
	world_ask(w, &q);
}

static int count_items(void *ctx, const struct dump_row *row, struct buf *why)
{
	(void)why;
	*(uint64_t *)ctx += row->table == table_of("entity");
	return 0;
}

static const char long_body[] = "{\"text\":\"%0900d\"}";

START_TEST(a_dump_goes_on_beside_a_world_that_commits)
{
	struct scene s;
	struct world w, ops;
	char body[1024];
	uint64_t items = 0, piece = 0;
	const struct undump_sink sink = { count_items, &items };
	struct undump u;
	bool last = false;
	scene_open(&s, _i);
	world_enter(&s, &w);
	snprintf(body, sizeof(body), long_body, 0);
	for (int i = 0; i < 800; i++)
		world_commit(&s, &w, body);
	UNTIL(&s, w.acked == 800);
	world_dial(&s, &ops, "ops");
	call_begin(&ops);
	ck_assert_int_eq(answer(&s, &ops), MUDLARK__STATUS__STATUS_OK);
	const uint64_t id = ops.reply->dump->id;
	undump_init(&u, 4, &sink);
	while (!last) {
		struct buf why = { 0 };
		/* Each piece stands in line behind a commit, and does not keep the next one from being stored. */
		world_commit(&s, &w, body);
		call_read(&ops, id, piece++);
		world_commit(&s, &w, body);
		ck_assert_int_eq(answer(&s, &ops), MUDLARK__STATUS__STATUS_OK);
		UNTIL(&s, w.acked == w.sent);
		const ProtobufCBinaryData *lines = &ops.reply->dump->lines;
		last = ops.reply->dump->last;
		ck_assert_int_eq(undump_feed(&u, (struct span){ (char *)lines->data, lines->len },
					     &why),
				 0);
		buf_done(&why);
	}
	ck_assert_uint_gt(piece, 2);
	ck_assert_int_eq(undump_end(&u, &s.b.why), 0);
	ck_assert_uint_eq(items, 800);
	ck_assert_ptr_nonnull(memmem(buf_p(&u.where), u.where.n, "batch 800", 9));
	undump_done(&u);
	world_leave(&ops);
	world_leave(&w);
	scene_close(&s);
}
END_TEST

START_TEST(a_dump_is_for_the_operator_alone)
{
	struct scene s;
	struct world w;
	scene_open(&s, ON_SQLITE);
	UNTIL(&s, s.persist.is_ready);
	world_dial(&s, &w, "world");
	call_begin(&w);
	ck_assert_int_eq(answer(&s, &w), MUDLARK__STATUS__STATUS_BAD);
	world_leave(&w);
	scene_close(&s);
}
END_TEST

START_TEST(who_leaves_in_the_middle_leaves_no_dump_behind)
{
	struct scene s;
	struct world first, second;
	scene_open(&s, ON_SQLITE);
	UNTIL(&s, s.persist.is_ready);
	world_dial(&s, &first, "ops");
	world_dial(&s, &second, "ops");
	call_begin(&first);
	ck_assert_int_eq(answer(&s, &first), MUDLARK__STATUS__STATUS_OK);
	call_begin(&second);
	ck_assert_int_eq(answer(&s, &second), MUDLARK__STATUS__STATUS_BUSY);
	world_leave(&first);
	do
		call_begin(&second);
	while (answer(&s, &second) == MUDLARK__STATUS__STATUS_BUSY);
	ck_assert_int_eq(second.reply->status, MUDLARK__STATUS__STATUS_OK);
	world_leave(&second);
	scene_close(&s);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("dumper");
	TCase *t = tcase_create("dumper");

	tcase_set_timeout(t, 90);
	tcase_add_test(t, pieces_are_read_in_order_and_the_last_one_again);
	tcase_add_test(t, there_is_one_dump_at_a_time_and_it_is_its_askers);
	tcase_add_test(t, a_dump_that_nobody_reads_ends);
	tcase_add_test(t, a_dump_ends_after_an_hour_however_it_is_read);
	tcase_add_test(t, a_dump_ends_with_its_asker);
	tcase_add_test(t, a_store_without_dumps_says_so);
	tcase_add_test(t, a_dump_whose_connection_is_lost_is_over_and_the_store_is_not);
	tcase_add_loop_test(t, a_dump_goes_on_beside_a_world_that_commits, 0, STORES);
	tcase_add_test(t, a_dump_is_for_the_operator_alone);
	tcase_add_test(t, who_leaves_in_the_middle_leaves_no_dump_behind);
	suite_add_tcase(s, t);
	return both_main(s);
}
