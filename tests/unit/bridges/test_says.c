/*
 * test_says.c - what is said into the game: said once, kept until it is stored, bounded, clean.
 */
#include "tests/unit/bridges/core_rig.h"

#include <errno.h>

#include "world/relay/relay.h"

enum { SECOND = 1000000 };

static struct rig r;
static char answers[4000];

static void on_taken(void *ctx, const char *refused)
{
	const size_t n = strlen(answers);

	snprintf(answers + n, sizeof(answers) - n, "%s=%s;", (const char *)ctx,
		 refused ? refused : "said");
}

static void begin(void)
{
	answers[0] = '\0';
	rig_begin(&r, NULL);
}

static struct bridge_words words(const char *id, const char *text)
{
	return (struct bridge_words){ .source = "irc/net/#mud",
				      .id = id,
				      .channel = "chat",
				      .name = SPAN("joe"),
				      .text = { text, strlen(text) },
				      .taken = on_taken,
				      .ctx = (void *)(uintptr_t)(id ? id : "none") };
}

static int say(const char *id, const char *text)
{
	const struct bridge_words w = words(id, text);

	return bridge_say(&r.b, &w);
}

static const Mudlark__BridgeSay *told(size_t i)
{
	ck_assert_uint_lt(i, r.n_told);
	ck_assert_int_eq(r.told[i]->body_case, MUDLARK__WORLD_IN__BODY_BRIDGE_SAY);
	return r.told[i]->bridge_say;
}

START_TEST(a_line_is_told_once_and_its_end_comes_back)
{
	begin();
	ck_assert_int_eq(say("a", "hello"), 0);
	ck_assert_int_eq(say("b", "you"), 0);
	ck_assert(r.wakes);
	ck_assert_uint_eq(r.n_told, 0);
	rig_turns(&r, 3);
	ck_assert_uint_eq(r.n_told, 2);
	ck_assert_str_eq(told(0)->id, "a");
	ck_assert_str_eq(told(0)->source, "irc/net/#mud");
	ck_assert_str_eq(told(0)->channel, "chat");
	ck_assert_int_eq(memcmp(told(0)->text.data, "hello", 5), 0);
	ck_assert_str_eq(answers, "");
	rig_taken(&r, "irc/net/#mud", "b", "No.", false);
	rig_taken(&r, "irc/net/#mud", "a", NULL, false);
	rig_taken(&r, "irc/net/#mud", "a", NULL, false);
	rig_taken(&r, "irc/net/#mud", "c", NULL, false);
	ck_assert_str_eq(answers, "b=No.;a=said;");
	ck_assert_uint_eq(says_waiting(r.b.says), 0);
	rig_end(&r);
}
END_TEST

START_TEST(one_that_is_refused_in_silence_has_no_sentence)
{
	begin();
	ck_assert_int_eq(say("a", "hello"), 0);
	ck_assert_int_eq(say("b", "hello"), 0);
	rig_turn(&r);
	rig_taken(&r, "irc/net/#mud", "a", "secret reason", true);
	rig_taken(&r, "irc/net/#mud", "b", NULL, true);
	ck_assert_str_eq(answers, "a=;b=;");
	rig_end(&r);
}
END_TEST

START_TEST(without_an_id_each_gets_one_of_its_own)
{
	begin();
	ck_assert_int_eq(say(NULL, "hello"), 0);
	ck_assert_int_eq(say(NULL, "hello"), 0);
	rig_turn(&r);
	ck_assert_str_eq(told(0)->id, "0000000000000abc-1");
	ck_assert_str_eq(told(1)->id, "0000000000000abc-2");
	rig_end(&r);
}
END_TEST

START_TEST(an_id_that_waits_is_not_taken_twice)
{
	begin();
	ck_assert_int_eq(say("a", "hello"), 0);
	ck_assert_int_eq(say("a", "hello"), 2);
	rig_turn(&r);
	ck_assert_uint_eq(r.n_told, 1);
	rig_end(&r);
}
END_TEST

START_TEST(a_new_world_is_told_again_in_order_and_one_that_was_only_away_is_not)
{
	begin();
	ck_assert_int_eq(say("a", "1"), 0);
	ck_assert_int_eq(say("b", "2"), 0);
	rig_turn(&r);
	rig_world_down(&r);
	ck_assert_int_eq(say("c", "3"), 0);
	rig_turn(&r);
	ck_assert_uint_eq(r.n_told, 2);
	r.has_world = true;
	core_world_up(&r.b, 1, false);
	rig_turn(&r);
	ck_assert_uint_eq(r.n_told, 3);
	ck_assert_str_eq(told(2)->id, "c");
	rig_taken(&r, "irc/net/#mud", "b", NULL, false);
	rig_world_down(&r);
	rig_world_fresh(&r);
	rig_turn(&r);
	ck_assert_uint_eq(r.n_told, 5);
	ck_assert_str_eq(told(3)->id, "a");
	ck_assert_str_eq(told(4)->id, "c");
	rig_end(&r);
}
END_TEST

START_TEST(a_link_without_room_is_tried_again_soon)
{
	begin();
	r.no_room = true;
	ck_assert_int_eq(say("a", "1"), 0);
	rig_turn(&r);
	ck_assert_uint_eq(r.n_told, 0);
	ck_assert_uint_gt(core_due(&r.b), r.now);
	ck_assert_uint_le(core_due(&r.b), r.now + SECOND);
	r.no_room = false;
	rig_later(&r, core_due(&r.b) - r.now);
	rig_turn(&r);
	ck_assert_uint_eq(r.n_told, 1);
	rig_end(&r);
}
END_TEST

START_TEST(what_waits_is_bounded_and_goes_at_a_pace)
{
	char id[16];
	uint64_t began;
	size_t n_taken = 0;

	begin();
	rig_world_down(&r);
	for (unsigned i = 0; i < BRIDGE_SAYS_MAX; i++) {
		snprintf(id, sizeof(id), "%u", i);
		ck_assert_int_eq(say(id, "x"), 0);
	}
	ck_assert_int_eq(say("more", "x"), 1);
	ck_assert_str_eq(answers, "");
	rig_world_fresh(&r);
	began = r.now;
	rig_turn(&r);
	ck_assert_uint_eq(r.n_told, CORE_SAY_BURST);
	while (r.n_told < BRIDGE_SAYS_MAX) {
		if (r.n_told - n_taken == CORE_SAY_TOLD) {
			rig_later(&r, SECOND);
			rig_turn(&r);
			ck_assert_uint_eq(r.n_told - n_taken, CORE_SAY_TOLD);
			for (; n_taken < r.n_told; n_taken++)
				rig_taken(&r, "irc/net/#mud", told(n_taken)->id, NULL, false);
			rig_turn(&r);
			continue;
		}
		ck_assert_uint_gt(core_due(&r.b), r.now);
		rig_later(&r, core_due(&r.b) - r.now);
		rig_turn(&r);
	}
	/* The world takes 200 in a second. */
	ck_assert_uint_ge(r.now - began, (BRIDGE_SAYS_MAX - CORE_SAY_BURST) / 200 * SECOND);
	for (unsigned i = 0; i < BRIDGE_SAYS_MAX; i++) {
		snprintf(id, sizeof(id), "%u", i);
		ck_assert_str_eq(told(i)->id, id);
		rig_taken(&r, "irc/net/#mud", id, NULL, false);
	}
	ck_assert_uint_eq(says_waiting(r.b.says), 0);
	ck_assert_int_eq(say("more", "x"), 0);
	rig_end(&r);
}
END_TEST

/* What a new world is told again it must know, whoever of them it has taken already. */
_Static_assert((int)CORE_SAY_TOLD < (int)RELAY_SEEN, "the world forgets ids that may come again");

START_TEST(what_is_not_clean_is_refused)
{
	static const char *const texts[] = { "",     "a\nb", "a\rb",	    "\x1b[31m",
					     "\xff", "  ",   "\xe2\xa0\x80" };
	struct bridge_words w;
	char longer[BRIDGE_TEXT_BYTES + 2];

	begin();
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		ck_assert_int_eq(say("a", texts[i]), -EINVAL);
	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	ck_assert_int_eq(say("a", longer), -EINVAL);
	longer[BRIDGE_TEXT_BYTES] = '\0';
	ck_assert_int_eq(say("a", longer), 0);
	w = words("b", "x");
	w.name = SPAN("a name that has more than 32 columns");
	ck_assert_int_eq(bridge_say(&r.b, &w), -EINVAL);
	w.name = SPAN("two\nlines");
	ck_assert_int_eq(bridge_say(&r.b, &w), -EINVAL);
	w.name = SPAN("");
	ck_assert_int_eq(bridge_say(&r.b, &w), -EINVAL);
	w.notice = true;
	ck_assert_int_eq(bridge_say(&r.b, &w), 0);
	w = words("", "x");
	ck_assert_int_eq(bridge_say(&r.b, &w), -EINVAL);
	w = words("c", "x");
	w.identity = "irc/net/account:\n";
	ck_assert_int_eq(bridge_say(&r.b, &w), -EINVAL);
	rig_end(&r);
}
END_TEST

START_TEST(nobody_is_called_who_wants_to_be_forgotten)
{
	begin();
	ck_assert_int_eq(say("a", "1"), 0);
	rig_turn(&r);
	bridge_forget(&r.b, r.b.says);
	bridge_forget(&r.b, (const void *)"a");
	rig_taken(&r, "irc/net/#mud", "a", NULL, false);
	ck_assert_uint_eq(says_waiting(r.b.says), 0);
	rig_end(&r);
}
END_TEST

START_TEST(a_post_has_lines_and_is_kept_likewise)
{
	struct bridge_article a = { .source = "rss/news",
				    .id = "1",
				    .board = "gazette",
				    .subject = SPAN("Flood"),
				    .text = SPAN("one\ntwo"),
				    .author = SPAN("The Times"),
				    .link = "https://example.org/1",
				    .wall_ms = 5,
				    .taken = on_taken,
				    .ctx = (void *)(uintptr_t) "post" };
	const Mudlark__BridgePost *p;

	begin();
	ck_assert_int_eq(bridge_post(&r.b, &a), 0);
	rig_turn(&r);
	ck_assert_int_eq(r.told[0]->body_case, MUDLARK__WORLD_IN__BODY_BRIDGE_POST);
	p = r.told[0]->bridge_post;
	ck_assert_str_eq(p->board, "gazette");
	ck_assert_str_eq(p->link, "https://example.org/1");
	ck_assert_uint_eq(p->text.len, 7);
	ck_assert_int_eq(p->wall_ms, 5);
	rig_taken(&r, "rss/news", "1", NULL, false);
	ck_assert_str_eq(answers, "post=said;");
	a.subject = SPAN("two\nlines");
	ck_assert_int_eq(bridge_post(&r.b, &a), -EINVAL);
	a.subject = SPAN("");
	ck_assert_int_eq(bridge_post(&r.b, &a), -EINVAL);
	a.subject = SPAN("x");
	a.text = SPAN("bell\x07");
	ck_assert_int_eq(bridge_post(&r.b, &a), -EINVAL);
	rig_end(&r);
}
END_TEST

UNIT_MAIN("says", a_line_is_told_once_and_its_end_comes_back,
	  one_that_is_refused_in_silence_has_no_sentence, without_an_id_each_gets_one_of_its_own,
	  an_id_that_waits_is_not_taken_twice,
	  a_new_world_is_told_again_in_order_and_one_that_was_only_away_is_not,
	  a_link_without_room_is_tried_again_soon, what_waits_is_bounded_and_goes_at_a_pace,
	  what_is_not_clean_is_refused, nobody_is_called_who_wants_to_be_forgotten,
	  a_post_has_lines_and_is_kept_likewise)
