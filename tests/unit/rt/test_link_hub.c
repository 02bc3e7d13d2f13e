/* test_link_hub.c - who may dial in, who is remembered, and how a dialler is ended. */
#include "link_net.h"

#include "rt/link_frame.h"

/* A hello as any process could send it. */
struct claim {
	uint32_t version, world;
	const char *role;
	uint64_t instance, conversation;
};

static const struct claim good = { LINK_VERSION, 0, "gateway", 4711, 5 };

static void say_hello(struct net *net, uint32_t addr, struct claim c)
{
	Mudlark__LinkHead m = MUDLARK__LINK_HEAD__INIT;
	Mudlark__Hello hello = MUDLARK__HELLO__INIT;
	uint8_t out[LINK_CONTROL_MAX];

	hello.version = c.version;
	hello.world = c.world;
	hello.role = (char *)(uintptr_t)c.role;
	hello.name = (char *)(uintptr_t) "forged";
	hello.instance = c.instance;
	m.conversation = c.conversation;
	m.window = 10;
	m.kind_case = MUDLARK__LINK_HEAD__KIND_HELLO;
	m.hello = &hello;
	link_hub_receive(net->hub, &addr, sizeof(addr), link_control_pack(&m, out), SPAN(""));
}

/* The answer to the last hello: 'w'elcome, 'r'efused for now, 'R'efused for good, '-' none. */
static char answer(struct net *net)
{
	Mudlark__LinkHead *m;
	char what = '-';

	if (!net->n)
		return what;
	m = mudlark__link_head__unpack(NULL, net->queue[net->n - 1].head.n,
				       (const uint8_t *)net->queue[net->n - 1].head.p);
	ck_assert_ptr_nonnull(m);
	if (m->kind_case == MUDLARK__LINK_HEAD__KIND_WELCOME)
		what = 'w';
	else if (m->kind_case == MUDLARK__LINK_HEAD__KIND_REFUSE)
		what = m->refuse->final ? 'R' : 'r';
	mudlark__link_head__free_unpacked(m, NULL);
	return what;
}

static void deliver_last(struct net *net)
{
	const struct net_message m = net->queue[--net->n];

	net_deliver(net, &m);
}

static size_t peers(struct net *net)
{
	return link_hub_each(net->hub, NULL, NULL);
}

START_TEST(only_those_who_fit_are_welcome)
{
	static const struct {
		struct claim claim;
		char answer;
	} hellos[] = {
		{ { LINK_VERSION, 3, "gateway", 1, 5 }, 'w' },
		{ { LINK_VERSION, 0, "gateway", 2, 5 }, 'w' },
		{ { LINK_VERSION + 1, 3, "gateway", 3, 5 }, 'w' }, /* only a minor version */
		{ { LINK_VERSION + 0x100, 3, "gateway", 4, 5 }, 'R' },
		{ { LINK_VERSION, 4, "gateway", 5, 5 }, 'R' },
		{ { LINK_VERSION, 3, "persist", 6, 5 }, 'R' },
		{ { LINK_VERSION, 3, "self", 7, 5 }, 'R' },
		{ { LINK_VERSION, 3, "", 8, 5 }, 'R' },
		{ { LINK_VERSION, 3, "gateway", 0, 5 }, 'R' },
	};

	for (size_t i = 0; i < ARRAY_LEN(hellos); i++) {
		struct net net;

		net_init(&net, 1);
		net.conf.world = 3;
		net_start_hub(&net);
		say_hello(&net, 9, hellos[i].claim);
		ck_assert_msg(answer(&net) == hellos[i].answer, "hello %zu", i);
		ck_assert_uint_eq(peers(&net), hellos[i].answer == 'w');
		net_done(&net);
	}
}
END_TEST

START_TEST(a_dialler_of_another_version_is_told_once_and_stops)
{
	struct net net;

	net_init(&net, 1);
	net.hub_conf.roles = ROLE_OPS;
	net_start(&net);
	net_pass(&net, 2000000);
	ck_assert_uint_eq(net.a.refusals, 1);
	ck_assert_str_eq(net.a.why, "this role does not dial in here");
	ck_assert_uint_eq(net.addr, 1);
	net_done(&net);
}
END_TEST

START_TEST(each_end_knows_which_program_the_other_is)
{
	struct net net;

	net_init(&net, 1);
	net.conf.build = "0.2.0";
	net_start_hub(&net);
	net.conf.build = "0.1.9";
	net_start_dialler(&net);
	net_settle(&net);
	ck_assert_str_eq(link_peer(net.a.link)->build, "0.2.0");
	ck_assert_str_eq(link_peer(net.b.link)->build, "0.1.9");
	net_done(&net);

	/* One from before that was told. */
	net_init(&net, 1);
	net_start_hub(&net);
	say_hello(&net, 9, good);
	ck_assert_int_eq(answer(&net), 'w');
	ck_assert_str_eq(link_peer(net.b.link)->build, "");
	net_done(&net);
}
END_TEST

START_TEST(who_leaves_is_not_taken_to_be_there)
{
	struct net net;

	net_init(&net, 1);
	net_start(&net);
	net_settle(&net);
	link_goodbye(net.a.link);
	link_free(TAKE(net.a.link));
	net_settle(&net);
	ck_assert_uint_eq(net.b.downs, 1);
	ck_assert_uint_eq(net.b.refusals, 0);
	ck_assert_uint_eq(peers(&net), 1); /* it may come back, and is then known */
	net_done(&net);
}
END_TEST

START_TEST(a_binder_that_is_not_ready_is_asked_again_until_it_is)
{
	struct net net;

	net_init(&net, 1);
	net.not_now = "the store is away";
	net_start(&net);
	net_pass(&net, 1000000);
	ck_assert(!net.a.up);
	ck_assert_uint_eq(net.a.refusals, 0);
	net.not_now = NULL;
	net_pass(&net, 100000);
	ck_assert(net.a.up);
	net_done(&net);
}
END_TEST

START_TEST(nothing_is_taken_from_an_address_before_its_hello)
{
	struct net net;
	const uint32_t stranger = 99;
	const struct link_frame f = { .conversation = 1, .first = 1 };
	struct link_hub_stats st;
	uint8_t out[LINK_HEAD_MAX];

	net_init(&net, 1);
	net_start(&net);
	net_settle(&net);
	link_hub_receive(net.hub, &stranger, sizeof(stranger),
			 (struct span){ (const char *)out, link_frame_pack(&f, out) }, SPAN("\1x"));
	link_hub_receive(net.hub, &stranger, sizeof(stranger), SPAN("\xff\xff"), SPAN(""));
	link_hub_stats(net.hub, &st);
	ck_assert_uint_eq(st.strays, 2);
	ck_assert_uint_eq(net.b.records, 0);
	ck_assert(net.b.up);
	net_done(&net);
}
END_TEST

START_TEST(a_hello_older_than_the_one_in_force_changes_nothing)
{
	struct net net;
	struct link_hub_stats st;

	net_init(&net, 1);
	net_start_hub(&net);
	say_hello(&net, 1, good);
	say_hello(&net, 2, good);
	link_hub_stats(net.hub, &st);
	ck_assert_uint_eq(st.stale, 1);
	ck_assert_uint_eq(net.b.ups, 1);
	ck_assert_uint_eq(net.b.downs, 0);
	net_done(&net);
}
END_TEST

START_TEST(a_dialler_that_comes_again_leaves_its_old_address)
{
	struct net net;
	struct claim again = good;

	net_init(&net, 1);
	net_start_hub(&net);
	say_hello(&net, 1, good);
	again.conversation++;
	say_hello(&net, 2, again);
	ck_assert_uint_eq(peers(&net), 1);
	ck_assert_uint_eq(net.b.downs, 1);
	ck_assert_str_eq(net.b.why, "replaced");
	ck_assert_uint_eq(net.b.ups, 2);
	net_done(&net);
}
END_TEST

START_TEST(there_are_never_more_diallers_than_allowed)
{
	struct net net;
	struct claim c = good;

	net_init(&net, 1);
	net.hub_conf.max_peers = 1;
	net_start_hub(&net);
	say_hello(&net, 1, c);
	ck_assert_int_eq(answer(&net), 'w');
	c.instance++;
	say_hello(&net, 2, c);
	ck_assert_int_eq(answer(&net), 'r');
	c.instance--;
	c.conversation++;
	say_hello(&net, 3, c);
	ck_assert_int_eq(answer(&net), 'w');
	net_done(&net);
}
END_TEST

START_TEST(a_dialler_that_stays_away_is_forgotten)
{
	struct net net;

	net_init(&net, 1);
	net.hub_conf.forget_us = 1000000;
	net_start(&net);
	net_settle(&net);
	net.cut = true;
	ck_assert_int_eq(net_say(&net.b, 0), 0);
	net_pass(&net, 900000);
	ck_assert_uint_eq(peers(&net), 1);
	net_pass(&net, 500000);
	ck_assert_uint_eq(peers(&net), 0);
	ck_assert_ptr_null(net.b.link);
	net.cut = false;
	net_pass(&net, 400000);
	/* The record that waited for it is gone, and it knows. */
	ck_assert_uint_eq(net.a.fresh, 2);
	ck_assert_uint_eq(net.a.got, 0);
	net_done(&net);
}
END_TEST

START_TEST(a_dialler_that_comes_back_in_time_is_remembered)
{
	struct net net;

	net_init(&net, 1);
	net.hub_conf.forget_us = 1000000;
	net_start(&net);
	net_settle(&net);
	net.cut = true;
	ck_assert_int_eq(net_say(&net.b, 0), 0);
	net_pass(&net, 900000);
	net.cut = false;
	net_pass(&net, 400000);
	ck_assert_uint_eq(net.a.fresh, 1);
	ck_assert_uint_eq(net.a.got, 1);
	net_done(&net);
}
END_TEST

START_TEST(a_dialler_that_is_dropped_begins_anew_at_once)
{
	struct net net;

	net_init(&net, 1);
	net_start(&net);
	net_settle(&net);
	ck_assert_int_eq(net_say(&net.b, 0), 0);
	link_hub_drop(net.hub, net.b.link);
	ck_assert_uint_eq(net.b.downs, 1);
	ck_assert_ptr_null(net.b.link);
	ck_assert_uint_eq(peers(&net), 0);
	net_pass(&net, 100000);
	ck_assert_uint_eq(net.a.fresh, 2);
	ck_assert_uint_eq(net.a.got, 0);
	net_done(&net);
}
END_TEST

static void drop_it(void *ctx, struct link *l, UNUSED uint64_t seq, UNUSED struct span body)
{
	struct net_app *app = ctx;

	app->records++;
	link_hub_drop(app->net->hub, l);
}

static void free_hub(void *ctx, UNUSED struct link *l, UNUSED uint64_t seq, UNUSED struct span body)
{
	struct net_app *app = ctx;

	app->records++;
	link_hub_free(app->net->hub);
}

static void with_record_event(void (*record)(void *, struct link *, uint64_t, struct span),
			      bool freed)
{
	struct net net;
	struct link_events events;

	net_init(&net, 1);
	events = net_events(&net.b);
	events.record = record;
	net_start_hub(&net);
	link_hub_free(net.hub);
	net.hub =
		link_hub_new(&net.hub_conf,
			     &(struct link_hub_wire){ .send = net_send_hub, .ctx = &net }, &events);
	net_start_dialler(&net);
	net_settle(&net);
	ck_assert_int_eq(net_say(&net.a, 0), 0);
	ck_assert_int_eq(net_say(&net.a, 0), 0);
	link_flush(net.a.link);
	deliver_last(&net);
	ck_assert_uint_eq(net.b.records, 1);
	if (freed)
		net.hub = NULL;
	net_done(&net);
}

START_TEST(a_link_may_be_dropped_in_the_middle_of_its_frame)
{
	with_record_event(drop_it, false);
}
END_TEST

START_TEST(a_hub_may_be_freed_in_the_middle_of_a_frame)
{
	with_record_event(free_hub, true);
}
END_TEST

/* The welcome is lost: the dialler does not know the numbering that began with it. */
START_TEST(a_numbering_the_dialler_never_heard_of_is_not_resumed)
{
	struct net net;

	net_init(&net, 1);
	net.hub_conf.forget_us = 1000000;
	net_start(&net);
	net_settle(&net);
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(net_say(&net.b, 0), 0);
	net_settle(&net);
	ck_assert_uint_eq(net.a.got, 3);
	link_hub_drop(net.hub, net.b.link);
	net_settle(&net);
	net.now += 100000;
	link_tick(net.a.link);
	/* It has 3 records of the old numbering; of the new one it will miss the welcome. */
	ck_assert_uint_eq(net.n, 1);
	deliver_last(&net);
	ck_assert(net.b.up);
	free((void *)(uintptr_t)net.queue[--net.n].head.p);
	free((void *)(uintptr_t)net.queue[net.n].body.p);
	for (int i = 0; i < 5; i++)
		ck_assert_int_eq(net_say(&net.b, 0), 0);
	link_lost(net.a.link, "cable");
	net_pass(&net, 200000);
	ck_assert(net.a.up && net.b.up);
	ck_assert_uint_eq(net.b.fresh, 3);
	for (int i = 0; i < 4; i++)
		ck_assert_int_eq(net_say(&net.b, 0), 0);
	net_settle(&net);
	ck_assert_uint_eq(net.a.got, 4);
	net_done(&net);
}
END_TEST

/* Another binder was talked to in between: our stream cannot go on, the dialler's does. */
START_TEST(a_binder_that_stores_goes_on_even_where_its_own_stream_cannot)
{
	struct net net;
	struct claim c = good;

	net_init(&net, 1);
	net.stores = net.b.by_hand = true;
	net_start(&net);
	net.store_instance = net.a.instance;
	net_settle(&net);
	ck_assert_int_eq(net_say(&net.b, 0), 0);
	ck_assert_int_eq(net_say(&net.b, 0), 0);
	net_settle(&net);
	ck_assert_uint_eq(net.b.acked, 2);
	c.instance = net.a.instance;
	c.conversation = UINT64_MAX;
	say_hello(&net, 50, c);
	ck_assert_int_eq(answer(&net), 'w');
	ck_assert_uint_eq(net.b.fresh, 1);
	ck_assert_int_eq(net_say(&net.b, 0), 0);
	net_done(&net);
}
END_TEST

/* The wire doubles a hello, and the second one finds a binder that was started in between. */
START_TEST(a_late_hello_does_not_mix_two_binders_into_one_conversation)
{
	struct net net;
	struct net_message late;

	net_init(&net, 1);
	net_start_hub(&net);
	net.twice = 1000;
	net_start_dialler(&net);
	net.twice = 0;
	ck_assert_uint_eq(net.n, 2);
	late = net.queue[--net.n];
	net_settle(&net);
	ck_assert(net.a.up);
	net_crash_hub(&net);
	net_deliver(&net, &late);
	ck_assert(net.b.up);
	ck_assert_int_eq(net_say(&net.b, 0), 0);
	ck_assert_int_eq(net_say(&net.a, 0), 0);
	net_settle(&net);
	ck_assert_uint_eq(net.a.got, 0);
	ck_assert_uint_eq(net.b.got, 0);
	net_pass(&net, 1000000);
	ck_assert(net.a.up && net.b.up);
	ck_assert_uint_eq(link_peer(net.a.link)->instance, net.b.instance);
	net_done(&net);
}
END_TEST

/* Forgotten by the binder, then brought back by a doubled hello, which no dialler stands behind. */
START_TEST(a_late_hello_does_not_bring_a_forgotten_numbering_back)
{
	struct net net;
	struct net_message late;

	net_init(&net, 1);
	net_start_hub(&net);
	net.twice = 1000;
	net_start_dialler(&net);
	net.twice = 0;
	late = net.queue[--net.n];
	net_settle(&net);
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(net_say(&net.b, 0), 0);
	net_settle(&net);
	ck_assert_uint_eq(net.a.got, 3);
	net.cut = true;
	link_hub_drop(net.hub, net.b.link);
	net.cut = false;
	net_deliver(&net, &late);
	for (int i = 0; i < 5; i++)
		ck_assert_int_eq(net_say(&net.b, 0), 0);
	net_settle(&net);
	link_lost(net.a.link, "cable");
	net_pass(&net, 200000);
	ck_assert(net.a.up && net.b.up);
	ck_assert_uint_eq(net.a.fresh, 2);
	ck_assert_int_eq(net_say(&net.b, 0), 0);
	net_settle(&net);
	ck_assert_uint_eq(net.a.got, 1);
	net_done(&net);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("link_hub");
	TCase *t = tcase_create("hub");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_test(t, only_those_who_fit_are_welcome);
	tcase_add_test(t, a_dialler_of_another_version_is_told_once_and_stops);
	tcase_add_test(t, each_end_knows_which_program_the_other_is);
	tcase_add_test(t, who_leaves_is_not_taken_to_be_there);
	tcase_add_test(t, a_binder_that_is_not_ready_is_asked_again_until_it_is);
	tcase_add_test(t, nothing_is_taken_from_an_address_before_its_hello);
	tcase_add_test(t, a_hello_older_than_the_one_in_force_changes_nothing);
	tcase_add_test(t, a_dialler_that_comes_again_leaves_its_old_address);
	tcase_add_test(t, there_are_never_more_diallers_than_allowed);
	tcase_add_test(t, a_dialler_that_stays_away_is_forgotten);
	tcase_add_test(t, a_dialler_that_comes_back_in_time_is_remembered);
	tcase_add_test(t, a_dialler_that_is_dropped_begins_anew_at_once);
	tcase_add_test(t, a_link_may_be_dropped_in_the_middle_of_its_frame);
	tcase_add_test(t, a_hub_may_be_freed_in_the_middle_of_a_frame);
	tcase_add_test(t, a_binder_that_stores_goes_on_even_where_its_own_stream_cannot);
	tcase_add_test(t, a_late_hello_does_not_bring_a_forgotten_numbering_back);
	tcase_add_test(t, a_late_hello_does_not_mix_two_binders_into_one_conversation);
	tcase_add_test(t, a_numbering_the_dialler_never_heard_of_is_not_resumed);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
