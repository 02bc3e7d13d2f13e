/* test_board.c - boards: what is put up, read, taken down, announced, and still there after a restart. */
#include "tests/unit/world/social_rig.h"

static const struct board *notices(void)
{
	return board_find(w, SPAN("notices"));
}

/* Somebody outside puts something up. */
static uint32_t put(const char *subject, const char *text)
{
	struct board_post p = { .board = notices(),
				.name = SPAN("A Feed"),
				.subject = { subject, strlen(subject) },
				.text = { text, strlen(text) },
				.via = SPAN("rss"),
				.link = SPAN("https://example.org/1"),
				.wall_ms = NOON - 3600000 };

	board_put(w, &p);
	outbox_seal(w, true);
	rig_turn(&r);
	return p.number;
}

START_TEST(what_is_put_up_is_told_listed_and_read)
{
	rig_forget(&r);
	type(ANA, "post notices Lost {key} = A brass key. | Whoever has it: {bold}Ana");
	ck_assert_uint_eq(shown(ANA, "Ana has put something up"), 0);
	ck_assert_uint_eq(shown(ANA, "You put something up on notices: Lost {{key} "
				     "({bold}board notices 1{/})"),
			  1);
	for (uint64_t s = BEN; s <= CEM; s++)
		ck_assert_uint_eq(shown(s, "Ana has put something up on notices: Lost {{key} "
					   "({bold}board notices 1{/})"),
				  1);
	says(BEN, "board notices",
	     "{bold}   1{/}{/}  {dim}2026-05-01 12:00 UTC{/}  {player}Ana{/}  Lost {{key}");
	says(BEN, "board notices 1",
	     "{title}notices 1{/}: {bold}Lost {{key}{/}\n{player}Ana{/}, {dim}2026-05-01 12:00 "
	     "UTC{/}\nA brass key.\nWhoever has it: {{bold}Ana");
	says(BEN, "boards", "  1 post   for all to read {dim}(2026-05-01 12:00 UTC){/}");
}
END_TEST

START_TEST(what_is_no_command_of_boards_leads_to_one)
{
	says(BEN, "read notices 1", "notices is a board. Try: {bold}board notices 1{/}");
	says(BEN, "read {notices", "You see no {{notices here");
	says(BEN, "tell joe@irc hello", "People outside cannot be told things privately.");
	says(ADMIN, "help bridge", "{title}@bridge{/}");
	says(ANA, "help bridge", "There is no help on");
}
END_TEST

START_TEST(the_facts_of_posts_are_exactly_what_bridges_expect)
{
	char want[256];

	type(ANA, "post notices A \"b\" = c | d");
	snprintf(want, sizeof(want),
		 "{\"actor\":" EVENT_ID ",\"board\":\"notices\",\"number\":1,\"subject\":\"A "
		 "\\\"b\\\"\",\"name\":\"Ana\",\"text\":\"c\\nd\"}",
		 ent_id(w, actor_of(ANA)));
	ck_assert_str_eq(fact("board:posted"), want);
	ck_assert_uint_eq(put("s", "t"), 2);
	ck_assert_str_eq(
		fact("board:posted"),
		"{\"board\":\"notices\",\"number\":2,\"subject\":\"s\",\"name\":\"A Feed\","
		"\"text\":\"t\",\"via\":\"rss\",\"link\":\"https://example.org/1\"}");
	type(ANA, "unpost notices 1");
	ck_assert_str_eq(fact("board:removed"), "{\"board\":\"notices\",\"number\":1}");
	type(ADMIN, "@announce Tea \"now\"");
	ck_assert_str_eq(fact("news:announced"), "{\"name\":\"Una\",\"text\":\"Tea \\\"now\\\"\","
						 "\"number\":1}");
	ck_assert_uint_eq(facts("board:posted"), 2); /* not told twice */
}
END_TEST

START_TEST(posts_and_their_numbers_outlive_the_world)
{
	type(ANA, "post notices one = x");
	type(ANA, "post notices two = y | z");
	type(ANA, "unpost notices 2");
	restart();
	says(BEN, "board notices 1", "{bold}one{/}");
	says(BEN, "board notices 2", "There is no number 2 on notices.");
	says(ANA, "post notices three = x", "({bold}board notices 3{/})");
	restart();
	says(ANA, "unpost notices 1", "You take number 1 down from notices.");
	says(BEN, "board notices 3", "{bold}three{/}");
}
END_TEST

START_TEST(one_takes_down_what_is_ones_own_and_staff_take_down_anything)
{
	type(ANA, "post notices one = x");
	type(ANA, "post notices two = x");
	says(BEN, "unpost notices 1", "That is not yours to take down.");
	says(HELPER, "unpost notices 1", "You take number 1 down from notices.");
	says(ANA, "unpost notices 2", "You take number 2 down from notices.");
	says(ANA, "unpost notices 2", "There is no number 2 on notices.");
	type(ADMIN, "@announce x");
	says(HELPER, "unpost news 1", "That is not yours to take down.");
}
END_TEST

START_TEST(only_who_may_posts)
{
	enter(GUEST, "Gus", ROLE_PLAYER, true);
	says(GUEST, "post notices a = b", "Guests may read, but not post");
	says(ANA, "post news a = b", "Only those who keep the game post there.");
	says(ADMIN, "post news a = b", "You put something up on news");
	says(GUEST, "board news 1", "{bold}a{/}");
}
END_TEST

START_TEST(what_is_no_post_is_answered)
{
	char line[300];

	says(ANA, "post", "Usage: {bold}post BOARD SUBJECT = TEXT{/}");
	says(ANA, "post notices", "Usage:");
	says(ANA, "post notices subject", "Usage:");
	says(ANA, "post notices = text", "Usage:");
	says(ANA, "post notices subject =", "Usage:");
	says(ANA, "post nowhere a = b", "There is no board nowhere.");
	snprintf(line, sizeof(line), "post notices %0130d = x", 7);
	says(ANA, line, "That subject is too long");
	says(ANA, "unpost notices", "Usage:");
	says(ANA, "unpost notices x", "Usage:");
	says(ANA, "board nowhere", "There is no board nowhere.");
	says(ANA, "board notices x", "Usage:");
	says(ANA, "board notices 99999999999", "Usage:");
	says(ANA, "board notices", "There is nothing on notices yet.");
	ck_assert_uint_eq(facts("board:posted"), 0);
}
END_TEST

START_TEST(too_many_posts_at_once_have_to_wait)
{
	for (int i = 0; i < 3; i++)
		says(ANA, "post notices a = b", "You put something up");
	says(ANA, "post notices a = b", "You have posted enough for now");
	ticks(600);
	says(ANA, "post notices a = b", "You put something up");
	says(ANA, "post notices a = b", "You have posted enough for now");
}
END_TEST

START_TEST(the_newest_come_first_page_by_page)
{
	char subject[16];

	for (int i = 1; i <= 31; i++) {
		snprintf(subject, sizeof(subject), "<%d>", i);
		put(subject, "x");
	}
	rig_forget(&r);
	type(BEN, "board notices");
	ck_assert_uint_eq(shown(BEN, "<31>\n"), 1);
	ck_assert_uint_eq(shown(BEN, "<17>\nTo read one"), 1);
	ck_assert_uint_eq(shown(BEN, "<16>"), 0);
	ck_assert_uint_eq(shown(BEN, "Page 1 of 3"), 1);
	rig_forget(&r);
	type(BEN, "board notices page 3");
	ck_assert_uint_eq(shown(BEN, "<1>\nTo read one"), 1);
	ck_assert_uint_eq(shown(BEN, "<2>"), 0);
	says(BEN, "board notices page 4", "There is not so much on notices.");
	says(BEN, "board notices 3",
	     "{player}A Feed{/}, {dim}2026-05-01 11:00 UTC{/}\nx\n"
	     "{dim}https://example.org/1{/}");
}
END_TEST

START_TEST(the_oldest_go_when_there_are_too_many)
{
	for (int i = 1; i <= BOARD_KEEP + 3; i++)
		ck_assert_uint_eq(put("s", "t"), (uint32_t)i);
	for (int i = 0; i < 2; i++) {
		ck_assert_uint_eq(board_posts(notices()), BOARD_KEEP);
		ck_assert_ptr_null(board_post(notices(), 3));
		ck_assert_ptr_nonnull(board_post(notices(), 4));
		ck_assert_uint_eq(board_newest(notices(), 0)->number, BOARD_KEEP + 3);
		restart();
	}
	ck_assert_uint_eq(facts("board:removed"), 0);
}
END_TEST

START_TEST(what_is_too_long_is_cut_between_letters)
{
	char long_text[BOARD_TEXT_BYTES + 40];
	const struct board_kept *k;

	memset(long_text, 'x', sizeof(long_text));
	memcpy(long_text + BOARD_SUBJECT_BYTES - 1, "\xc3\xa9", 2);
	memcpy(long_text + BOARD_TEXT_BYTES - 1, "\xc3\xa9", 2);
	long_text[sizeof(long_text) - 1] = '\0';
	put(long_text, long_text);
	k = board_newest(notices(), 0);
	ck_assert_uint_eq(strlen(k->subject), BOARD_SUBJECT_BYTES - 1);
	ck_assert_uint_eq(strlen(k->text), BOARD_TEXT_BYTES - 1);
	ck_assert_str_eq(k->link, "https://example.org/1");
	put("two\nlines", "x");
	ck_assert_str_eq(board_newest(notices(), 0)->subject, "two lines");
}
END_TEST

START_TEST(an_announcement_reaches_all_and_stays_on_news)
{
	type(BEN, "channel chat off");
	rig_forget(&r);
	type(ADMIN, "@announce The tide {turns}.");
	for (uint64_t s = ANA; s <= CEM; s++)
		ck_assert_uint_eq(shown(s, "{system}{bold}Announcement:{/} The tide {{turns}.{/}"),
				  1);
	ck_assert_uint_eq(shown(ADMIN, "The tide {{turns}."), 1);
	says(BEN, "board news 1", "The tide {{turns}.");
	says(ADMIN, "@announce", "Usage:");
	says(HELPER, "@announce x", "You do not know how to \"@announce\"");
}
END_TEST

/* Leaves; what happens meanwhile; comes in again. */
static void come_again(uint64_t session, void (*meanwhile)(void))
{
	const uint64_t id = ent_id(w, actor_of(session));

	player_write(w, actor_of(session))->account = 42;
	rig_turn(&r);
	type(session, "quit");
	ck_assert_ptr_null(session_get(w, session));
	meanwhile();
	rig_open(&r, RIG_GATEWAY, session);
	rig_line(&r, session, 1, "Ana");
	rig_answer_account(&r, 42, NULL, NULL, 0);
	rig_line(&r, session, 2, "#0000000000000001");
	rig_answer_account(&r, 42, &id, (const char *const[]){ "Ana" }, 1);
	rig_forget(&r);
	rig_answer_tree(&r);
	seqs[session] = 2;
	ck_assert_uint_eq(ent_id(w, actor_of(session)), id);
}

static void two_posts(void)
{
	put("new", "x");
	put("new", "y");
}

static void a_restart_and_a_post(void)
{
	rig_kill(&r);
	begin();
	put("new", "x");
}

static void nothing(void)
{
}

START_TEST(who_comes_in_is_told_what_is_new)
{
	put("old", "x");
	come_again(ANA, two_posts);
	ck_assert_uint_eq(shown(ANA, "{system}2 new posts on notices."), 1);
	ck_assert_uint_eq(shown(ANA, "on news"), 0);
	come_again(ANA, nothing);
	ck_assert_uint_eq(shown(ANA, "new post"), 0);
	come_again(ANA, a_restart_and_a_post);
	ck_assert_uint_eq(shown(ANA, "{system}1 new post on notices."), 1);
}
END_TEST

START_TEST(who_comes_in_for_the_first_time_is_not_told_of_all_there_is)
{
	put("old", "x");
	rig_open(&r, RIG_GATEWAY, GUEST);
	seqs[GUEST] = 0;
	rig_forget(&r);
	type(GUEST, "guest");
	ck_assert_uint_eq(shown(GUEST, "new post"), 0);
}
END_TEST

START_TEST(malformed_boards_are_refused_with_a_sentence)
{
	static const char *const bad[] = { "", "news", "News x", "n x", "news admin" };
	struct boards *t = boards_new();
	const char *why;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		why = NULL;
		ck_assert(!boards_add(t, (struct span){ bad[i], strlen(bad[i]) }, &why));
		ck_assert_ptr_nonnull(why);
	}
	ck_assert(boards_add(t, SPAN("news admin x"), &why));
	ck_assert(!boards_add(t, SPAN("news x"), &why));
	for (char name[] = "xa words"; name[1] < 'a' + BOARDS_MAX - 1; name[1]++)
		ck_assert(boards_add(t, (struct span){ name, 8 }, &why));
	ck_assert(!boards_add(t, SPAN("zz words"), &why));
	boards_drop(t);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		what_is_put_up_is_told_listed_and_read,
		what_is_no_command_of_boards_leads_to_one,
		the_facts_of_posts_are_exactly_what_bridges_expect,
		posts_and_their_numbers_outlive_the_world,
		one_takes_down_what_is_ones_own_and_staff_take_down_anything,
		only_who_may_posts,
		what_is_no_post_is_answered,
		too_many_posts_at_once_have_to_wait,
		the_newest_come_first_page_by_page,
		the_oldest_go_when_there_are_too_many,
		what_is_too_long_is_cut_between_letters,
		an_announcement_reaches_all_and_stays_on_news,
		who_comes_in_is_told_what_is_new,
		who_comes_in_for_the_first_time_is_not_told_of_all_there_is,
		malformed_boards_are_refused_with_a_sentence,
	};

	return social_run("board", tests, ARRAY_LEN(tests));
}
