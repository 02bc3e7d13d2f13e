/*
 * test_say.c - sentences: points of view, names, pronouns, and player text made harmless once.
 */
#include "rig.h"
#include "world/data.h"
#include "world/cmd/chat.h"
#include "world/core/actor.h"
#include "world/core/item.h"

static struct rig r;
static struct world *w;
static struct ent ana, ben, cleo, stone;

static void setup(void)
{
	rig_init(&r);
	w = r.world;
	ana = rig_guest(&r, 5);
	ben = rig_guest(&r, 6);
	cleo = rig_guest(&r, 7);
	name_set(w, ana, "Ana");
	name_set(w, ben, "Ben");
	actor_write(w, ana)->pronoun = PRONOUN_SHE;
	actor_write(w, ben)->pronoun = PRONOUN_HE;
	stone = place_first(w, room_start(w));
	rig_turn(&r);
	rig_forget(&r);
}

static void teardown(void)
{
	rig_done_with(&r);
}

/* The text of the last Output to exactly this session, or to the room (0). */
static const char *last(uint64_t session)
{
	static char text[512];

	for (size_t i = r.n_said; i-- > 0;) {
		const Mudlark__GatewayIn *m = r.said[i].m;

		if (m->body_case != MUDLARK__GATEWAY_IN__BODY_OUTPUT)
			continue;
		if (session ? rig_lists(m->output->sessions, m->output->n_sessions, session)
			    : m->output->group != 0) {
			snprintf(text, sizeof(text), "%.*s", (int)m->output->text.len,
				 (const char *)m->output->text.data);
			return text;
		}
	}
	return "";
}

START_TEST(each_point_of_view_has_its_sentence)
{
	act(w, &(struct act){ .actor = ana,
			      .target = ben,
			      .object = stone,
			      .to_actor = "You give $o to $N.",
			      .to_target = "$n gives you $o.",
			      .to_others = "$n gives $N $o." });
	rig_turn(&r);
	ck_assert_str_eq(last(5), "You give a grey stone to Ben.");
	ck_assert_str_eq(last(6), "Ana gives you a grey stone.");
	ck_assert_str_eq(last(0), "Ana gives Ben a grey stone.");
	ck_assert(!rig_room_heard(&r, 5, "gives"));
	ck_assert(!rig_room_heard(&r, 6, "gives"));
	ck_assert(rig_room_heard(&r, 7, "gives"));
}
END_TEST

START_TEST(pronouns_and_articles_fit_their_owners)
{
	act(w, &(struct act){ .actor = ana,
			      .target = ben,
			      .object = stone,
			      .to_others = "$e $m $s $f, $E $M $S $F: $O $$5 $x",
			      .markup = "{bold}now{/}" });
	rig_turn(&r);
	ck_assert_str_eq(last(0),
			 "She her her herself, he him his himself: the grey stone $5 {bold}now{/}");
}
END_TEST

START_TEST(a_sentence_begins_with_a_capital_behind_any_markup)
{
	act(w, &(struct act){ .actor = ana, .object = stone, .to_others = "{item}$o{/} falls." });
	rig_turn(&r);
	ck_assert_str_eq(last(0), "{item}A grey stone{/} falls.");
}
END_TEST

START_TEST(player_text_is_escaped_exactly_once)
{
	act(w, &(struct act){ .actor = ana,
			      .text = SPAN("{red}$n {{ 100% }"),
			      .to_others = "$n says, \"$t\"" });
	rig_turn(&r);
	ck_assert_str_eq(last(0), "Ana says, \"{{red}$n {{{{ 100% }\"");
}
END_TEST

START_TEST(a_link_is_the_text_between_a_command)
{
	struct buf out = { 0 };

	say_link(&out, "north", SPAN("up north"));
	say_link(&out, "say {/}", SPAN(" no brace"));
	say_link(&out, "look a-very-very-very-very-very-very-very-long-word-of-words",
		 SPAN(" nor too long"));
	ck_assert_str_eq(strndupa(buf_p(&out), out.n),
			 "{do north}up north{/} no brace nor too long");
	buf_done(&out);
}
END_TEST

START_TEST(escaping_doubles_opening_braces_and_nothing_else)
{
	static const struct {
		struct span in;
		const char *out;
	} cases[] = {
		{ { "", 0 }, "" },
		{ { "{", 1 }, "{{" },
		{ { "a{b}c", 5 }, "a{{b}c" },
		{ { "{{", 2 }, "{{{{" },
		{ { "\xc3\xa4{", 3 }, "\xc3\xa4{{" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf b = { 0 };

		say_escape(&b, cases[i].in);
		buf_addc(&b, 0);
		ck_assert_str_eq(buf_p(&b), cases[i].out);
		buf_done(&b);
	}
}
END_TEST

START_TEST(a_sentence_for_an_empty_room_goes_nowhere_and_has_no_effect)
{
	struct ent loft = ent_by_id(w, ent_pack_id(1, "proving", "room", "loft"));
	uint64_t outputs = w->stats.outputs, batch = r.issued;

	say_room(w, loft, ENT_NONE, MUDLARK__TEXT_CLASS__TEXT_ROOM, "Dust falls.");
	rig_turn(&r);
	ck_assert_uint_eq(w->stats.outputs, outputs);
	ck_assert_uint_eq(r.issued, batch);
}
END_TEST

START_TEST(who_is_alone_tells_nobody)
{
	uint64_t batch;

	rig_line(&r, 5, 2, "north");
	batch = r.issued;
	rig_line(&r, 5, 3, "say hello");
	ck_assert_uint_eq(r.issued, batch);
	ck_assert(rig_heard(&r, 5, "hello"));
}
END_TEST

START_TEST(a_room_is_one_record_for_each_gateway_where_somebody_listens)
{
	size_t n = 0;

	rig_peer_up(&r, RIG_OTHER, false);
	rig_open(&r, RIG_OTHER, 8);
	rig_feed_line(&r, RIG_OTHER, 8, 1, "guest", false);
	rig_turn(&r);
	rig_forget(&r);
	rig_line(&r, 5, 2, "say hello");
	for (size_t i = 0; i < r.n_said; i++)
		n += r.said[i].m->body_case == MUDLARK__GATEWAY_IN__BODY_OUTPUT &&
		     r.said[i].m->output->group;
	ck_assert_uint_eq(n, 2);
	for (size_t i = 0; i < r.n_said; i++)
		if (r.said[i].m->body_case == MUDLARK__GATEWAY_IN__BODY_OUTPUT &&
		    r.said[i].m->output->group)
			ck_assert_uint_eq(r.said[i].m->output->n_except,
					  r.said[i].gateway == RIG_GATEWAY);
}
END_TEST

static void say_around(struct world *world, struct ent actor, struct span line)
{
	(void)line;
	say_reply(world, actor, "first");
	say_room(world, place_room(world, actor), ENT_NONE, MUDLARK__TEXT_CLASS__TEXT_ROOM,
		 "second");
	say_reply(world, actor, "third");
}

START_TEST(what_one_reads_is_in_the_order_in_which_it_was_said)
{
	char all[256] = "";

	w->env.run = say_around;
	rig_line(&r, 5, 2, "x");
	for (size_t i = 0; i < r.n_said; i++)
		if (r.said[i].m->body_case == MUDLARK__GATEWAY_IN__BODY_OUTPUT)
			strncat(all, (char *)r.said[i].m->output->text.data,
				r.said[i].m->output->text.len);
	ck_assert_str_eq(all, "firstsecondthird");
	ck_assert_uint_eq(rig_done(&r, 5), 2);
}
END_TEST

START_TEST(everybody_is_reached_by_one_record_for_each_gateway)
{
	const Mudlark__GatewayIn *m;

	rig_line(&r, 6, 2, "north");
	rig_forget(&r);
	say_all(w, MUDLARK__TEXT_CLASS__TEXT_SYSTEM, "Hear ye.");
	rig_turn(&r);
	ck_assert_uint_eq(r.n_said, 1);
	m = rig_last(&r, MUDLARK__GATEWAY_IN__BODY_OUTPUT);
	ck_assert_uint_eq(m->output->n_sessions, 3);
}
END_TEST

static void caps(uint64_t session, char **supports, size_t n)
{
	Mudlark__SessionCaps m = MUDLARK__SESSION_CAPS__INIT;

	m.session = session;
	m.gmcp = true;
	m.supports = supports;
	m.n_supports = n;
	RIG_FEED(&r, RIG_GATEWAY, SESSION_CAPS, session_caps, &m);
	rig_turn(&r);
}

START_TEST(data_goes_to_those_who_asked_for_its_package)
{
	char *supports[] = { "char.vitals", "room.info" };
	const Mudlark__GatewayIn *m;

	rig_line(&r, 5, 2, "north");
	ck_assert_ptr_null(rig_last(&r, MUDLARK__GATEWAY_IN__BODY_DATA));
	caps(5, supports, 2);
	ck_assert(data_wants(session_get(w, 5), DATA_CHAR_VITALS));
	ck_assert(data_wants(session_get(w, 5), DATA_ROOM_INFO));
	ck_assert(!data_wants(session_get(w, 5), DATA_ROOM_PLAYERS));
	ck_assert(!data_wants(session_get(w, 5), DATA_CHANNEL_TEXT));
	ck_assert(!data_wants(session_get(w, 6), DATA_CHAR_VITALS));
	rig_forget(&r);
	rig_line(&r, 5, 3, "south");
	m = rig_last(&r, MUDLARK__GATEWAY_IN__BODY_DATA);
	ck_assert_str_eq(m->data->package, "Room.Info");
	ck_assert_ptr_nonnull(memmem(m->data->json.data, m->data->json.len, "\"The Yard\"", 10));
}
END_TEST

START_TEST(what_is_said_goes_to_clients_that_show_channels)
{
	static const char wanted[] =
		"{\"channel\":\"say\",\"talker\":\"Ben\",\"text\":\"hi \\\"you\\\"\"}";
	char *supports[] = { "comm.channel" };
	const Mudlark__GatewayIn *m;

	caps(5, supports, 1);
	rig_forget(&r);
	chat_fact(w, FACT_CHAT_SAID, ben, ENT_NONE, SPAN("hi \"you\""));
	rig_turn(&r);
	m = rig_last(&r, MUDLARK__GATEWAY_IN__BODY_DATA);
	ck_assert_ptr_nonnull(m);
	ck_assert_str_eq(m->data->package, "Comm.Channel.Text");
	ck_assert_uint_eq(m->data->n_sessions, 1);
	ck_assert_uint_eq(m->data->sessions[0], 5);
	ck_assert_uint_eq(m->data->json.len, sizeof(wanted) - 1);
	ck_assert_mem_eq(m->data->json.data, wanted, sizeof(wanted) - 1);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("say");
	TCase *c = tcase_create("say");
	SRunner *run;
	int failed;

	tcase_add_checked_fixture(c, setup, teardown);
	tcase_add_test(c, each_point_of_view_has_its_sentence);
	tcase_add_test(c, pronouns_and_articles_fit_their_owners);
	tcase_add_test(c, a_sentence_begins_with_a_capital_behind_any_markup);
	tcase_add_test(c, player_text_is_escaped_exactly_once);
	tcase_add_test(c, a_link_is_the_text_between_a_command);
	tcase_add_test(c, escaping_doubles_opening_braces_and_nothing_else);
	tcase_add_test(c, a_sentence_for_an_empty_room_goes_nowhere_and_has_no_effect);
	tcase_add_test(c, who_is_alone_tells_nobody);
	tcase_add_test(c, a_room_is_one_record_for_each_gateway_where_somebody_listens);
	tcase_add_test(c, what_one_reads_is_in_the_order_in_which_it_was_said);
	tcase_add_test(c, everybody_is_reached_by_one_record_for_each_gateway);
	tcase_add_test(c, data_goes_to_those_who_asked_for_its_package);
	tcase_add_test(c, what_is_said_goes_to_clients_that_show_channels);
	suite_add_tcase(s, c);
	run = srunner_create(s);
	srunner_run_all(run, CK_NORMAL);
	failed = srunner_ntests_failed(run);
	srunner_free(run);
	return failed != 0;
}
