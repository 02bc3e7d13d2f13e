/*
 * test_inbox.c - persist as a world sees it (scene.h).
 */
#include "scene.h"

/* Looks into the store when persist is gone: so many batches, each of them whole. */
static void store_has(struct scene *s, uint64_t batches)
{
	Mudlark__EntityRow **rows;
	size_t n;

	ck_assert_int_eq(both_try_open(&s->b), 0);
	ck_assert_uint_eq(both_batch(&s->b), batches);
	for (uint64_t i = 1; i <= batches; i++)
		ck_assert_int_eq(s->b.ops->load_tree(s->b.s, i, &rows, &n, &s->b.a), 0);
	s->b.ops->close(s->b.s);
	s->b.s = NULL;
}

START_TEST(every_case_has_a_handler)
{
	ck_assert_ptr_null(route_check(&inbox_records));
	ck_assert_ptr_null(route_check(&inbox_calls));
}
END_TEST

START_TEST(what_is_acknowledged_is_in_the_store)
{
	struct scene s;
	struct world w;
	scene_open(&s, _i);
	world_enter(&s, &w);
	for (int i = 0; i < 500; i++)
		world_commit(&s, &w, "{}");
	UNTIL(&s, w.acked == 500);
	world_leave(&w);
	persist_end(&s);
	store_has(&s, 500);
	persist_start(&s);
	scene_close(&s);
}
END_TEST

START_TEST(a_restart_of_persist_loses_and_doubles_nothing)
{
	struct scene s;
	struct world w;
	scene_open(&s, _i);
	world_enter(&s, &w);
	for (unsigned round = 0; round < 4; round++) {
		for (int i = 0; i < 200; i++)
			world_commit(&s, &w, "{}");
		UNTIL(&s, w.acked > round * 200);
		persist_end(&s);
		persist_start(&s);
	}
	UNTIL(&s, w.acked == 800);
	ck_assert_uint_ge(w.ups, 2);
	world_leave(&w);
	persist_end(&s);
	store_has(&s, 800);
	persist_start(&s);
	scene_close(&s);
}
END_TEST

START_TEST(a_poisoned_batch_is_told_and_play_goes_on)
{
	struct scene s;
	struct world w;
	scene_open(&s, _i);
	world_enter(&s, &w);
	for (int i = 1; i <= 50; i++)
		world_commit(&s, &w, i == 20 ? "{]" : "{}");
	UNTIL(&s, w.acked == 50 && w.poisoned);
	ck_assert_uint_eq(w.poisoned, 20);
	ask_tree(&w, 20, 0);
	ck_assert_int_eq(answer(&s, &w), MUDLARK__STATUS__STATUS_ABSENT);
	ask_tree(&w, 50, 0);
	ck_assert_int_eq(answer(&s, &w), MUDLARK__STATUS__STATUS_OK);
	world_leave(&w);
	scene_close(&s);
}
END_TEST

START_TEST(an_older_world_is_refused_told_and_dropped)
{
	struct scene s;
	struct world old, young;
	scene_open(&s, _i);
	world_enter(&s, &old);
	world_commit(&s, &old, "{}");
	UNTIL(&s, old.acked == 1);
	world_enter(&s, &young);
	ck_assert_uint_gt(young.epoch, old.epoch);
	/* Told at once, since it may have nothing to store for a long time. */
	UNTIL(&s, old.refused);
	ck_assert_uint_eq(old.refused, young.epoch);
	ck_assert_uint_eq(old.acked, 1);
	UNTIL(&s, old.ups == 2);
	ck_assert(old.was_fresh);
	/* It did not listen: its batches are refused. */
	old.refused = old.sent = 0;
	world_commit(&s, &old, "{}");
	UNTIL(&s, old.refused);
	ck_assert_uint_eq(old.refused, young.epoch);
	world_commit(&s, &young, "{}");
	UNTIL(&s, young.acked == 1);
	world_leave(&old);
	world_leave(&young);
	scene_close(&s);
}
END_TEST

START_TEST(a_tree_is_loaded_after_the_batch_it_asks_for)
{
	struct scene s;
	struct world w;
	scene_open(&s, _i);
	world_enter(&s, &w);
	/* The question leaves before the batch does. */
	ask_tree(&w, 1, 1);
	turn(&s);
	ck_assert(!w.has_answer);
	world_commit(&s, &w, "{}");
	ck_assert_int_eq(answer(&s, &w), MUDLARK__STATUS__STATUS_OK);
	ck_assert_uint_eq(w.reply->n_entities, 1);
	ask_tree(&w, 1, 99);
	ck_assert_int_eq(answer(&s, &w), MUDLARK__STATUS__STATUS_STORE);
	world_leave(&w);
	scene_close(&s);
}
END_TEST

START_TEST(the_operator_may_ask_but_not_hold_a_world)
{
	struct scene s;
	struct world ops;
	scene_open(&s, ON_SQLITE);
	UNTIL(&s, s.persist.is_ready);
	world_dial(&s, &ops, "ops");
	ask_grant(&ops);
	ck_assert_int_eq(answer(&s, &ops), MUDLARK__STATUS__STATUS_BAD);
	ask_status(&ops);
	ck_assert_int_eq(answer(&s, &ops), MUDLARK__STATUS__STATUS_OK);
	ck_assert(ops.reply->store->ready);
	ck_assert_str_eq(ops.reply->store->store, "sqlite");
	ck_assert_uint_eq(ops.reply->store->schema, 4);
	Mudlark__PersistCall nothing = MUDLARK__PERSIST_CALL__INIT;
	world_ask(&ops, &nothing);
	ck_assert_int_eq(answer(&s, &ops), MUDLARK__STATUS__STATUS_BAD);
	world_leave(&ops);
	scene_close(&s);
}
END_TEST

START_TEST(more_logins_than_can_wait_are_told_to_try_again)
{
	struct scene s;
	struct world w[80];
	Mudlark__PersistCall q = MUDLARK__PERSIST_CALL__INIT;
	Mudlark__AccountVerify v = MUDLARK__ACCOUNT_VERIFY__INIT;
	unsigned busy = 0, other = 0;
	scene_open(&s, ON_SQLITE);
	UNTIL(&s, s.persist.is_ready);
	world_dial(&s, &w[0], "world");
	v.password = bytes_of("wrong wrong");
	q.body_case = MUDLARK__PERSIST_CALL__BODY_ACCOUNT_VERIFY;
	q.account_verify = &v;
	for (size_t i = 0; i < ARRAY_LEN(w); i++) {
		char name[8] = { 'Q', 'a', (char)('a' + i / 26), (char)('a' + i % 26), '\0' };
		if (i)
			w[i] = (struct world){ .wire = w[0].wire };
		v.name = name;
		world_ask(&w[i], &q);
	}
	for (size_t i = 0; i < ARRAY_LEN(w); i++) {
		const Mudlark__Status status = answer(&s, &w[i]);
		busy += status == MUDLARK__STATUS__STATUS_BUSY;
		other += status == MUDLARK__STATUS__STATUS_DENIED;
		if (i)
			mudlark__persist_reply__free_unpacked(w[i].reply, NULL);
	}
	ck_assert_uint_ge(other, INBOX_HASHING_MAX);
	ck_assert_uint_gt(busy, 0);
	ck_assert_uint_eq(busy + other, ARRAY_LEN(w));
	world_leave(&w[0]);
	scene_close(&s);
}
END_TEST

static bool is_ready(struct scene *s, struct buf *why)
{
	const struct metric_source m = inbox_metrics(s->persist.inbox);
	buf_reset(why);
	const bool ready = m.ready(m.ctx, why);
	buf_addc(why, '\0');
	return ready;
}

START_TEST(while_postgres_is_away_batches_wait_and_calls_do_not)
{
	struct pg_server server;
	struct scene s;
	struct world w, ops;
	struct buf why = { 0 };
	ck_assert(pg_server_start(&server));
	memset(&s, 0, sizeof(s));
	snprintf(s.b.dir, sizeof(s.b.dir), "/tmp/mudlark-store-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(s.b.dir));
	snprintf(s.b.where, sizeof(s.b.where), "%s", server.url);
	snprintf(s.endpoint, sizeof(s.endpoint), "ipc://%s/run/persist.bus", s.b.dir);
	s.b.ops = store_for(s.b.where);
	ck_assert_int_eq(loop_new(&s.loop), 0);
	persist_start(&s);
	world_enter(&s, &w);
	world_commit(&s, &w, "{}");
	UNTIL(&s, w.acked == 1);
	ck_assert(is_ready(&s, &why));

	pg_server_kill(&server, SIGKILL);
	for (int i = 0; i < 300; i++)
		world_commit(&s, &w, "{}");
	UNTIL(&s, !is_ready(&s, &why));
	ck_assert_ptr_nonnull(strstr(buf_p(&why), "degraded: "));
	ask_tree(&w, 1, 0);
	ck_assert_int_eq(answer(&s, &w), MUDLARK__STATUS__STATUS_STORE);
	ck_assert(w.reply->why[0]);
	world_dial(&s, &ops, "ops");
	ask_status(&ops);
	ck_assert_int_eq(answer(&s, &ops), MUDLARK__STATUS__STATUS_OK);
	ck_assert(!ops.reply->store->ready);
	ck_assert(ops.reply->store->trouble[0]);
	ck_assert_uint_eq(w.acked, 1);

	ck_assert(pg_server_up(&server, NULL));
	UNTIL(&s, w.acked == 301);
	ck_assert(is_ready(&s, &why));
	world_leave(&w);
	world_leave(&ops);
	persist_end(&s);
	store_has(&s, 301);
	buf_done(&why);
	loop_free(s.loop);
	both_close(&s.b);
	pg_server_stop(&server);
}
END_TEST

START_TEST(a_stop_finishes_what_is_in_line)
{
	struct scene s;
	struct world w;
	scene_open(&s, ON_SQLITE);
	world_enter(&s, &w);
	for (int i = 0; i < 100; i++)
		world_commit(&s, &w, "{}");
	UNTIL(&s, w.acked > 0);
	inbox_stop(s.persist.inbox);
	UNTIL(&s, s.persist.has_ended);
	ck_assert_int_eq(s.persist.status, 0);
	const uint64_t acked = w.acked;
	persist_end(&s);
	ck_assert_int_eq(both_try_open(&s.b), 0);
	ck_assert_uint_ge(both_batch(&s.b), acked);
	s.b.ops->close(s.b.s);
	s.b.s = NULL;
	persist_start(&s);
	UNTIL(&s, w.acked == 100);
	world_leave(&w);
	scene_close(&s);
}
END_TEST

START_TEST(a_store_of_no_use_ends_the_process)
{
	struct scene s;
	scene_open(&s, ON_SQLITE);
	UNTIL(&s, s.persist.is_ready);
	/* A second one on the same file. */
	struct persist first = s.persist;
	snprintf(s.endpoint, sizeof(s.endpoint), "ipc://%s/run/other.bus", s.b.dir);
	persist_start(&s);
	UNTIL(&s, s.persist.has_ended);
	ck_assert_int_eq(s.persist.status, 73);
	persist_end(&s);
	s.persist = first;
	scene_close(&s);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("inbox");
	TCase *t = tcase_create("inbox");

	tcase_set_timeout(t, 90);
	tcase_add_test(t, every_case_has_a_handler);
	tcase_add_loop_test(t, what_is_acknowledged_is_in_the_store, 0, STORES);
	tcase_add_loop_test(t, a_restart_of_persist_loses_and_doubles_nothing, 0, STORES);
	tcase_add_loop_test(t, a_poisoned_batch_is_told_and_play_goes_on, 0, STORES);
	tcase_add_loop_test(t, an_older_world_is_refused_told_and_dropped, 0, STORES);
	tcase_add_loop_test(t, a_tree_is_loaded_after_the_batch_it_asks_for, 0, STORES);
	tcase_add_test(t, the_operator_may_ask_but_not_hold_a_world);
	tcase_add_test(t, more_logins_than_can_wait_are_told_to_try_again);
	tcase_add_test(t, while_postgres_is_away_batches_wait_and_calls_do_not);
	tcase_add_test(t, a_stop_finishes_what_is_in_line);
	tcase_add_test(t, a_store_of_no_use_ends_the_process);
	suite_add_tcase(s, t);
	return both_main(s);
}
