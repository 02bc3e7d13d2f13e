/* test_wire.c - links over a real bus in a real loop, both ends in one process. */
#include "rt/wire.h"

#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rt/log.h"
#include "rt/route.h"

enum { RECORDS = 200000 };

struct place {
	char dir[64], endpoint[96];
};

struct test {
	struct place place;
	struct loop *loop;
	struct wire *binder, *dialler;
	struct link *to_dialler;
	struct loop_timer late; /* ends a test that hangs */
	uint64_t sent, got, back;
	unsigned ups, downs, fresh;
	bool answered, stop_at_up;
};

static void make_place(struct place *p)
{
	strcpy(p->dir, "/tmp/mudlark-wire-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(p->dir));
	snprintf(p->endpoint, sizeof(p->endpoint), "ipc://%s/test.bus", p->dir);
}

static void remove_place(const struct place *p)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/test.bus.lock", p->dir);
	unlink(path);
	ck_assert_int_eq(rmdir(p->dir), 0);
}

static void too_late(void *ctx)
{
	loop_stop(((struct test *)ctx)->loop, 1);
}

static void say_more(struct test *t, struct link *l)
{
	char text[60] = { 0 };

	while (t->sent < RECORDS) {
		const uint64_t number = t->sent + 1;

		memcpy(text, &number, sizeof(number));
		if (link_send(l, (struct span){ text, sizeof(text) }, NULL) != 0)
			return;
		t->sent++;
	}
}

static void up(void *ctx, struct link *l, UNUSED const struct link_peer *peer, enum link_up how)
{
	struct test *t = ctx;

	t->ups++;
	t->fresh += how == LINK_FRESH;
	if (l != wire_link(t->dialler))
		t->to_dialler = l;
	else if (t->stop_at_up)
		loop_stop(t->loop, 0);
	else
		say_more(t, l);
}

static void down(void *ctx, UNUSED struct link *l, UNUSED const char *why)
{
	((struct test *)ctx)->downs++;
}

/* The binder gives every record back; the dialler counts them. */
static void record(void *ctx, struct link *l, UNUSED uint64_t seq, struct span body)
{
	struct test *t = ctx;
	uint64_t number;

	memcpy(&number, body.p, sizeof(number));
	if (l != wire_link(t->dialler)) {
		if (number != ++t->got || link_send(l, body, NULL) != 0)
			ck_abort_msg("a record is missing, or the ring is too small");
		return;
	}
	if (number != ++t->back)
		ck_abort_msg("an answer is missing");
	if (t->back == RECORDS)
		loop_stop(t->loop, 0);
}

static void room(void *ctx, struct link *l)
{
	say_more(ctx, l);
}

static void call(UNUSED void *ctx, struct link *l, uint64_t id, struct span body)
{
	ck_assert_int_eq(link_reply(l, id, body), 0);
}

static void done(void *ctx, UNUSED uint64_t id, const struct span *body, UNUSED const char *why)
{
	struct test *t = ctx;

	t->answered = body && body->n == 4 && memcmp(body->p, "ping", 4) == 0;
	loop_stop(t->loop, 0);
}

static struct wire_spec spec_of(struct test *t, const char *role, uint64_t instance)
{
	return (struct wire_spec){
		.endpoint = t->place.endpoint,
		.link = { .role = role, .name = "test", .instance = instance, .auto_take = true },
		.events = { .up = up,
			    .down = down,
			    .record = record,
			    .room = room,
			    .call = call,
			    .ctx = t },
	};
}

static void bind_it(struct test *t, uint64_t instance)
{
	const struct wire_spec spec = spec_of(t, "world", instance);

	ck_assert_int_eq(wire_bind(&t->binder, t->loop, &spec,
				   &(struct link_hub_conf){ .roles = ROLE_GATEWAY }),
			 0);
}

static void dial_it(struct test *t)
{
	struct wire_spec spec = spec_of(t, "gateway", 2);

	spec.to = ROLE_WORLD;
	ck_assert_int_eq(wire_dial(&t->dialler, t->loop, &spec), 0);
}

static void start(struct test *t)
{
	*t = (struct test){ 0 };
	log_set(LOG_ERROR, false);
	make_place(&t->place);
	ck_assert_int_eq(loop_new(&t->loop), 0);
	loop_timer_init(t->loop, &t->late, too_late, t);
	loop_timer_in(&t->late, 20000000);
}

static void finish(struct test *t)
{
	wire_free(t->dialler);
	wire_free(t->binder);
	loop_timer_done(&t->late);
	loop_free(t->loop);
	remove_place(&t->place);
}

START_TEST(records_go_there_and_back_over_a_real_bus)
{
	struct test t;

	start(&t);
	bind_it(&t, 1);
	dial_it(&t);
	ck_assert_int_eq(loop_run(t.loop), 0);
	ck_assert_uint_eq(t.back, RECORDS);
	ck_assert_uint_eq(t.fresh, 2);
	finish(&t);
}
END_TEST

START_TEST(a_dialler_may_start_first_and_finds_the_binder_when_it_comes)
{
	struct test t;

	start(&t);
	t.stop_at_up = true;
	dial_it(&t);
	loop_timer_in(&t.late, 200000);
	ck_assert_int_eq(loop_run(t.loop), 1);
	bind_it(&t, 1);
	loop_timer_in(&t.late, 5000000);
	ck_assert_int_eq(loop_run(t.loop), 0);
	ck_assert_uint_eq(t.ups, 2);
	finish(&t);
}
END_TEST

START_TEST(a_binder_that_goes_is_noticed_at_once_and_its_successor_is_found)
{
	struct test t;

	start(&t);
	t.stop_at_up = true;
	bind_it(&t, 1);
	dial_it(&t);
	ck_assert_int_eq(loop_run(t.loop), 0);
	wire_free(t.binder);
	bind_it(&t, 3);
	/* Far below the 3 s of silence: the broken connection itself is the news. */
	loop_timer_in(&t.late, 1500000);
	ck_assert_int_eq(loop_run(t.loop), 0);
	ck_assert_uint_eq(t.downs, 1);
	ck_assert_uint_eq(t.fresh, 4);
	finish(&t);
}
END_TEST

static void then_call(void *ctx)
{
	struct test *t = ctx;

	ck_assert_uint_ne(link_call(wire_link(t->dialler), SPAN("ping"), 1000, done, t), 0);
}

START_TEST(a_call_is_answered_over_a_real_bus)
{
	struct test t;
	struct loop_timer later;

	start(&t);
	t.stop_at_up = true;
	bind_it(&t, 1);
	dial_it(&t);
	ck_assert_int_eq(loop_run(t.loop), 0);
	loop_timer_init(t.loop, &later, then_call, &t);
	loop_timer_soon(&later);
	ck_assert_int_eq(loop_run(t.loop), 0);
	ck_assert(t.answered);
	loop_timer_done(&later);
	finish(&t);
}
END_TEST

static void free_at_up(void *ctx, UNUSED struct link *l, UNUSED const struct link_peer *peer,
		       UNUSED enum link_up how)
{
	struct test *t = ctx;

	wire_free(t->dialler);
	wire_free(t->binder);
	t->dialler = t->binder = NULL;
	loop_stop(t->loop, 0);
}

START_TEST(everything_may_be_freed_from_within_an_event)
{
	struct test t;
	struct wire_spec spec;

	start(&t);
	spec = spec_of(&t, "world", 1);
	spec.events.up = free_at_up;
	ck_assert_int_eq(wire_bind(&t.binder, t.loop, &spec,
				   &(struct link_hub_conf){ .roles = ROLE_GATEWAY }),
			 0);
	dial_it(&t);
	ck_assert_int_eq(loop_run(t.loop), 0);
	finish(&t);
}
END_TEST

/* The bits of the roles. */
enum { GATEWAY = 1, WORLD = 2 };

START_TEST(what_peers_have_not_acknowledged_is_told_by_their_role)
{
	struct test t;
	struct wire_figures of[ROUTE_ROLES];

	_Static_assert(1 << GATEWAY == ROLE_GATEWAY && 1 << WORLD == ROLE_WORLD, "bits");
	start(&t);
	t.stop_at_up = true;
	bind_it(&t, 1);
	dial_it(&t);
	ck_assert_int_eq(loop_run(t.loop), 0);
	wires_figures(t.loop, of);
	ck_assert(of[WORLD].is_there && of[GATEWAY].is_there);
	ck_assert_uint_eq(of[WORLD].peers, 1);
	ck_assert_uint_gt(of[WORLD].window, 0);
	ck_assert_uint_eq(of[WORLD].records + of[WORLD].breaks + of[WORLD].lag_us, 0);
	wire_free(t.binder);
	t.binder = NULL;
	ck_assert_int_eq(link_send(wire_link(t.dialler), SPAN("kept"), NULL), 0);
	loop_timer_in(&t.late, 100000);
	ck_assert_int_eq(loop_run(t.loop), 1);
	wires_figures(t.loop, of);
	ck_assert(of[WORLD].is_there && !of[GATEWAY].is_there);
	ck_assert_uint_eq(of[WORLD].peers + of[WORLD].window, 0);
	ck_assert_uint_eq(of[WORLD].records, 1);
	ck_assert_uint_ge(of[WORLD].bytes, 4);
	ck_assert_uint_eq(of[WORLD].breaks, 1);
	ck_assert_uint_gt(of[WORLD].lag_us, 0);
	finish(&t);
}
END_TEST

static void drop_the_dialler(void *ctx)
{
	struct test *t = ctx;

	link_hub_drop(wire_hub(t->binder), t->to_dialler);
	loop_stop(t->loop, 0);
}

START_TEST(the_break_of_a_peer_that_was_forgotten_is_still_counted)
{
	struct test t;
	struct wire_figures of[ROUTE_ROLES];
	struct loop_timer later;

	start(&t);
	t.stop_at_up = true;
	bind_it(&t, 1);
	dial_it(&t);
	ck_assert_int_eq(loop_run(t.loop), 0);
	loop_timer_init(t.loop, &later, drop_the_dialler, &t);
	loop_timer_soon(&later);
	ck_assert_int_eq(loop_run(t.loop), 0);
	wires_figures(t.loop, of);
	ck_assert_uint_eq(of[GATEWAY].peers, 0);
	ck_assert_uint_eq(of[GATEWAY].breaks, 1);
	loop_timer_done(&later);
	finish(&t);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("wire");
	TCase *c = tcase_create("wire");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_set_timeout(c, 30);
	tcase_add_test(c, records_go_there_and_back_over_a_real_bus);
	tcase_add_test(c, a_dialler_may_start_first_and_finds_the_binder_when_it_comes);
	tcase_add_test(c, a_binder_that_goes_is_noticed_at_once_and_its_successor_is_found);
	tcase_add_test(c, a_call_is_answered_over_a_real_bus);
	tcase_add_test(c, everything_may_be_freed_from_within_an_event);
	tcase_add_test(c, what_peers_have_not_acknowledged_is_told_by_their_role);
	tcase_add_test(c, the_break_of_a_peer_that_was_forgotten_is_still_counted);
	suite_add_tcase(s, c);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
