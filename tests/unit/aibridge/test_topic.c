/*
 * test_topic.c - what a player's words are about, and words however they are written.
 */
#include "aibridge/topic.h"

#include "aibridge/fold.h"
#include "ask_rig.h"

/* NULL: none. */
static void expect(const char *words, const char *key)
{
	const Mudlark__AiTopic *t;
	struct ask_rig r;

	rig_open(&r);
	t = topic_find(&r.view, rig_span(words));
	ck_assert_msg(key ? t && strcmp(t->key, key) == 0 : !t, "\"%s\" is about %s, not %s", words,
		      t ? t->key : "nothing", key ? key : "nothing");
	rig_close(&r);
}

static void folds_to(const char *text, unsigned how, const char *words)
{
	struct fold f;

	fold_init(&f, rig_span(text), how);
	ck_assert_msg(f.text.n == strlen(words) && memcmp(buf_p(&f.text), words, f.text.n) == 0,
		      "\"%s\": got \"%.*s\"", text, (int)f.text.n, buf_p(&f.text));
	for (size_t i = 0; i < f.n; i++)
		ck_assert_int_eq(f.words[i].p[-1], ' ');
	fold_done(&f);
}

START_TEST(a_topic_is_found_in_a_whole_sentence)
{
	expect("do you know anything about the lamps?", "lamps");
	expect("Who lights THE LAMP'S wick?", "lamps");
	expect("tide", "tide");
	expect("when is low tide, then?", "tide");
	expect("...the ferryman's boat", "pottle");
	expect("l\xc3\xa1mps", "lamps");
	expect("\xef\xbd\x94\xef\xbd\x89\xef\xbd\x84\xef\xbd\x85", "tide");
}
END_TEST

START_TEST(nothing_is_found_where_nothing_is_said)
{
	expect("", NULL);
	expect("?!", NULL);
	expect("what do you know about the one who was there", NULL);
	expect("lamprey", NULL);
	expect("\xff\xfe", NULL);
}
END_TEST

START_TEST(the_topic_with_most_of_its_words_is_meant)
{
	expect("has the lamp at low tide anything to do with it", "tide");
	expect("jem the ferryman and the tide", "pottle");
	expect("the lamp and the tide", "tide"); /* of equals the first */
}
END_TEST

START_TEST(small_talk_comes_last)
{
	expect("how are you", "health");
	expect("how are you? and how is the tide?", "tide");
	expect("are you well, how", NULL);
}
END_TEST

START_TEST(a_stop_word_is_a_topic_only_by_itself)
{
	const Mudlark__AiTopic *t;
	struct ask_rig r;

	rig_open(&r);
	rig_topic(&r, "self", RIG_WORDS("you"), RIG_WORDS("Me? I am Nan."));
	t = topic_find(&r.view, SPAN("You!"));
	ck_assert_ptr_nonnull(t);
	ck_assert_str_eq(t->key, "self");
	ck_assert_ptr_null(topic_find(&r.view, SPAN("can you see that")));
	rig_close(&r);
}
END_TEST

START_TEST(to_be_called_by_name_is_no_topic)
{
	const Mudlark__AiTopic *t;
	struct ask_rig r;

	rig_open(&r);
	rig_topic(&r, "name", RIG_WORDS("your name", "nan"), RIG_WORDS("Nan."));
	ck_assert_ptr_null(topic_find(&r.view, SPAN("good day, Nan Marrable!")));
	ck_assert_ptr_null(topic_find(&r.view, SPAN("Nan, hello")));
	t = topic_find(&r.view, SPAN("nan, what about the tide?"));
	ck_assert_ptr_nonnull(t);
	ck_assert_str_eq(t->key, "tide");
	t = topic_find(&r.view, SPAN("who is Nan?"));
	ck_assert_ptr_nonnull(t);
	ck_assert_str_eq(t->key, "name");
	ck_assert_ptr_eq(topic_find(&r.view, SPAN("nan")), t);
	rig_close(&r);
}
END_TEST

START_TEST(an_avoided_subject_is_noticed)
{
	struct ask_rig r;

	rig_open(&r);
	ck_assert(topic_is_avoided(&r.view, SPAN("tell me of your Husbands")));
	ck_assert(topic_is_avoided(&r.view, SPAN("your husband's boat")));
	ck_assert(!topic_is_avoided(&r.view, SPAN("husbandry")));
	ck_assert(!topic_is_avoided(&r.view, SPAN("")));
	rig_close(&r);
}
END_TEST

START_TEST(writing_without_spaces_is_found_in)
{
	struct ask_rig r;

	rig_open(&r);
	rig_topic(&r, "mud", RIG_WORDS("\xe6\xb3\xa5"), RIG_WORDS("Mud."));
	ck_assert_ptr_nonnull(
		topic_find(&r.view, SPAN("\xe8\xbf\x99\xe6\xb3\xa5\xe5\xa5\xbd\xe5\x90\x97")));
	rig_close(&r);
}
END_TEST

START_TEST(text_becomes_words)
{
	folds_to("The Lamp's oil, isn't it?", 0, " the lamp oil isn't it ");
	folds_to("", 0, " ");
	folds_to("low-tide\x01mark", 0, " low tide mark ");
	folds_to("a\xe2\x80\x8bs an \xd0\x90I", FOLD_LOOKALIKES, " as an ai ");
	folds_to("\xf0\x9d\x97\x94\xf0\x9d\x97\x9c", 0, " ai ");
	folds_to("\xf0\x9f\x85\xb0\xf0\x9f\x85\xb8", FOLD_LOOKALIKES, " ai ");
	folds_to("b@d w0rd!", FOLD_SIGNS, " b@d w0rd! ");
	folds_to("\xe4\xba\xba\xe5\xb7\xa5 x", 0, " \xe4\xba\xba \xe5\xb7\xa5 x ");
}
END_TEST

START_TEST(too_many_words_are_left_out)
{
	struct buf many = { 0 };
	struct fold f;

	for (int i = 0; i < 2 * FOLD_WORDS_MAX; i++)
		buf_adds(&many, "mud ");
	fold_init(&f, buf_span(&many), 0);
	ck_assert_uint_eq(f.n, FOLD_WORDS_MAX);
	fold_done(&f);
	buf_done(&many);
}
END_TEST

static void same_stem(const char *a, const char *b, bool same)
{
	ck_assert_msg(fold_same(rig_span(a), rig_span(b)) == same, "%s, %s", a, b);
}

START_TEST(plurals_are_their_singulars)
{
	same_stem("lamps", "lamp", true);
	same_stem("pennies", "penny", true);
	same_stem("boxes", "box", true);
	same_stem("churches", "church", true);
	same_stem("bays", "bay", true);
	same_stem("glasses", "glass", true);
	same_stem("ties", "tie", true);
	same_stem("bus", "bu", false);
	same_stem("lass", "las", false);
	same_stem("tide", "tidy", false);
}
END_TEST

UNIT_MAIN("topic", a_topic_is_found_in_a_whole_sentence, nothing_is_found_where_nothing_is_said,
	  the_topic_with_most_of_its_words_is_meant, small_talk_comes_last,
	  a_stop_word_is_a_topic_only_by_itself, to_be_called_by_name_is_no_topic,
	  an_avoided_subject_is_noticed, writing_without_spaces_is_found_in, text_becomes_words,
	  too_many_words_are_left_out, plurals_are_their_singulars)
