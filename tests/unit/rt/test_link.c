/* test_link.c - what a link does in each single case; the storms are in test_link_storm.c. */
#include "link_net.h"

#include "rt/link_frame.h"

static void start(struct net *net)
{
	net_init(net, 7);
	net_start(net);
	net_settle(net);
	HOLDS(net->a.up && net->b.up);
}

static struct link_stats stats_of(const struct net_app *app)
{
	struct link_stats st;

	link_stats(app->link, &st);
	return st;
}

static size_t say_many(struct net_app *app, size_t n, size_t extra)
{
	size_t said = 0;

	while (said < n && net_say(app, extra) == 0)
		said++;
	return said;
}

START_TEST(both_ends_are_up_fresh_after_hello_and_welcome)
{
	struct net net;

	start(&net);
	ck_assert_uint_eq(net.a.fresh, 1);
	ck_assert_uint_eq(net.b.fresh, 1);
	ck_assert_uint_eq(link_peer(net.a.link)->instance, net.b.instance);
	ck_assert_str_eq(link_peer(net.a.link)->role, "world");
	ck_assert_str_eq(link_peer(net.b.link)->role, "gateway");
	ck_assert_str_eq(link_peer(net.b.link)->name, "dialler");
	ck_assert_uint_eq(link_peer(net.b.link)->version, LINK_VERSION);
	net_done(&net);
}
END_TEST

START_TEST(records_of_a_turn_travel_in_one_frame_and_are_acknowledged_once)
{
	struct net net;

	start(&net);
	ck_assert_uint_eq(say_many(&net.a, 10, 30), 10);
	link_flush(net.a.link);
	ck_assert_uint_eq(net.n, 1);
	net_settle(&net);
	ck_assert_uint_eq(net.b.got, 10);
	ck_assert_uint_eq(net.a.acked, 10);
	/* Hello and records one way; welcome and one acknowledgement the other: nothing is said
	 * about an acknowledgement. */
	ck_assert_uint_eq(stats_of(&net.a).frames_out, 2);
	ck_assert_uint_eq(stats_of(&net.b).frames_out, 2);
	ck_assert_uint_eq(stats_of(&net.a).ring_bytes, 0);
	net_done(&net);
}
END_TEST

START_TEST(an_idle_link_only_beats_and_stays_up)
{
	struct net net;

	start(&net);
	net_pass(&net, 3000000);
	ck_assert(net.a.up && net.b.up);
	ck_assert_uint_eq(net.a.ups, 1);
	/* A beat each third of the silence. */
	ck_assert_uint_le(stats_of(&net.a).frames_out, 32);
	net_done(&net);
}
END_TEST

START_TEST(silence_ends_the_connection_on_both_ends_and_nothing_is_lost_by_it)
{
	struct net net;

	start(&net);
	net.cut = true;
	ck_assert_uint_eq(say_many(&net.a, 5, 0), 5);
	ck_assert_uint_eq(say_many(&net.b, 6, 0), 6);
	net_pass(&net, 400000);
	ck_assert(!net.a.up && !net.b.up);
	ck_assert_str_eq(net.b.why, "silence");
	net.cut = false;
	net_pass(&net, 400000);
	ck_assert_uint_eq(net.b.got, 5);
	ck_assert_uint_eq(net.a.got, 6);
	ck_assert_uint_eq(net.a.fresh, 1);
	ck_assert_uint_eq(stats_of(&net.a).resent, 5);
	ck_assert_uint_eq(stats_of(&net.a).duplicates, 0);
	net_done(&net);
}
END_TEST

START_TEST(a_lost_last_frame_shows_at_the_next_beat)
{
	struct net net;

	start(&net);
	ck_assert_uint_eq(say_many(&net.a, 3, 0), 3);
	net.cut = true;
	link_flush(net.a.link);
	net.cut = false;
	net_pass(&net, 250000);
	ck_assert_uint_eq(net.b.got, 3);
	ck_assert_uint_eq(stats_of(&net.b).gaps, 1);
	ck_assert_uint_eq(net.a.acked, 3);
	net_done(&net);
}
END_TEST

START_TEST(a_reader_that_takes_nothing_over_is_sent_a_window_and_no_more)
{
	struct net net;

	net_init(&net, 7);
	net.b.by_hand = true;
	net_start(&net);
	net_settle(&net);
	ck_assert_uint_eq(say_many(&net.a, 1000, 0), net.conf.ring_records);
	net_settle(&net);
	ck_assert_uint_eq(net.b.got, net.conf.window);
	ck_assert_uint_eq(stats_of(&net.a).in_flight, net.conf.window);
	link_take(net.b.link, 4);
	net.b.taken = 4;
	net_settle(&net);
	ck_assert_uint_eq(net.a.acked, 4);
	ck_assert_uint_eq(net.b.got, net.conf.window + 4);
	net_done(&net);
}
END_TEST

START_TEST(a_full_ring_refuses_and_tells_when_there_is_room)
{
	struct net net;

	start(&net);
	net.cut = true;
	ck_assert_uint_lt(say_many(&net.a, 1000, 1000), 9);
	ck_assert_uint_eq(net.a.rooms, 0);
	ck_assert_uint_le(stats_of(&net.a).ring_bytes, net.conf.ring_bytes);
	net.cut = false;
	net_pass(&net, 1000000);
	ck_assert_uint_eq(net.a.rooms, 1);
	ck_assert_uint_eq(net.b.got, net.a.sent);
	ck_assert_uint_eq(stats_of(&net.a).ring_bytes, 0);
	net_done(&net);
}
END_TEST

START_TEST(a_record_that_can_never_fit_is_refused_for_good)
{
	struct net net;
	char *big = base_alloc(1, LINK_BODY_MAX + 1);

	net_init(&net, 7);
	net.conf.ring_bytes = 8 << 20;
	net_start(&net);
	net_settle(&net);
	ck_assert_int_eq(link_send(net.a.link, (struct span){ big, LINK_BODY_MAX + 1 }, NULL),
			 -EMSGSIZE);
	ck_assert_int_eq(link_send(net.a.link, (struct span){ big, LINK_BODY_MAX }, NULL), 0);
	net.conf.ring_bytes = 100;
	net_crash_dialler(&net);
	ck_assert_int_eq(link_send(net.a.link, (struct span){ big, 100 }, NULL), -EMSGSIZE);
	free(big);
	net_done(&net);
}
END_TEST

START_TEST(many_large_records_go_in_frames_that_fit)
{
	struct net net;
	static const size_t sizes[] = { 4000, 1, 0, 3000, 200, 4000 };

	net_init(&net, 7);
	net.conf.ring_bytes = 8 << 20;
	net.conf.ring_records = 2000;
	net.conf.window = 2000;
	net_start(&net);
	net_settle(&net);
	for (size_t i = 0; i < 600; i++)
		ck_assert_int_eq(net_say(&net.a, sizes[i % ARRAY_LEN(sizes)]), 0);
	link_flush(net.a.link);
	for (size_t i = 0; i < net.n; i++)
		ck_assert_uint_le(net.queue[i].body.n, 256 * 1024);
	ck_assert_uint_eq(net.n, 5);
	net_settle(&net);
	ck_assert_uint_eq(net.b.got, 600);
	net_done(&net);
}
END_TEST

START_TEST(a_wire_that_is_full_is_tried_again_when_it_says_so)
{
	struct net net;

	start(&net);
	net.send_result = -EAGAIN;
	ck_assert_uint_eq(say_many(&net.a, 5, 0), 5);
	link_flush(net.a.link);
	net.send_result = 0;
	link_flush(net.a.link);
	ck_assert_uint_eq(net.n, 0);
	link_writable(net.a.link);
	net_settle(&net);
	ck_assert_uint_eq(net.b.got, 5);
	net_done(&net);
}
END_TEST

START_TEST(an_unreachable_peer_ends_the_connection)
{
	struct net net;

	start(&net);
	ck_assert_uint_eq(say_many(&net.b, 1, 0), 1);
	net.send_result = -EHOSTUNREACH;
	link_hub_flush(net.hub);
	ck_assert(!net.b.up);
	ck_assert_str_eq(net.b.why, "unreachable");
	net_done(&net);
}
END_TEST

START_TEST(a_redial_that_fails_is_tried_again_later_and_later)
{
	struct net net;
	const uint32_t before = 1;

	start(&net);
	net.redial_fails = true;
	link_lost(net.a.link, "cable");
	net_pass(&net, 1000000);
	ck_assert_uint_eq(net.addr, before);
	net.redial_fails = false;
	net_pass(&net, 60000);
	ck_assert(net.a.up);
	net_done(&net);
}
END_TEST

START_TEST(what_is_not_a_frame_ends_the_connection_and_is_counted)
{
	static const char junk[] = "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff";
	struct net net;

	start(&net);
	link_receive(net.a.link, (struct span){ junk, sizeof(junk) - 1 }, SPAN(""));
	ck_assert(!net.a.up);
	ck_assert_uint_eq(stats_of(&net.a).malformed, 1);
	net_pass(&net, 200000);
	ck_assert(net.a.up && net.b.up);
	ck_assert_uint_eq(net.a.fresh, 1);
	net_done(&net);
}
END_TEST

/* A frame of the present conversation, whatever it says. */
static void forge(struct net *net, struct link_frame f, struct span body)
{
	const struct net_message *last;
	struct link_frame real;
	uint8_t out[LINK_HEAD_MAX];

	/* The conversation is that of a real frame. */
	ck_assert_int_eq(net_say(&net->a, 0), 0);
	link_flush(net->a.link);
	last = &net->queue[net->n - 1];
	ck_assert_int_eq(link_frame_parse(&real, last->head), 0);
	f.conversation = real.conversation;
	link_hub_receive(net->hub, &net->addr, sizeof(net->addr),
			 (struct span){ (const char *)out, link_frame_pack(&f, out) }, body);
}

START_TEST(lies_about_sequences_end_the_connection)
{
	static const struct {
		struct link_frame frame;
		struct span body;
	} lies[] = {
		{ { .ack = 100 }, { "", 0 } },	   /* of what was not sent */
		{ { .first = 0 }, { "\1x", 2 } },  /* records without a number */
		{ { .first = 1 }, { "\5x", 2 } },  /* a record cut short */
		{ { .first = 1 }, { "\xff", 1 } }, /* a length cut short */
		{ { .first = 9 }, { "\1x", 2 } },  /* a gap */
		{ { .first = UINT64_MAX }, { "\1x\1x", 4 } },
	};

	for (size_t i = 0; i < ARRAY_LEN(lies); i++) {
		struct net net;

		start(&net);
		forge(&net, lies[i].frame, lies[i].body);
		ck_assert_msg(!net.b.up, "lie %zu was believed", i);
		net_pass(&net, 300000);
		ck_assert(net.a.up && net.b.up);
		ck_assert_uint_eq(net.b.got, 1);
		net_done(&net);
	}
}
END_TEST

START_TEST(a_sender_that_ignores_the_window_is_stopped)
{
	struct net net;
	char run[17 * 25];

	net_init(&net, 7);
	net.b.by_hand = true;
	net_start(&net);
	net_settle(&net);
	for (uint64_t i = 0; i < 17; i++) {
		const struct net_record r = { net.a.instance, net.a.life, i + 1 };

		run[i * 25] = sizeof(r);
		memcpy(run + i * 25 + 1, &r, sizeof(r));
	}
	forge(&net, (struct link_frame){ .first = 1 }, (struct span){ run, sizeof(run) });
	ck_assert_uint_eq(net.b.got, 16);
	ck_assert(!net.b.up);
	net_done(&net);
}
END_TEST

START_TEST(frames_of_a_former_connection_are_dropped)
{
	struct net net;
	struct link_frame f;
	uint8_t out[LINK_HEAD_MAX];
	struct span head;

	start(&net);
	forge(&net, (struct link_frame){ .first = 1 }, SPAN(""));
	net_settle(&net);
	ck_assert_int_eq(net_say(&net.a, 0), 0);
	link_flush(net.a.link);
	ck_assert_int_eq(link_frame_parse(&f, net.queue[net.n - 1].head), 0);
	link_lost(net.a.link, "cable");
	net_pass(&net, 100000);
	head = (struct span){ (const char *)out, link_frame_pack(&f, out) };
	link_hub_receive(net.hub, &net.addr, sizeof(net.addr), head, SPAN("\1x"));
	ck_assert_uint_eq(stats_of(&net.b).stale, 1);
	ck_assert(net.b.up);
	net_done(&net);
}
END_TEST

START_TEST(a_binder_that_restarts_gets_the_ring_only_if_it_stores_what_it_takes)
{
	struct net net;

	net_init(&net, 7);
	net.stores = net.b.by_hand = true;
	net_start(&net);
	net.store_instance = net.a.instance;
	net_settle(&net);
	ck_assert_uint_eq(say_many(&net.a, 8, 0), 8);
	net_settle(&net);
	net.b.taken = net.store_have = 5;
	link_take(net.b.link, 5);
	net_crash_hub(&net);
	link_lost(net.a.link, "cable");
	net_pass(&net, 200000);
	ck_assert_uint_eq(net.a.fresh, 0);
	ck_assert_uint_eq(net.a.acked, 5);
	ck_assert_uint_eq(net.b.got, 8);
	ck_assert_uint_eq(net.b.records, 8 + 3);
	net_done(&net);
}
END_TEST

START_TEST(a_store_that_was_set_back_in_time_is_refused)
{
	struct net net;

	net_init(&net, 7);
	net.stores = net.b.by_hand = true;
	net_start(&net);
	net.store_instance = net.a.instance;
	net_settle(&net);
	ck_assert_uint_eq(say_many(&net.a, 8, 0), 8);
	net_settle(&net);
	net.b.taken = net.store_have = 8;
	link_take(net.b.link, 8);
	net_settle(&net);
	ck_assert_uint_eq(net.a.acked, 8);
	net.store_have = 3;
	net_crash_hub(&net);
	link_lost(net.a.link, "cable");
	net_pass(&net, 200000);
	ck_assert_uint_eq(net.a.refusals, 1);
	ck_assert_str_eq(net.a.why, "the peer has lost records that it had acknowledged");
	ck_assert(!link_is_up(net.a.link));
	net_done(&net);
}
END_TEST

START_TEST(a_store_with_records_that_were_never_sent_is_refused)
{
	struct net net;

	net_init(&net, 7);
	net.stores = net.b.by_hand = true;
	net_start(&net);
	net.store_instance = net.a.instance;
	net.store_have = 3;
	net_settle(&net);
	ck_assert_uint_eq(net.a.refusals, 1);
	ck_assert_str_eq(net.a.why, "the peer has records that were never sent");
	net_done(&net);
}
END_TEST

static void deliver_first(struct net *net)
{
	const struct net_message m = net->queue[0];

	memmove(net->queue, net->queue + 1, --net->n * sizeof(m));
	net_deliver(net, &m);
}

START_TEST(an_acknowledgement_may_be_ahead_of_what_was_sent_again)
{
	struct net net;

	net_init(&net, 7);
	net.b.by_hand = true;
	net_start(&net);
	net_settle(&net);
	ck_assert_uint_eq(say_many(&net.a, 8, 0), 8);
	net_settle(&net);
	link_lost(net.a.link, "cable");
	net.now += 100000;
	link_tick(net.a.link);
	deliver_first(&net); /* the hello, which is answered: nothing taken over yet */
	net.b.taken = 8;
	link_take(net.b.link, 8);
	link_hub_flush(net.hub);
	deliver_first(&net); /* the welcome: all 8 are to be sent again */
	deliver_first(&net); /* the acknowledgement of all 8 */
	ck_assert(net.a.up && net.b.up);
	ck_assert_uint_eq(net.a.acked, 8);
	net_settle(&net);
	ck_assert_uint_eq(stats_of(&net.a).resent, 0);
	ck_assert_uint_eq(net.b.got, 8);
	net_done(&net);
}
END_TEST

static void drop_all(void *ctx, struct link *l, UNUSED uint64_t seq, UNUSED struct span body)
{
	struct net_app *app = ctx;

	app->records++;
	link_free(l);
	app->link = NULL;
}

START_TEST(a_link_may_be_freed_in_the_middle_of_a_frame)
{
	struct net net;
	struct link_conf conf;
	struct link_events events;

	net_init(&net, 7);
	net_start_hub(&net);
	conf = net.conf;
	conf.role = "gateway";
	conf.name = "dialler";
	conf.instance = net.a.instance = 77;
	events = net_events(&net.a);
	events.record = drop_all;
	net.a.link = link_dial_new(&conf, &(struct link_wire){ net_send_dialler, net_redial, &net },
				   &events);
	net_settle(&net);
	ck_assert_uint_eq(say_many(&net.b, 5, 0), 5);
	net_settle(&net);
	ck_assert_uint_eq(net.a.records, 1);
	net_done(&net);
}
END_TEST

START_TEST(a_packed_head_is_what_the_schema_says)
{
	static const struct link_frame frames[] = {
		{ 0, 0, 0, 0 },
		{ 1, 127, 128, 16384 },
		{ UINT64_MAX, UINT64_MAX, 0, UINT64_MAX },
	};

	for (size_t i = 0; i < ARRAY_LEN(frames); i++) {
		const struct link_frame *f = &frames[i];
		Mudlark__LinkHead m = MUDLARK__LINK_HEAD__INIT;
		uint8_t ours[LINK_HEAD_MAX], theirs[LINK_HEAD_MAX];
		struct link_frame back;
		const size_t n = link_frame_pack(f, ours);

		m.conversation = f->conversation;
		m.first = f->first;
		m.ack = f->ack;
		m.window = f->window;
		ck_assert_uint_eq(mudlark__link_head__pack(&m, theirs), n);
		ck_assert_mem_eq(ours, theirs, n);
		ck_assert_int_eq(link_frame_parse(&back, (struct span){ (const char *)ours, n }),
				 0);
		ck_assert_mem_eq(&back, f, sizeof(back));
	}
}
END_TEST

START_TEST(a_frame_with_fields_of_a_later_version_is_still_read)
{
	/* field 30, a varint */
	static const char more[] = "\xf0\x01\x05";
	struct net net;
	struct net_message *m;
	char head[64];

	start(&net);
	ck_assert_int_eq(net_say(&net.a, 0), 0);
	link_flush(net.a.link);
	m = &net.queue[net.n - 1];
	memcpy(head, m->head.p, m->head.n);
	memcpy(head + m->head.n, more, sizeof(more) - 1);
	link_hub_receive(net.hub, &net.addr, sizeof(net.addr),
			 (struct span){ head, m->head.n + sizeof(more) - 1 }, m->body);
	ck_assert_uint_eq(net.b.got, 1);
	net_done(&net);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("link");
	TCase *t = tcase_create("link");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_test(t, both_ends_are_up_fresh_after_hello_and_welcome);
	tcase_add_test(t, records_of_a_turn_travel_in_one_frame_and_are_acknowledged_once);
	tcase_add_test(t, an_idle_link_only_beats_and_stays_up);
	tcase_add_test(t, silence_ends_the_connection_on_both_ends_and_nothing_is_lost_by_it);
	tcase_add_test(t, a_lost_last_frame_shows_at_the_next_beat);
	tcase_add_test(t, a_reader_that_takes_nothing_over_is_sent_a_window_and_no_more);
	tcase_add_test(t, a_full_ring_refuses_and_tells_when_there_is_room);
	tcase_add_test(t, a_record_that_can_never_fit_is_refused_for_good);
	tcase_add_test(t, many_large_records_go_in_frames_that_fit);
	tcase_add_test(t, a_wire_that_is_full_is_tried_again_when_it_says_so);
	tcase_add_test(t, an_unreachable_peer_ends_the_connection);
	tcase_add_test(t, a_redial_that_fails_is_tried_again_later_and_later);
	tcase_add_test(t, what_is_not_a_frame_ends_the_connection_and_is_counted);
	tcase_add_test(t, lies_about_sequences_end_the_connection);
	tcase_add_test(t, a_sender_that_ignores_the_window_is_stopped);
	tcase_add_test(t, frames_of_a_former_connection_are_dropped);
	tcase_add_test(t, a_binder_that_restarts_gets_the_ring_only_if_it_stores_what_it_takes);
	tcase_add_test(t, a_store_that_was_set_back_in_time_is_refused);
	tcase_add_test(t, a_store_with_records_that_were_never_sent_is_refused);
	tcase_add_test(t, an_acknowledgement_may_be_ahead_of_what_was_sent_again);
	tcase_add_test(t, a_link_may_be_freed_in_the_middle_of_a_frame);
	tcase_add_test(t, a_packed_head_is_what_the_schema_says);
	tcase_add_test(t, a_frame_with_fields_of_a_later_version_is_still_read);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
