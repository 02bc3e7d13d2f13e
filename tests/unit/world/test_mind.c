/*
 * test_mind.c - somebody is talked to, thinks, answers, and is never waited for without end.
 */
#include "mind_rig.h"

#include "world/core/item.h"

static struct mind_rig r;
static struct world *w;

static void setup(void)
{
	mind_rig_open(&r, "life=0");
	w = r.st.world;
}

static void teardown(void)
{
	mind_rig_close(&r);
}

static const char *heard(size_t who)
{
	return stage_heard(&r.st, who);
}

static void type(size_t who, const char *line)
{
	stage_type(&r.st, who, line);
}

static struct ent widow(void)
{
	return mind_rig_npc(&r, "nan");
}

START_TEST(who_is_talked_to_is_asked_and_says_what_comes)
{
	const Mudlark__AiAsk *ask;

	type(0, "talk nan");
	ck_assert_str_eq(heard(0), "You turn to Nan Marrable.\n");
	ask = mind_rig_asked(&r);
	ck_assert_int_eq(ask->kind, MUDLARK__AI_ASK__KIND__GREET);
	ck_assert_uint_eq(ask->ask >> 32, 1);
	ck_assert_str_eq(ask->who->name, "Ana");
	ck_assert(ask->who->guest);
	ck_assert_uint_eq(ask->who->id, ent_id(w, stage_ent(&r.st, 0)));
	ck_assert_uint_eq(ask->deadline_ms, 15000);
	mind_rig_answer(&r, "Well now.");
	STAGE_HEARS(&r.st, 0, "Nan Marrable says, \"Well now.\"");
	mind_rig_ticks(&r, 100);
	STAGE_HEARS_NOTHING(&r.st, 0);
}
END_TEST

static void says(uint32_t n, const char *text)
{
	mind_rig_says(&r, MIND_RIG_BRIDGE, mind_rig_asked(&r)->ask, n, text);
}

static void ends(void)
{
	mind_rig_done(&r, MIND_RIG_BRIDGE, mind_rig_asked(&r)->ask, NULL);
}

START_TEST(long_answers_come_at_the_pace_of_somebody_who_speaks)
{
	static const char filler[] = "A sentence of a hundred bytes and two, since nothing shorter "
				     "would tell one pace from "
				     "the other, would it.";

	type(0, "say nan, what do you know?");
	(void)heard(0);
	says(1, filler);
	says(2, filler);
	says(2, "Another, again.");
	says(3, "Another.");
	ends();
	ck_assert_ptr_nonnull(strstr(heard(0), filler));
	mind_rig_ticks(&r, 16); /* half a second, and 12 ms a byte */
	STAGE_HEARS_NOTHING(&r.st, 0);
	mind_rig_ticks(&r, 1);
	ck_assert_ptr_nonnull(strstr(heard(0), "would it. Another.\"\n"));
	mind_rig_ticks(&r, 50);
	STAGE_HEARS_NOTHING(&r.st, 0);
}
END_TEST

START_TEST(sentences_that_are_there_are_said_together)
{
	type(0, "say nan, what do you know?");
	(void)heard(0);
	says(1, "One.");
	STAGE_HEARS_NOTHING(&r.st, 0);
	mind_rig_ticks(&r, 1);
	STAGE_HEARS(&r.st, 0, "Nan Marrable says, \"One.\"");
	says(2, "Two.");
	says(3, ":waits.");
	says(4, "Three.");
	says(5, "Four.");
	says(6, "Five.");
	says(7, "Six.");
	ends();
	mind_rig_ticks(&r, 40);
	STAGE_HEARS(&r.st, 0,
		    "Nan Marrable says, \"Two.\"\n"
		    "Nan Marrable waits.\n"
		    "Nan Marrable says, \"Three. Four. Five.\"\n"
		    "Nan Marrable says, \"Six.\"");
}
END_TEST

START_TEST(who_says_more_is_told_the_rest_at_once_and_answered)
{
	type(0, "say nan, what do you know?");
	says(1, "One.");
	mind_rig_ticks(&r, 1);
	says(2, "Two.");
	says(3, "Three.");
	says(4, "Four.");
	says(5, "Five.");
	ends();
	(void)heard(0);
	type(0, "say and the tide?");
	STAGE_HEARS(&r.st, 0,
		    "You say, \"and the tide?\"\n"
		    "Nan Marrable says, \"Two. Three. Four. Five.\"");
	ck_assert_uint_eq(mind_rig_count(&r, MUDLARK__AI_IN__BODY_ASK), 2);
	mind_rig_answer(&r, "It turns.");
	mind_rig_ticks(&r, 5);
	STAGE_HEARS(&r.st, 0, "Nan Marrable says, \"It turns.\"");
}
END_TEST

START_TEST(who_says_more_hears_what_still_comes_without_long_pauses)
{
	static const char text[] = "A sentence that would be followed by a pause of a second.";

	type(0, "say nan, what do you know?");
	type(0, "say and the tide?");
	says(1, text);
	mind_rig_ticks(&r, 1);
	says(2, "The rest.");
	(void)heard(0);
	mind_rig_ticks(&r, 5);
	STAGE_HEARS(&r.st, 0, "Nan Marrable says, \"The rest.\"");
	ck_assert_uint_eq(mind_rig_count(&r, MUDLARK__AI_IN__BODY_ASK), 1);
	ends();
	mind_rig_ticks(&r, 1);
	ck_assert_uint_eq(mind_rig_count(&r, MUDLARK__AI_IN__BODY_ASK), 2);
}
END_TEST

START_TEST(who_thinks_for_long_is_seen_to)
{
	type(0, "talk nan");
	(void)heard(0);
	mind_rig_ticks(&r, 7);
	STAGE_HEARS_NOTHING(&r.st, 0);
	mind_rig_ticks(&r, 1);
	STAGE_HEARS(&r.st, 0, "Nan Marrable looks at the water.");
	mind_rig_ticks(&r, 30);
	STAGE_HEARS_NOTHING(&r.st, 0);
	mind_rig_answer(&r, "Ah.");
	STAGE_HEARS(&r.st, 0, "Nan Marrable says, \"Ah.\"");
}
END_TEST

START_TEST(an_answer_that_does_not_come_is_called_off_and_made_up_for)
{
	uint64_t ask;

	type(0, "say nan, hello");
	ask = mind_rig_asked(&r)->ask;
	mind_rig_ticks(&r, 149);
	ck_assert_ptr_null(strstr(heard(0), "Could not say"));
	mind_rig_ticks(&r, 1);
	STAGE_HEARS(&r.st, 0, "Nan Marrable says, \"Could not say.\"");
	ck_assert_uint_eq(mind_rig_sent(&r, MUDLARK__AI_IN__BODY_CANCEL, 0, NULL)->cancel->ask,
			  ask);
	mind_rig_says(&r, MIND_RIG_BRIDGE, ask, 1, "Too late.");
	mind_rig_done(&r, MIND_RIG_BRIDGE, ask, NULL);
	mind_rig_ticks(&r, 50);
	STAGE_HEARS_NOTHING(&r.st, 0);
	ck_assert_uint_eq(bridges_asks(w), 0);
}
END_TEST

START_TEST(a_failure_is_made_up_for_by_a_line_of_its_own)
{
	type(0, "talk nan");
	mind_rig_done(&r, MIND_RIG_BRIDGE, mind_rig_asked(&r)->ask, "out of money");
	ck_assert_ptr_nonnull(strstr(heard(0), "Nan Marrable says, \"Well, Ana.\"\n"));
	mind_rig_ticks(&r, 20);
	type(0, "say and now?");
	(void)heard(0);
	mind_rig_done(&r, MIND_RIG_BRIDGE, mind_rig_asked(&r)->ask, "out of money");
	STAGE_HEARS(&r.st, 0, "Nan Marrable says, \"Ask another day.\"");
}
END_TEST

START_TEST(with_no_aibridge_there_is_an_answer_at_once)
{
	mind_rig_ticks(&r, 60);
	mind_rig_down(&r, MIND_RIG_BRIDGE);
	type(0, "talk nan");
	STAGE_HEARS(&r.st, 0, "You turn to Nan Marrable.\nNan Marrable says, \"Well, Ana.\"");
	ck_assert_uint_eq(r.n, 0);
}
END_TEST

START_TEST(an_aibridge_that_dies_is_not_waited_for)
{
	uint64_t ask;

	type(0, "say nan, hello");
	(void)heard(0);
	mind_rig_down(&r, MIND_RIG_BRIDGE);
	ck_assert_ptr_nonnull(mind_rig_sent(&r, MUDLARK__AI_IN__BODY_CANCEL, 0, NULL));
	ck_assert_uint_eq(bridges_count(w), 0);
	mind_rig_ticks(&r, 1);
	STAGE_HEARS(&r.st, 0, "Nan Marrable says, \"Could not say.\"");
	mind_rig_up(&r, MIND_RIG_OTHER);
	mind_rig_ticks(&r, 30);
	type(0, "say and now?");
	(void)heard(0);
	ask = mind_rig_asked(&r)->ask;
	mind_rig_says(&r, MIND_RIG_BRIDGE, ask, 1, "I am not asked.");
	mind_rig_ticks(&r, 1);
	STAGE_HEARS_NOTHING(&r.st, 0);
	mind_rig_says(&r, MIND_RIG_OTHER, ask, 1, "It was so.");
	mind_rig_ticks(&r, 1);
	STAGE_HEARS(&r.st, 0, "Nan Marrable says, \"It was so.\"");
	mind_rig_down(&r, MIND_RIG_OTHER);
	mind_rig_ticks(&r, 1);
	STAGE_HEARS(&r.st, 0, "Nan Marrable loses the thread, and breaks off.");
}
END_TEST

START_TEST(who_leaves_is_not_answered_behind_his_back)
{
	uint64_t ask;

	type(0, "say nan, hello");
	stage_enter(&r.st, "Bob");
	ask = mind_rig_asked(&r)->ask;
	type(0, "north");
	stage_forget(&r.st);
	mind_rig_ticks(&r, 1);
	STAGE_HEARS(&r.st, 1, "Nan Marrable looks after Ana.");
	ck_assert_uint_eq(mind_rig_sent(&r, MUDLARK__AI_IN__BODY_CANCEL, 0, NULL)->cancel->ask,
			  ask);
	mind_rig_says(&r, MIND_RIG_BRIDGE, ask, 1, "As I was saying.");
	mind_rig_ticks(&r, 20);
	STAGE_HEARS_NOTHING(&r.st, 0);
	STAGE_HEARS_NOTHING(&r.st, 1);
}
END_TEST

START_TEST(the_rest_of_an_answer_is_dropped_when_its_player_leaves)
{
	uint64_t ask;

	type(0, "say nan, hello");
	stage_enter(&r.st, "Bob");
	ask = mind_rig_asked(&r)->ask;
	mind_rig_says(&r, MIND_RIG_BRIDGE, ask, 1, "One.");
	mind_rig_says(&r, MIND_RIG_BRIDGE, ask, 2, "Two.");
	mind_rig_done(&r, MIND_RIG_BRIDGE, ask, NULL);
	type(0, "north");
	stage_forget(&r.st);
	mind_rig_ticks(&r, 30);
	STAGE_HEARS_NOTHING(&r.st, 1);
	type(0, "south");
	stage_forget(&r.st);
	mind_rig_ticks(&r, 30);
	STAGE_HEARS_NOTHING(&r.st, 0);
}
END_TEST

START_TEST(several_have_their_turn_one_after_the_other)
{
	size_t bob = stage_enter(&r.st, "Bob");

	type(0, "say nan, hello");
	type(bob, "say nan, and me?");
	type(bob, "say nan, and me?");
	ck_assert_uint_eq(mind_rig_count(&r, MUDLARK__AI_IN__BODY_ASK), 1);
	stage_forget(&r.st);
	mind_rig_answer(&r, "Hello, Ana.");
	STAGE_HEARS(&r.st, bob, "Nan Marrable says, \"Hello, Ana.\"");
	mind_rig_ticks(&r, 1);
	ck_assert_uint_eq(mind_rig_count(&r, MUDLARK__AI_IN__BODY_ASK), 2);
	ck_assert_str_eq(mind_rig_asked(&r)->who->name, "Bob");
	ck_assert_int_eq(memcmp(mind_rig_asked(&r)->text.data, "nan, and me?", 12), 0);
	stage_forget(&r.st);
	mind_rig_answer(&r, "And you.");
	mind_rig_ticks(&r, 20);
	STAGE_HEARS(&r.st, bob, "Nan Marrable turns to you.\nNan Marrable says, \"And you.\"");
	STAGE_HEARS(&r.st, 0, "Nan Marrable turns to Bob.\nNan Marrable says, \"And you.\"");
	mind_rig_ticks(&r, 20);
	ck_assert_uint_eq(mind_rig_count(&r, MUDLARK__AI_IN__BODY_ASK), 2);
}
END_TEST

/* What is asked now is this. */
static void answers(const char *text, const char *answer)
{
	mind_rig_ticks(&r, 30);
	ck_assert_uint_eq(mind_rig_asked(&r)->text.len, strlen(text));
	if (*text)
		ck_assert_mem_eq(mind_rig_asked(&r)->text.data, text, strlen(text));
	mind_rig_answer(&r, answer);
}

START_TEST(no_question_is_thrown_away_in_silence)
{
	type(0, "talk nan");
	type(0, "say what is the tide doing?");
	type(0, "talk nan");
	type(0, "say what is the tide doing?");
	type(0, "say and where is Jem?");
	stage_forget(&r.st);
	type(0, "say and what is that?");
	STAGE_HEARS(&r.st, 0,
		    "You say, \"and what is that?\"\n"
		    "Nan Marrable holds up a hand to you: one thing at a time.");
	ck_assert_uint_eq(mind_rig_count(&r, MUDLARK__AI_IN__BODY_ASK), 1);
	answers("", "Good day.");
	answers("what is the tide doing?", "It turns.");
	answers("and where is Jem?", "Rowing.");
	mind_rig_ticks(&r, 100);
	ck_assert_uint_eq(mind_rig_count(&r, MUDLARK__AI_IN__BODY_ASK), 3);
}
END_TEST

START_TEST(there_is_an_end_to_who_may_wait)
{
	type(0, "say nan, hello");
	for (uint64_t i = 0; i < MIND_WAITING; i++) {
		struct ent e = ent_new(w, KIND_PLAYER);
		char name[] = "Waita";

		name[4] = (char)('a' + i);
		name_set(w, e, name);
		ck_assert_int_eq(place_move(w, e, stage_room(&r.st, "quay")), 0);
		mind_turn_to(w, widow(), e, MIND_SAY, SPAN("me"));
	}
	stage_settle(&r.st);
	stage_enter(&r.st, "Bob");
	type(1, "say nan, me too");
	ck_assert_str_eq(heard(1), "You say, \"nan, me too\"\nNan Marrable holds up a hand to you: "
				   "one at a time.\n");
	ck_assert_uint_eq(mind_rig_count(&r, MUDLARK__AI_IN__BODY_ASK), 1);
}
END_TEST

/* Somebody without a connection. */
static void somebody_asks(const char *name)
{
	struct ent e = ent_new(w, KIND_PLAYER);

	name_set(w, e, name);
	ck_assert_int_eq(place_move(w, e, stage_room(&r.st, "quay")), 0);
	mind_turn_to(w, widow(), e, MIND_SAY, SPAN("me"));
	stage_settle(&r.st);
}

START_TEST(who_was_just_answered_waits_for_those_who_were_not)
{
	static const char *const names[] = { "Cat", "Dan", "Eve", "Fay", "Gus" };

	stage_enter(&r.st, "Bob");
	type(0, "say nan, one");
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		somebody_asks(names[i]);
	mind_rig_answer(&r, "Hello, Ana.");
	mind_rig_ticks(&r, 30);
	ck_assert_str_eq(mind_rig_asked(&r)->who->name, "Cat");
	type(0, "say nan, two");
	type(0, "say nan, three");
	(void)heard(0);
	(void)heard(1);
	type(1, "say nan, me too");
	STAGE_HEARS(&r.st, 1, "You say, \"nan, me too\"");
	STAGE_HEARS(&r.st, 0,
		    "Bob says, \"nan, me too\"\n"
		    "Nan Marrable holds up a hand to you: one at a time.");
	type(0, "say nan, three");
	STAGE_HEARS(&r.st, 0,
		    "You say, \"nan, three\"\n"
		    "Nan Marrable holds up a hand to you: one at a time.");
	STAGE_HEARS(&r.st, 1, "Ana says, \"nan, three\"");
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		answers("me", names[i]);
	answers("nan, two", "Two.");
	answers("nan, me too", "And you.");
}
END_TEST

START_TEST(too_much_talk_is_not_answered_for_a_while)
{
	for (int i = 0; i < 20; i++)
		type(0, "say nan, nan, nan");
	(void)heard(0);
	type(0, "say nan, nan");
	STAGE_HEARS(&r.st, 0,
		    "You say, \"nan, nan\"\nYou have said so much that nobody can "
		    "follow. Give them a minute.");
	mind_rig_ticks(&r, 600);
	(void)heard(0);
	type(0, "say nan, nan");
	STAGE_HEARS(&r.st, 0, "You say, \"nan, nan\"");
}
END_TEST

START_TEST(what_an_answer_proposes_is_done_after_it_or_refused_and_told)
{
	Mudlark__AiAct mood = MUDLARK__AI_ACT__INIT, fight = MUDLARK__AI_ACT__INIT,
		       *acts[] = { &mood, &fight };
	Mudlark__AiDone m = MUDLARK__AI_DONE__INIT;

	mood.verb = "mood";
	mood.target = "wary";
	fight.verb = "attack";
	fight.target = "Ana";
	type(0, "say nan, hello");
	m.ask = mind_rig_asked(&r)->ask;
	m.acts = acts;
	m.n_acts = ARRAY_LEN(acts);
	mind_rig_says(&r, MIND_RIG_BRIDGE, m.ask, 1, "One.");
	mind_rig_ticks(&r, 1);
	mind_rig_says(&r, MIND_RIG_BRIDGE, m.ask, 2, "Two.");
	STAGE_FEED(&r.st, MIND_RIG_BRIDGE, AI_DONE, ai_done, &m);
	stage_settle(&r.st);
	ck_assert_ptr_null(mind_mood(w, widow())); /* Two. is not said yet */
	mind_rig_ticks(&r, 30);
	ck_assert_str_eq(mind_mood(w, widow()), "wary");
	ck_assert_ptr_nonnull(mind_refused(w, widow(), 0));
	ck_assert_ptr_null(mind_refused(w, widow(), 1));
	type(0, "say and now?");
	ck_assert_uint_eq(mind_rig_asked(&r)->view->n_refused, 1);
	ck_assert_str_eq(mind_rig_asked(&r)->view->mood, "wary");
	ck_assert_ptr_null(mind_refused(w, widow(), 0));
}
END_TEST

START_TEST(what_is_to_be_forgotten_is_not_answered)
{
	size_t bob = stage_enter(&r.st, "Bob");
	uint64_t ask;

	type(0, "say nan, hello");
	ask = mind_rig_asked(&r)->ask;
	type(bob, "say nan, and me?");
	type(0, "say nan, hello again");
	type(0, "forget me");
	ck_assert_uint_eq(mind_rig_sent(&r, MUDLARK__AI_IN__BODY_CANCEL, 0, NULL)->cancel->ask,
			  ask);
	mind_rig_ticks(&r, 1);
	ck_assert_str_eq(mind_rig_asked(&r)->who->name, "Bob");
	mind_rig_answer(&r, "And you.");
	mind_rig_ticks(&r, 50);
	ck_assert_uint_eq(mind_rig_count(&r, MUDLARK__AI_IN__BODY_ASK), 2);
}
END_TEST

START_TEST(who_talks_is_busy_and_does_not_wander_off)
{
	ck_assert(!mind_is_busy(w, widow()));
	type(0, "say nan, hello");
	ck_assert(mind_is_busy(w, widow()));
	mind_rig_answer(&r, "Hm.");
	mind_rig_ticks(&r, 599);
	ck_assert(mind_is_busy(w, widow()));
	mind_rig_ticks(&r, 1);
	ck_assert(!mind_is_busy(w, widow()));
}
END_TEST

START_TEST(a_mood_is_kept_in_mind)
{
	mind_set_mood(w, widow(), SPAN("glad"));
	ck_assert_str_eq(mind_mood(w, widow()), "glad");
	mind_set_mood(w, widow(), SPAN(""));
	ck_assert_ptr_null(mind_mood(w, widow()));
	ck_assert_ptr_null(mind_refused(w, widow(), 0));
}
END_TEST

/* Ana has asked about something that is one of Nan's topics, and was told it. */
static void is_told(char *topic, const char *line)
{
	const uint64_t ask = (type(0, "ask nan about it"), mind_rig_asked(&r)->ask);
	Mudlark__AiDone m = MUDLARK__AI_DONE__INIT;

	m.ask = ask;
	m.topic = topic;
	mind_rig_says(&r, MIND_RIG_BRIDGE, ask, 1, line);
	mind_rig_ticks(&r, 1);
	stage_forget(&r.st);
	STAGE_FEED(&r.st, MIND_RIG_BRIDGE, AI_DONE, ai_done, &m);
	stage_settle(&r.st);
	mind_rig_ticks(&r, 30);
}

static const Mudlark__AiTopic *view_of(const char *key)
{
	const Mudlark__AiView *v = mind_rig_asked(&r)->view;

	for (size_t i = 0; i < v->n_topics; i++)
		if (!strcmp(v->topics[i]->key, key))
			return v->topics[i];
	ck_abort_msg("no topic %s", key);
	return NULL;
}

/* Is that what a model is told of one of the topics? */
static bool knows(const char *key, const char *fact)
{
	const ProtobufCBinaryData *f = &view_of(key)->fact;

	return f->len == strlen(fact) && (!f->len || !memcmp(f->data, fact, f->len));
}

START_TEST(what_goes_with_a_topic_is_handed_over_once)
{
	const struct pack_item *anvil = pack_item(r.st.pack, SPAN("anvil"));
	struct ent weight = item_new(w, r.st.pack, anvil);

	ck_assert_int_eq(place_move(w, weight, stage_ent(&r.st, 0)), 0);
	is_told("pin", "Not yet."); /* its condition does not hold */
	STAGE_HEARS_NOTHING(&r.st, 0);
	is_told("tide", "At six.");
	STAGE_HEARS_NOTHING(&r.st, 0);
	is_told("pin", "A pin? Here.");
	ck_assert(knows("pin", "A pin? Here. (As you tell this you hand over: bent pin.)"));
	STAGE_HEARS(&r.st, 0,
		    "Nan Marrable would hand you the bent pin, but you have your arms full.");
	ent_destroy(w, weight);
	is_told("pin", "A pin? Here.");
	STAGE_HEARS(&r.st, 0, "Nan Marrable gives you a bent pin.");
	ck_assert_uint_eq(place_count(w, stage_ent(&r.st, 0)), 1);
	is_told("pin", "You have it.");
	ck_assert(knows("pin", ""));
	ck_assert(view_of("pin")->unhinted);
	ck_assert(!view_of("tide")->unhinted);
	STAGE_HEARS_NOTHING(&r.st, 0);
}
END_TEST

START_TEST(neither_names_of_who_is_elsewhere_nor_words_of_others_pass_the_lips)
{
	static const struct {
		const char *text;
		bool passes;
	} lines[] = {
		{ "Bob is in the loft.", false },   { "I saw Bob.", false },
		{ "Was it BOB?", false },	    { "A bobbin.", true },
		{ "Ana, you asked.", true },	    { "You see.", true },
		{ "So You say.", false },	    { "Hm. Bob?", true },
		{ "Bob's place.", false },	    { "Jem Pottle: I resign.", false },
		{ "jem: I owe you.", false },	    { "Pottle : it is so.", false },
		{ "Ana: it is all yours.", false }, { "Nan: it is so.", true },
		{ "Ask Jem: he knows.", true },	    { "Time: all that we have.", true },
	};

	stage_put(&r.st, stage_ent(&r.st, stage_enter(&r.st, "Bob")), "loft");
	stage_put(&r.st, stage_ent(&r.st, stage_enter(&r.st, "You")), "loft");
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		uint64_t ask;

		type(0, "say nan, well?");
		(void)heard(0);
		ask = mind_rig_asked(&r)->ask;
		mind_rig_says(&r, MIND_RIG_BRIDGE, ask, 1, lines[i].text);
		mind_rig_ticks(&r, 1);
		ck_assert_msg((*heard(0) != 0) == lines[i].passes, "%s", lines[i].text);
		mind_rig_done(&r, MIND_RIG_BRIDGE, ask, NULL);
		if (!lines[i].passes)
			ck_assert_ptr_nonnull(strstr(heard(0), "Nan Marrable says"));
		mind_rig_ticks(&r, 30);
		mind_rig_forget(&r);
	}
	stage_put(&r.st, stage_ent(&r.st, 1), "quay");
	type(0, "say nan, well?");
	(void)heard(0);
	mind_rig_answer(&r, "Here is Bob.");
	STAGE_HEARS(&r.st, 0, "Nan Marrable says, \"Here is Bob.\"");
}
END_TEST

START_TEST(what_comes_is_text_and_never_markup_or_a_second_line)
{
	type(0, "talk nan");
	(void)heard(0);
	mind_rig_answer(&r, "{error}One\nquit{/} \x1b[31mred");
	STAGE_HEARS(&r.st, 0, "Nan Marrable says, \"{error}Onequit{/} [31mred\"");
}
END_TEST

START_TEST(who_follows_comes_after_and_stays_behind_at_last)
{
	mind_follow(w, widow(), stage_ent(&r.st, 0));
	type(0, "north");
	stage_forget(&r.st);
	mind_rig_ticks(&r, 1);
	STAGE_HEARS(&r.st, 0, "Nan Marrable arrives from the south.");
	ck_assert(ent_same(mind_follows(w, widow()), stage_ent(&r.st, 0)));
	mind_rig_ticks(&r, 5999);
	ck_assert(!ent_is(mind_follows(w, widow())));
	STAGE_HEARS(&r.st, 0, "Nan Marrable stays behind.");
	type(0, "up");
	mind_rig_ticks(&r, 1);
	ck_assert(ent_same(place_room(w, widow()), stage_room(&r.st, "loft")));
}
END_TEST

START_TEST(a_mind_at_rest_is_stored_as_nothing)
{
	struct buf body = { 0 };

	comp_save(w, widow(), &body);
	ck_assert_ptr_null(memmem(buf_p(&body), body.n, "\"mind\"", 6));
	type(0, "talk nan");
	mind_rig_answer(&r, "Yes.");
	mind_rig_ticks(&r, 20);
	buf_reset(&body);
	comp_save(w, widow(), &body);
	ck_assert_ptr_null(memmem(buf_p(&body), body.n, "\"mind\"", 6));
	buf_done(&body);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("mind");
	TCase *c = tcase_create("mind");
	SRunner *run;
	int failed;

	tcase_add_checked_fixture(c, setup, teardown);
	tcase_add_test(c, who_is_talked_to_is_asked_and_says_what_comes);
	tcase_add_test(c, long_answers_come_at_the_pace_of_somebody_who_speaks);
	tcase_add_test(c, sentences_that_are_there_are_said_together);
	tcase_add_test(c, who_says_more_is_told_the_rest_at_once_and_answered);
	tcase_add_test(c, who_says_more_hears_what_still_comes_without_long_pauses);
	tcase_add_test(c, who_thinks_for_long_is_seen_to);
	tcase_add_test(c, an_answer_that_does_not_come_is_called_off_and_made_up_for);
	tcase_add_test(c, a_failure_is_made_up_for_by_a_line_of_its_own);
	tcase_add_test(c, with_no_aibridge_there_is_an_answer_at_once);
	tcase_add_test(c, an_aibridge_that_dies_is_not_waited_for);
	tcase_add_test(c, who_leaves_is_not_answered_behind_his_back);
	tcase_add_test(c, the_rest_of_an_answer_is_dropped_when_its_player_leaves);
	tcase_add_test(c, several_have_their_turn_one_after_the_other);
	tcase_add_test(c, no_question_is_thrown_away_in_silence);
	tcase_add_test(c, there_is_an_end_to_who_may_wait);
	tcase_add_test(c, who_was_just_answered_waits_for_those_who_were_not);
	tcase_add_test(c, too_much_talk_is_not_answered_for_a_while);
	tcase_add_test(c, what_an_answer_proposes_is_done_after_it_or_refused_and_told);
	tcase_add_test(c, what_is_to_be_forgotten_is_not_answered);
	tcase_add_test(c, who_talks_is_busy_and_does_not_wander_off);
	tcase_add_test(c, a_mood_is_kept_in_mind);
	tcase_add_test(c, what_goes_with_a_topic_is_handed_over_once);
	tcase_add_test(c, neither_names_of_who_is_elsewhere_nor_words_of_others_pass_the_lips);
	tcase_add_test(c, what_comes_is_text_and_never_markup_or_a_second_line);
	tcase_add_test(c, who_follows_comes_after_and_stays_behind_at_last);
	tcase_add_test(c, a_mind_at_rest_is_stored_as_nothing);
	suite_add_tcase(s, c);
	run = srunner_create(s);
	srunner_run_all(run, CK_NORMAL);
	failed = srunner_ntests_failed(run);
	srunner_free(run);
	return failed != 0;
}
