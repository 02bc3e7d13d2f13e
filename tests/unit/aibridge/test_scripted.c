/*
 * test_scripted.c - somebody without a model is somebody still.
 */
#include "aibridge/scripted.h"

#include "aibridge/topic.h"
#include "ask_rig.h"

struct scene {
	struct ask_rig r;
	struct talk talk;
	struct buf answer; /* the last one */
};

static void begin(struct scene *s)
{
	memset(s, 0, sizeof(*s));
	rig_open(&s->r);
	ck_assert(talk_load(&s->r.a, SPAN(""), &s->talk));
}

static void end(struct scene *s)
{
	buf_done(&s->answer);
	rig_close(&s->r);
}

/* One turn, as an aibridge plays it. */
static struct span turn(struct scene *s, Mudlark__AiAsk__Kind kind, const char *words)
{
	const Mudlark__AiTopic *t;
	struct talk_turn turn = { .at_ms = s->talk.at_ms + 1000 };

	rig_says(&s->r, kind, rig_span(words));
	t = topic_find(&s->r.view, rig_span(words));
	buf_reset(&s->answer);
	scripted_answer(&s->r.ask, &s->talk, t, &s->answer);
	ck_assert_uint_gt(s->answer.n, 0);
	turn.player = rig_span(words);
	turn.npc = buf_span(&s->answer);
	turn.topic = rig_span(t ? t->key : "");
	talk_add(&s->r.a, &s->talk, &turn, 12);
	return buf_span(&s->answer);
}

static struct span says(struct scene *s, const char *words)
{
	return turn(s, MUDLARK__AI_ASK__KIND__SAY, words);
}

static void same(struct span got, const char *text)
{
	ck_assert_msg(got.n == strlen(text) && memcmp(got.p, text, got.n) == 0, "got \"%.*s\"",
		      (int)got.n, got.p);
}

static void has(struct span got, const char *text)
{
	ck_assert_msg(rig_has(got, rig_span(text)), "got \"%.*s\"", (int)got.n, got.p);
}

START_TEST(a_greeting_has_the_name_and_is_another_one_next_time)
{
	struct scene s;

	begin(&s);
	same(turn(&s, MUDLARK__AI_ASK__KIND__GREET, ""), "If it shines, it is mine, Ana.");
	same(turn(&s, MUDLARK__AI_ASK__KIND__GREET, ""),
	     "Mind your feet, Ana. This is Low-Water Foreshore.");
	same(says(&s, "hello, nan"), "If it shines, it is mine, Ana.");
	s.r.view.n_greets = 0;
	has(turn(&s, MUDLARK__AI_ASK__KIND__GREET, ""), "Ana.");
	end(&s);
}
END_TEST

START_TEST(a_topic_is_told_line_by_line_and_then_shorter)
{
	struct scene s;

	begin(&s);
	same(says(&s, "what about the tide?"),
	     "The tide turns twice a day. It has never once been late.");
	same(says(&s, "and the tide?"),
	     "It is late afternoon, so it is going out, and so should you be.");
	same(says(&s, "the tide, though"), "As I said. The tide turns twice a day.");
	has(says(&s, "the tide!"), "I have told you what I know of that. ");
	has(buf_span(&s.answer), "the lamps");
	same(says(&s, "tide"),
	     "Once more, then. It is late afternoon, so it is going out, and so should you be.");
	end(&s);
}
END_TEST

START_TEST(a_topic_without_lines_is_its_fact)
{
	struct scene s;

	begin(&s);
	rig_topic(&s.r, "mud", RIG_WORDS("mud"), NULL)->fact =
		rig_bytes(&s.r, SPAN("Mud keeps what it is given."));
	same(says(&s, "what of the mud"), "Mud keeps what it is given.");
	has(says(&s, "what of the mud"), "Mud keeps what it is given.");
	end(&s);
}
END_TEST

START_TEST(what_is_avoided_is_refused_in_other_words_each_time)
{
	struct buf before = { 0 };
	struct scene s;

	begin(&s);
	for (int i = 0; i < 6; i++) {
		const struct span got = says(&s, "tell me of your husband");

		ck_assert(got.n != before.n || memcmp(got.p, buf_p(&before), got.n) != 0);
		ck_assert(!rig_has(got, SPAN("husband")));
		buf_reset(&before);
		buf_add(&before, got.p, got.n);
	}
	has(says(&s, "did your husband like the lamps"), "Somebody lights the lamps");
	buf_done(&before);
	end(&s);
}
END_TEST

START_TEST(small_talk_has_lines_in_turn_too)
{
	struct scene s;

	begin(&s);
	s.r.view.npc = rig_text(&s.r, "x/c");
	same(says(&s, "how are you?"), "Wet.");
	same(says(&s, "how are you?"), "Wetter.");
	same(says(&s, "how are you?"), "Wet.");
	end(&s);
}
END_TEST

START_TEST(small_talk_begins_elsewhere_in_another_mouth)
{
	struct scene s;

	begin(&s);
	s.r.view.npc = rig_text(&s.r, "x/b");
	same(says(&s, "how are you?"), "Wetter.");
	same(says(&s, "how are you?"), "Wet.");
	end(&s);
}
END_TEST

START_TEST(who_asks_for_the_unknown_is_shown_a_way_on)
{
	struct scene s;

	begin(&s);
	s.r.view.npc = rig_text(&s.r, "");
	same(says(&s, "xyzzy"), "I would not know. You might ask me about the tide.");
	same(says(&s, "plugh"), "Ask the heron.");
	same(says(&s, "frotz"), "Hm.");
	has(says(&s, "frotz"), "I would not know. You have not asked me about ");
	end(&s);
}
END_TEST

START_TEST(a_hint_is_in_other_words_in_another_mouth_and_next_time)
{
	struct buf all = { 0 };
	struct scene s;

	begin(&s);
	for (int i = 0; i < 9; i++) {
		const struct span got = says(&s, "xyzzy");
		const struct span hint = { memchr(got.p, '.', got.n), 20 };

		if (i % 3) {
			ck_assert(!rig_has(got, SPAN(" about ")));
			continue;
		}
		ck_assert(rig_has(got, SPAN(" about ")));
		ck_assert(!rig_has(buf_span(&all), hint));
		buf_add(&all, got.p, got.n);
	}
	end(&s);
	begin(&s);
	s.r.view.npc = rig_text(&s.r, "b");
	has(says(&s, "xyzzy"), "I would not know. You would get more out of me about the tide.");
	end(&s);
	buf_done(&all);
}
END_TEST

START_TEST(a_hint_leads_to_something_new)
{
	struct scene s;

	begin(&s);
	says(&s, "the tide");
	says(&s, "jem");
	for (int i = 0; i < 4; i++)
		ck_assert(!rig_has(says(&s, "xyzzy"), SPAN("tide")));
	says(&s, "lamps");
	for (int i = 0; i < 4; i++)
		ck_assert(!rig_has(says(&s, "xyzzy"), SPAN(" about ")));
	end(&s);
}
END_TEST

START_TEST(what_is_not_to_be_hinted_at_is_told_to_who_asks)
{
	struct scene s;

	begin(&s);
	for (size_t i = 0; i < s.r.view.n_topics; i++)
		s.r.view.topics[i]->unhinted = !s.r.view.topics[i]->small;
	for (int i = 0; i < 6; i++)
		ck_assert(!rig_has(says(&s, "xyzzy"), SPAN(" about ")));
	has(says(&s, "lamps"), "Somebody lights the lamps");
	end(&s);
}
END_TEST

START_TEST(a_hint_is_written_as_it_is_said)
{
	struct scene s;

	begin(&s);
	s.r.view.n_topics = 0;
	rig_topic(&s.r, "past", RIG_WORDS("where i came from"), RIG_WORDS("Upriver."));
	has(says(&s, "xyzzy"), " about where I came from");
	s.r.view.n_topics = 0;
	memset(s.r.topics, 0, sizeof(s.r.topics));
	rig_topic(&s.r, "hat", RIG_WORDS("the hats"), RIG_WORDS("Three of them."));
	says(&s, "xyzzy");
	says(&s, "xyzzy");
	has(says(&s, "xyzzy"), " the hats");
	end(&s);
}
END_TEST

START_TEST(a_shrug_is_not_the_one_before)
{
	struct buf before = { 0 };
	struct scene s;

	begin(&s);
	s.r.view.n_shrugs = 2;
	for (int i = 0; i < 9; i++) {
		const struct span got = says(&s, "xyzzy");

		ck_assert(got.n != before.n || memcmp(got.p, buf_p(&before), got.n) != 0);
		buf_reset(&before);
		buf_add(&before, got.p, got.n);
	}
	buf_done(&before);
	end(&s);
}
END_TEST

START_TEST(what_a_player_types_is_never_in_it)
{
	static const char *const lines[] = { "qwertz", "qwertz the tide", "qwertz husband",
					     "hello qwertz", "{qwertz} {name} how are you" };
	struct scene s;

	begin(&s);
	for (size_t i = 0; i < 40; i++)
		ck_assert(!rig_has(says(&s, lines[i % ARRAY_LEN(lines)]), SPAN("qwertz")));
	end(&s);
}
END_TEST

START_TEST(fields_that_do_not_exist_stay_and_names_are_clean)
{
	struct scene s;

	begin(&s);
	s.r.greets[0] = rig_bytes(&s.r, SPAN("{who} {name} {weather} {"));
	s.r.who.name = rig_text(&s.r, "A\x1b[1mna{place}");
	same(turn(&s, MUDLARK__AI_ASK__KIND__GREET, ""), "{who} A[1mna{place} a thin rain {");
	end(&s);
}
END_TEST

START_TEST(somebody_with_nothing_to_say_says_something)
{
	struct scene s;

	begin(&s);
	s.r.view.n_topics = 0;
	s.r.view.n_shrugs = 0;
	s.r.view.n_greets = 0;
	says(&s, "");
	says(&s, "tide");
	turn(&s, MUDLARK__AI_ASK__KIND__ABOUT, "");
	rig_topic(&s.r, "void", RIG_WORDS("void"), NULL);
	says(&s, "void");
	says(&s, "void");
	end(&s);
}
END_TEST

UNIT_MAIN("scripted", a_greeting_has_the_name_and_is_another_one_next_time,
	  a_topic_is_told_line_by_line_and_then_shorter, a_topic_without_lines_is_its_fact,
	  what_is_avoided_is_refused_in_other_words_each_time, small_talk_has_lines_in_turn_too,
	  small_talk_begins_elsewhere_in_another_mouth, who_asks_for_the_unknown_is_shown_a_way_on,
	  a_hint_is_in_other_words_in_another_mouth_and_next_time, a_hint_leads_to_something_new,
	  what_is_not_to_be_hinted_at_is_told_to_who_asks, a_hint_is_written_as_it_is_said,
	  a_shrug_is_not_the_one_before, what_a_player_types_is_never_in_it,
	  fields_that_do_not_exist_stay_and_names_are_clean,
	  somebody_with_nothing_to_say_says_something)
