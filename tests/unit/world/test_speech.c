/* test_speech.c - mutes, words that are not said, and whom one does not want to hear. */
#include "rt/text.h"
#include "tests/unit/world/social_rig.h"

static const struct span none = { "", 0 };

static const char *refusal_of(const char *name, const char *identity, const char *text)
{
	return speech_refusal(w, ENT_NONE, (struct span){ name, strlen(name) },
			      (struct span){ identity, strlen(identity) },
			      (struct span){ text, strlen(text) });
}

START_TEST(who_is_muted_does_not_speak_and_is_told_until_when_and_why)
{
	says(HELPER, "@mute Ana 2h too {much}", "Muted on channels and boards: Ana");
	ck_assert_uint_eq(shown(ANA, "You are muted on channels and boards until 2026-05-01 14:00 "
				     "UTC: too {{much}"),
			  1);
	ck_assert_uint_eq(shown(HELPER, "No player called"), 0);
	rig_forget(&r);
	type(ANA, "chat hello");
	ck_assert_uint_eq(shown(ANA, "You are muted on channels and boards until 2026-05-01 14:00 "
				     "UTC: too {{much}"),
			  1);
	ck_assert_uint_eq(shown(BEN, "hello"), 0);
	says(ANA, "post notices a = b", "You are muted on channels and boards until");
	says(HELPER, "@mute", "{player}Ana{/}  until 2026-05-01 14:00 UTC  by Hob: too {{much}");
	says(HELPER, "@unmute ANA", "May speak again: ANA");
	ck_assert_uint_eq(shown(ANA, "You may speak on channels and boards again."), 1);
	says(HELPER, "@unmute ana", "Not muted: ana.");
	says(HELPER, "@mute", "Nobody.");
	rig_forget(&r);
	type(ANA, "chat again");
	ck_assert_uint_eq(shown(BEN, "again"), 1);
}
END_TEST

START_TEST(a_mute_outlives_the_world_and_runs_out_by_the_wall_clock)
{
	type(HELPER, "@mute ana 30m");
	type(HELPER, "@mute ben");
	restart();
	says(ANA, "chat hello", "You are muted on channels and boards until 2026-05-01 12:30 UTC.");
	says(BEN, "chat hello", "You are muted on channels and boards.");
	wall += 30 * 60 * 1000;
	ticks(1);
	rig_forget(&r);
	type(ANA, "chat hello");
	ck_assert_uint_eq(shown(CEM, "{player}Ana{/}: hello"), 1);
	ck_assert_ptr_null(speech_muted(w, SPAN("ana")));
	ck_assert_ptr_nonnull(speech_muted(w, SPAN("Ben")));
}
END_TEST

START_TEST(who_is_outside_is_muted_by_name_place_or_identity)
{
	ck_assert_ptr_null(refusal_of("joe@irc", "irc/libera/account:joe", "x"));
	says(HELPER, "@mute Joe@IRC", "Muted");
	ck_assert_str_eq(refusal_of("joe@irc", "", "x"), "You are muted on channels and boards.");
	ck_assert_ptr_null(refusal_of("joe2@irc", "", "x"));
	ck_assert_ptr_null(refusal_of("joe@discord", "", "x"));
	says(HELPER, "@mute irc/libera/account:joe 1h", "Muted");
	ck_assert_ptr_nonnull(refusal_of("other@irc", "irc/libera/account:joe", "x"));
	says(HELPER, "@mute *@discord", "Muted");
	ck_assert_ptr_nonnull(refusal_of("Joe Average@discord", "", "x"));
	ck_assert_ptr_nonnull(refusal_of("Ben (discord)", "", "x"));
	says(HELPER, "@mute \"Joe Average@rss\" 1h rude", "Muted");
	ck_assert_str_eq(refusal_of("joe average@rss", "", "x"),
			 "You are muted on channels and boards until 2026-05-01 13:00 UTC: rude");
}
END_TEST

START_TEST(a_player_is_muted_by_another_way_too)
{
	says(HELPER, "@mute ana", "Muted");
	ck_assert_ptr_nonnull(refusal_of("Ana (irc)", "", "x"));
	says(HELPER, "@mute Ben (irc) 1h", "Muted on channels and boards: Ben (irc)");
	ck_assert_ptr_nonnull(refusal_of("Ben (irc)", "", "x"));
	ck_assert_ptr_null(refusal_of("Ben (discord)", "", "x"));
	rig_forget(&r);
	type(BEN, "chat here I may");
	ck_assert_uint_eq(shown(ANA, "here I may"), 1);
}
END_TEST

START_TEST(nobody_mutes_his_equals_and_a_mute_does_not_hold_who_stands_above)
{
	says(HELPER, "@mute Una", "You cannot mute somebody of your own rank or above.");
	says(HELPER, "@mute Hob", "You cannot mute somebody of your own rank or above.");
	says(ANA, "@mute Ben", "You do not know how to \"@mute\"");
	says(ADMIN, "@mute Ana", "Muted");
	says(HELPER, "@unmute Ana", "Una has done that, and stands above you.");
	player_write(w, actor_of(ANA))->role = ROLE_ADMIN;
	rig_forget(&r);
	type(ANA, "chat now I may");
	ck_assert_uint_eq(shown(BEN, "now I may"), 1);
}
END_TEST

START_TEST(what_cannot_be_a_mute_is_answered)
{
	char long_name[300] = "@mute ", wide_name[300] = "@mute ";

	memset(long_name + 6, 'x', SPEECH_NAME_BYTES + 1);
	for (int i = 0; i < SPEECH_NAME_BYTES / 2; i++) /* three code points each, when folded */
		memcpy(wide_name + 6 + 2 * i, "\xce\x90", 2);
	says(HELPER, "@mute a@b@c", "Somebody outside is named like this: joe@irc.");
	says(HELPER, "@mute joe@", "Somebody outside is named like this: joe@irc.");
	says(HELPER, "@mute ana 2 spoons", "TIME is 30m, 2h, 3d or 1w.");
	says(HELPER, "@mute \"\"", "{title}Muted{/}");
	says(HELPER, long_name, "That is longer than a name.");
	says(HELPER, wide_name, "That is longer than a name.");
	says(HELPER, "@unmute", "Usage: {bold}@unmute NAME{/}");
	ck_assert_ptr_null(speech_mutes_next(w, NULL));
}
END_TEST

START_TEST(who_is_not_about_can_be_muted_but_is_said_not_to_be)
{
	says(HELPER, "@mute joe", "Muted on channels and boards: joe");
	ck_assert_uint_eq(shown(HELPER, "No player called joe is about just now; for somebody "
					"outside add where: joe@irc"),
			  1);
	says(HELPER, "@mute irc/irc/joe!~j@127.0.0.1", "Muted");
	ck_assert_uint_eq(shown(HELPER, "No player called"), 0);
	says(HELPER, "@mute joe@irc", "Muted");
	ck_assert_uint_eq(shown(HELPER, "No player called"), 0);
}
END_TEST

START_TEST(there_are_only_so_many_mutes_and_those_that_ran_out_make_room)
{
	struct speech_mute row = { .until_ms = wall + 1000, .by = "", .why = "" };
	char name[32];

	row.name = name;
	for (int i = 0; i < SPEECH_MUTES_MAX; i++) {
		snprintf(name, sizeof(name), "n%d@irc", i);
		ck_assert_int_eq(speech_mute(w, &row), 0);
	}
	snprintf(name, sizeof(name), "one@irc");
	ck_assert_int_eq(speech_mute(w, &row), 1);
	w->wall_ms += 2000;
	ck_assert_int_eq(speech_mute(w, &row), 0);
	ck_assert_ptr_null(speech_muted(w, SPAN("n7@irc")));
}
END_TEST

START_TEST(a_blocked_word_is_found_whole_in_any_case_accent_and_form)
{
	says(ADMIN, "@block \xc3\x89t\xc3\xa9", "That is not said here from now on");
	says(ADMIN, "@block bad  Idea", "That is not said here from now on");
	ck_assert_ptr_nonnull(refusal_of("a@irc", "", "l'ETE!"));
	ck_assert_ptr_nonnull(refusal_of("a@irc", "", "\xef\xbc\xa5te")); /* full width E */
	ck_assert_ptr_nonnull(refusal_of("a@irc", "", "a (bad) idea."));
	ck_assert_ptr_nonnull(refusal_of("a@irc", "", "e\xcc\x81te\xcc\x81"));
	ck_assert_ptr_null(refusal_of("a@irc", "", "been etes, bad ideas"));
	ck_assert_ptr_null(refusal_of("a@irc", "", "a bad, bad thing; no idea"));
	rig_forget(&r);
	type(ANA, "chat what a bad idea");
	ck_assert_uint_eq(shown(ANA, "There is a word in that which is not said here."), 1);
	ck_assert_uint_eq(shown(BEN, "idea"), 0);
	says(ANA, "post notices A bad idea = no", "There is a word in that");
	says(ANA, "post notices no = A bad idea", "There is a word in that");
}
END_TEST

START_TEST(blocked_words_outlive_the_world_and_can_be_lifted)
{
	type(ADMIN, "@block one two three four");
	type(ADMIN, "@block five");
	restart();
	ck_assert_ptr_nonnull(refusal_of("a@irc", "", "zero one two, three four five"));
	says(ADMIN, "@block list", "\n  one two three four  {dim}(Una){/}");
	says(ADMIN, "@block unblock FIVE", "That may be said again: FIVE");
	says(ADMIN, "@block unblock FIVE", "That is not blocked: FIVE");
	restart();
	ck_assert_ptr_null(refusal_of("a@irc", "", "five"));
	says(ADMIN, "@block add six", "That is not said here from now on: six");
	ck_assert_ptr_nonnull(refusal_of("a@irc", "", "six"));
	says(ADMIN, "@block one two three four five", "One to 4 words with letters are wanted");
	says(ADMIN, "@block !?", "One to 4 words with letters are wanted");
	says(HELPER, "@block x", "You do not know how to \"@block\"");
}
END_TEST

START_TEST(who_is_ignored_is_not_heard_on_channels_or_by_tell)
{
	says(BEN, "ignore Ana", "You ignore Ana from now on");
	rig_forget(&r);
	type(ANA, "chat hello");
	ck_assert_uint_eq(shown(BEN, "hello"), 0);
	ck_assert_uint_eq(shown(CEM, "hello"), 1);
	says(ANA, "tell ben hello", "Ben does not want to hear you.");
	ck_assert_uint_eq(shown(BEN, "hello"), 0);
	says(BEN, "channel chat last", "Nothing has been said on chat yet.");
	says(CEM, "channel chat last", "hello");
	restart();
	rig_forget(&r);
	type(ANA, "chat again");
	ck_assert_uint_eq(shown(BEN, "again"), 0);
	says(BEN, "ignore", "You ignore: ana");
	says(BEN, "unignore ANA", "You hear ANA again.");
	says(BEN, "unignore ana", "You do not ignore ana.");
	rig_forget(&r);
	type(ANA, "tell ben now");
	ck_assert_uint_eq(shown(BEN, "now"), 1);
}
END_TEST

START_TEST(people_outside_are_ignored_one_by_one_or_all_of_a_place)
{
	type(BEN, "ignore joe@irc");
	type(CEM, "ignore *@irc");
	outside("chat", "Joe@irc", "one");
	ck_assert_uint_eq(shown(BEN, "one"), 0);
	ck_assert_uint_eq(shown(CEM, "one"), 0);
	ck_assert_uint_eq(shown(ANA, "one"), 1);
	outside("chat", "kim@irc", "two");
	ck_assert_uint_eq(shown(BEN, "two"), 1);
	ck_assert_uint_eq(shown(CEM, "two"), 0);
	outside("chat", "Ana (irc)", "three");
	ck_assert_uint_eq(shown(BEN, "three"), 1);
	ck_assert_uint_eq(shown(CEM, "three"), 0);
	type(BEN, "ignore ana");
	outside("chat", "Ana (irc)", "four");
	ck_assert_uint_eq(shown(BEN, "four"), 0);
	outside("chat", "kim@discord", "five");
	ck_assert_uint_eq(shown(CEM, "five"), 1);
}
END_TEST

START_TEST(a_name_as_it_is_shown_means_the_player)
{
	says(BEN, "ignore Ana (irc)", "You ignore Ana from now on");
	ck_assert_uint_eq(shown(BEN, "No player called"), 0);
	outside("chat", "Ana (irc)", "one");
	ck_assert_uint_eq(shown(BEN, "one"), 0);
	says(BEN, "unignore Ana (irc)", "You hear Ana again.");
	says(BEN, "ignore Zed", "No player called Zed is about just now");
}
END_TEST

START_TEST(notices_of_a_place_are_ignored_with_it)
{
	type(BEN, "ignore *@irc");
	channel_say(w, &(struct channel_line){ .channel = channel_find(w, SPAN("chat")),
					       .via = SPAN("irc"),
					       .origin = SPAN("irc/a/#b"),
					       .text = SPAN("joe has joined"),
					       .notice = true });
	outbox_seal(w, true);
	rig_turn(&r);
	ck_assert_uint_eq(shown(BEN, "joe has joined"), 0);
	ck_assert_uint_eq(shown(ANA, "joe has joined"), 1);
}
END_TEST

START_TEST(what_cannot_be_ignored_is_answered)
{
	char line[64];

	says(BEN, "ignore", "You ignore nobody.");
	says(BEN, "ignore ben", "You cannot ignore yourself.");
	says(BEN, "ignore a@b@c", "Somebody outside is named like this");
	says(BEN, "ignore (irc)", "Somebody outside is named like this");
	says(BEN, "ignore @irc", "Somebody outside is named like this");
	says(BEN, "ignore joe@", "Somebody outside is named like this");
	says(BEN, "ignore a b", "name"); /* what is no name of a player */
	says(BEN, "unignore", "Usage: {bold}unignore NAME{/}");
	ck_assert_uint_eq(social_get(w, actor_of(BEN))->n_ignores, 0);
	for (int i = 0; i < SPEECH_IGNORES_MAX; i++) {
		snprintf(line, sizeof(line), "ignore a%d@irc", i);
		type(BEN, line);
	}
	says(BEN, "ignore ana", "You ignore 64 people already");
	says(BEN, "ignore a7@irc", "You ignore a7@irc from now on");
}
END_TEST

START_TEST(a_refusal_of_a_player_counts_no_line_but_what_is_said_does)
{
	for (int i = 0; i < 5; i++)
		ck_assert_ptr_null(speech_refusal(w, actor_of(ANA), none, none, SPAN("x")));
	ck_assert_ptr_nonnull(speech_refusal(w, actor_of(ANA), none, none, SPAN("x")));
	ck_assert_ptr_null(speech_unfit(w, actor_of(ANA), none, none, SPAN("x")));
	for (int i = 0; i < 50; i++)
		ck_assert_ptr_null(refusal_of("joe@irc", "", "x"));
}
END_TEST

START_TEST(malformed_documents_are_counted_and_left_out)
{
	static const char *const keys[] = { "mute:",	      "mute:x", "word:",
					    "word:a b c d e", "other",	"word:x" };
	Mudlark__DocumentRow row = MUDLARK__DOCUMENT_ROW__INIT;
	const uint64_t before = w->stats.load_troubles;

	row.body = (ProtobufCBinaryData){ 2, (uint8_t *)(uintptr_t) "{}" };
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		row.key = (char *)(uintptr_t)keys[i];
		speech_load(w, &row);
	}
	ck_assert_uint_eq(w->stats.load_troubles, before + ARRAY_LEN(keys));
	ck_assert_ptr_null(speech_mutes_next(w, NULL));
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		who_is_muted_does_not_speak_and_is_told_until_when_and_why,
		a_mute_outlives_the_world_and_runs_out_by_the_wall_clock,
		who_is_outside_is_muted_by_name_place_or_identity,
		a_player_is_muted_by_another_way_too,
		nobody_mutes_his_equals_and_a_mute_does_not_hold_who_stands_above,
		what_cannot_be_a_mute_is_answered,
		who_is_not_about_can_be_muted_but_is_said_not_to_be,
		there_are_only_so_many_mutes_and_those_that_ran_out_make_room,
		a_blocked_word_is_found_whole_in_any_case_accent_and_form,
		blocked_words_outlive_the_world_and_can_be_lifted,
		who_is_ignored_is_not_heard_on_channels_or_by_tell,
		people_outside_are_ignored_one_by_one_or_all_of_a_place,
		a_name_as_it_is_shown_means_the_player,
		notices_of_a_place_are_ignored_with_it,
		what_cannot_be_ignored_is_answered,
		a_refusal_of_a_player_counts_no_line_but_what_is_said_does,
		malformed_documents_are_counted_and_left_out,
	};

	return social_run("speech", tests, ARRAY_LEN(tests));
}
