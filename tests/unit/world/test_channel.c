/* test_channel.c - channels: who hears what, how it looks, what is told of it, and what a restart leaves. */
#include "tests/unit/world/social_rig.h"

START_TEST(everybody_hears_a_channel_wherever_they_are_and_once)
{
	type(ANA, "chat hello");
	ck_assert_uint_eq(shown(ANA, "{cyan}[chat]{/} {player}Ana{/}: hello"), 1);
	ck_assert_uint_eq(shown(BEN, "{cyan}[chat]{/} {player}Ana{/}: hello"), 1);
	ck_assert_uint_eq(shown(CEM, "{cyan}[chat]{/} {player}Ana{/}: hello"), 1);
	ck_assert_uint_eq(rig_done(&r, ANA), seqs[ANA]);
}
END_TEST

START_TEST(both_ways_of_an_emote_are_the_same)
{
	type(ANA, "chat :waves");
	ck_assert_uint_eq(shown(BEN, "{player}Ana{/} waves"), 1);
	type(ANA, "CHAT emote  bows");
	ck_assert_uint_eq(shown(BEN, "{player}Ana{/} bows"), 1);
	says(ANA, "chat :", "Usage: {bold}chat TEXT{/}");
	says(ANA, "chat", "Usage: {bold}chat TEXT{/}");
	ck_assert_uint_eq(facts("channel:said"), 2);
}
END_TEST

START_TEST(what_is_typed_is_never_markup)
{
	type(ANA, "chat {red}x{/} {do quit}y");
	ck_assert_uint_eq(shown(BEN, ": {{red}x{{/} {{do quit}y"), 1);
	outside("chat", "a{bold}b@irc", "{system}free gold{/}");
	ck_assert_uint_eq(shown(BEN,
				"{cyan}[chat]{/} {player}a{{bold}b@irc{/}: {{system}free gold{{/}"),
			  1);
}
END_TEST

START_TEST(many_listeners_are_one_record_for_each_gateway)
{
	size_t records = 0;

	for (uint64_t s = 200; s < 240; s++)
		enter(s, "Guest", ROLE_PLAYER, true);
	rig_forget(&r);
	type(CEM, "chat hello");
	for (size_t i = 0; i < r.n_said; i++) {
		const Mudlark__GatewayIn *m = r.said[i].m;

		if (m->body_case != MUDLARK__GATEWAY_IN__BODY_OUTPUT ||
		    !rig_contains(&m->output->text, "hello"))
			continue;
		records++;
		ck_assert_uint_eq(m->output->n_sessions, r.said[i].gateway == RIG_OTHER ? 1 : 44);
		ck_assert_int_eq(m->output->class_, r.said[i].gateway == RIG_OTHER
							    ? MUDLARK__TEXT_CLASS__TEXT_REPLY
							    : MUDLARK__TEXT_CLASS__TEXT_CHAT);
		ck_assert_uint_gt(r.said[i].oseq, 0);
	}
	ck_assert_uint_eq(records, 2);
}
END_TEST

START_TEST(the_facts_are_exactly_what_bridges_expect)
{
	char want[256];

	type(ANA, "chat say \"x\" \\ {y}");
	snprintf(want, sizeof(want),
		 "{\"actor\":" EVENT_ID ",\"channel\":\"chat\",\"name\":\"Ana\",\"text\":\"say "
		 "\\\"x\\\" \\\\ {y}\"}",
		 ent_id(w, actor_of(ANA)));
	ck_assert_str_eq(fact("channel:said"), want);
	type(ANA, "chat :waves");
	snprintf(want, sizeof(want),
		 "{\"actor\":" EVENT_ID
		 ",\"channel\":\"chat\",\"name\":\"Ana\",\"text\":\"waves\",\"emote\":true}",
		 ent_id(w, actor_of(ANA)));
	ck_assert_str_eq(fact("channel:said"), want);
	outside("chat", "joe@irc", "hi");
	ck_assert_str_eq(
		fact("channel:said"),
		"{\"channel\":\"chat\",\"name\":\"joe@irc\",\"text\":\"hi\",\"via\":\"irc\","
		"\"origin\":\"irc/libera/#mud\"}");
	ck_assert_uint_eq(facts("staff:said"), 0);
}
END_TEST

START_TEST(who_is_linked_and_what_nobody_says_are_marked)
{
	const struct channel *chat = channel_find(w, SPAN("chat"));

	channel_say(w, &(struct channel_line){ .channel = chat,
					       .name = SPAN("Ana (irc)"),
					       .via = SPAN("irc"),
					       .origin = SPAN("irc/a/#b"),
					       .linked = 0x1000000000007,
					       .text = SPAN("me") });
	ck_assert_str_eq(
		fact("channel:said"),
		"{\"channel\":\"chat\",\"name\":\"Ana (irc)\",\"text\":\"me\",\"via\":\"irc\","
		"\"origin\":\"irc/a/#b\",\"linked\":\"0001000000000007\"}");
	channel_say(w, &(struct channel_line){ .channel = chat,
					       .via = SPAN("irc"),
					       .origin = SPAN("irc/a/#b"),
					       .text = SPAN("joe has joined #b"),
					       .notice = true });
	ck_assert_str_eq(fact("channel:said"),
			 "{\"channel\":\"chat\",\"text\":\"joe has joined #b\",\"via\":\"irc\","
			 "\"origin\":\"irc/a/#b\",\"notice\":true}");
	outbox_seal(w, true);
	rig_turn(&r);
	ck_assert_uint_eq(shown(BEN, "{dim}[chat] joe has joined #b{/}"), 1);
}
END_TEST

START_TEST(what_staff_say_among_themselves_is_for_staff_and_never_outward)
{
	type(HELPER, "staff psst");
	ck_assert_uint_eq(shown(HELPER, "psst") + shown(ADMIN, "psst"), 2);
	ck_assert_uint_eq(shown(ANA, "psst") + shown(CEM, "psst"), 0);
	ck_assert_uint_eq(facts("staff:said"), 1);
	ck_assert_uint_eq(facts("channel:said"), 0);
	says(ANA, "staff hello", "You do not know how to \"staff\"");
	says(ANA, "channel staff last", "There is no channel staff.");
	rig_forget(&r);
	type(ANA, "channels");
	ck_assert_uint_eq(shown(ANA, "staff"), 0);
	ck_assert_uint_eq(shown(ANA, "chat"), 1);
}
END_TEST

START_TEST(a_channel_is_turned_off_and_on_and_stays_so)
{
	says(BEN, "channel chat off", "You do not hear chat any more.");
	says(BEN, "channel chat off", "You have turned off chat already.");
	rig_forget(&r);
	type(ANA, "chat one");
	ck_assert_uint_eq(shown(BEN, "one"), 0);
	ck_assert_uint_eq(shown(CEM, "one"), 1);
	says(BEN, "chat me", "You have turned chat off.");
	restart();
	type(ANA, "chat two");
	ck_assert_uint_eq(shown(BEN, "two"), 0);
	ck_assert_uint_eq(shown(CEM, "two"), 1);
	says(BEN, "channel chat on", "You hear chat from now on.");
	type(ANA, "chat three");
	ck_assert_uint_eq(shown(BEN, "three"), 1);
}
END_TEST

START_TEST(a_channel_that_is_off_for_all_is_heard_by_who_turns_it_on)
{
	says(ANA, "trade wool", "You have turned trade off.");
	says(ANA, "channel trade on", "You hear trade from now on.");
	rig_forget(&r);
	type(ANA, "trade wool");
	ck_assert_uint_eq(shown(ANA, "wool"), 1);
	ck_assert_uint_eq(shown(BEN, "wool"), 0);
	says(BEN, "channel trade who", "  {player}Ana{/}");
	ck_assert_uint_eq(shown(BEN, "Ben"), 0);
}
END_TEST

START_TEST(the_last_lines_can_be_read_again_also_after_a_restart)
{
	char line[32];

	says(BEN, "channel chat last", "Nothing has been said on chat yet.");
	for (int i = 1; i <= CHANNEL_LAST + 5; i++) {
		snprintf(line, sizeof(line), "chat <%d>", i);
		type(ADMIN, line);
	}
	for (int i = 0; i < 2; i++) {
		rig_forget(&r);
		type(BEN, "channel chat last");
		ck_assert_uint_eq(shown(BEN, "{title}Last on chat{/}\n{dim}2026-05-01 12:00 UTC{/} "
					     "{cyan}[chat]{/} {player}Una{/}: <6>\n"),
				  1);
		ck_assert_uint_eq(shown(BEN, "<5>"), 0);
		ck_assert_uint_eq(shown(BEN, "<25>"), 1);
		rig_forget(&r);
		type(BEN, "channel chat last 2");
		ck_assert_uint_eq(shown(BEN, "<24>\n"), 1);
		ck_assert_uint_eq(shown(BEN, "<23>"), 0);
		restart();
	}
	says(BEN, "channel chat last none", "Usage: {bold}channel NAME");
	says(BEN, "channel chat last 0", "Usage: {bold}channel NAME");
}
END_TEST

START_TEST(a_line_that_was_not_stored_was_not_said)
{
	r.prompt_store = false;
	type(ANA, "chat lost");
	ck_assert_uint_eq(shown(BEN, "lost"), 0);
	rig_kill(&r);
	r.prompt_store = true;
	seqs[ANA]--;
	begin();
	rig_attach(&r, RIG_GATEWAY, ANA, seqs[ANA]);
	rig_attach(&r, RIG_GATEWAY, BEN, seqs[BEN]);
	rig_forget(&r);
	type(ANA, "chat lost");
	ck_assert_uint_eq(shown(BEN, "lost"), 1);
	rig_forget(&r);
	type(BEN, "channel chat last");
	ck_assert_uint_eq(shown(BEN, "lost"), 1);
}
END_TEST

START_TEST(who_is_too_fast_is_told_and_may_go_on_later)
{
	for (int i = 0; i < 5; i++)
		type(ANA, "chat a");
	says(ANA, "chat b", "Not so fast");
	ck_assert_uint_eq(shown(BEN, ": b"), 0);
	ticks(10);
	rig_forget(&r);
	type(ANA, "chat c");
	ck_assert_uint_eq(shown(BEN, ": c"), 1);
	says(ANA, "chat d", "Not so fast");
	rig_forget(&r);
	w->conf.channel_rate = 0;
	type(ANA, "chat e");
	ck_assert_uint_eq(shown(BEN, ": e"), 1);
}
END_TEST

START_TEST(guests_speak_unless_an_option_says_otherwise)
{
	enter(GUEST, "Gus", ROLE_PLAYER, true);
	type(GUEST, "chat hello");
	ck_assert_uint_eq(shown(BEN, "{player}Gus{/}: hello"), 1);
	w->conf.guests_speak = false;
	says(GUEST, "chat again", "Guests may listen, but not speak");
	ck_assert_uint_eq(shown(BEN, "again"), 0);
	rig_forget(&r);
	type(ANA, "chat still");
	ck_assert_uint_eq(shown(GUEST, "still"), 1);
}
END_TEST

START_TEST(a_whole_name_of_a_channel_comes_before_the_beginning_of_a_command)
{
	const char *why;

	says(ANA, "cha trade who", "{title}Who hears trade{/}"); /* `channel` */
	ck_assert(channels_add(w->channels, SPAN("nor words"), &why));
	says(ANA, "nor hello", "[nor]{/} {player}Ana{/}: hello");
	says(ANA, "no", "{"); /* still north */
	ck_assert_uint_eq(facts("channel:said"), 1);
}
END_TEST

START_TEST(clients_get_channels_as_data)
{
	rig_caps(&r, ANA, "comm.channel");
	rig_caps(&r, BEN, "comm.channel");
	RIG_HAS(&r, BEN, "Comm.Channel.List",
		"{\"name\":\"chat\",\"caption\":\"Chat\",\"command\":\"chat\"}");
	ck_assert_ptr_null(strstr(rig_json(&r, BEN, "Comm.Channel.List"), "staff"));
	rig_forget(&r);
	type(ANA, "chat :is \"here\"");
	for (uint64_t s = ANA; s <= BEN; s++) {
		ck_assert_str_eq(rig_json(&r, s, "Comm.Channel.Start"), "\"chat\"");
		ck_assert_str_eq(rig_json(&r, s, "Comm.Channel.End"), "\"chat\"");
		ck_assert_str_eq(rig_json(&r, s, "Comm.Channel.Text"),
				 "{\"channel\":\"chat\",\"talker\":\"Ana\",\"text\":\"is "
				 "\\\"here\\\"\",\"emote\":true}");
	}
	type(BEN, "channel chat off");
	rig_forget(&r);
	type(ANA, "chat you do not hear");
	ck_assert_uint_eq(rig_told(&r, BEN, NULL), 0);
	rig_data(&r, ANA, "comm.channel.players", "");
	RIG_HAS(&r, ANA, "Comm.Channel.Players",
		"{\"name\":\"Ben\",\"channels\":[\"say\",\"emote\",\"tell\"]}");
	rig_data(&r, BEN, "comm.channel.enable", "\"chat\"");
	rig_data(&r, BEN, "comm.channel.enable", "\"staff\"");
	rig_forget(&r);
	type(ANA, "chat you hear");
	ck_assert_uint_eq(rig_told(&r, BEN, "Comm.Channel.Text"), 1);
	ck_assert(!channel_hears(w, actor_of(BEN), channel_find(w, SPAN("staff"))));
}
END_TEST

START_TEST(the_text_stands_between_its_start_and_its_end)
{
	int order = 0;

	rig_caps(&r, ANA, "comm.channel");
	rig_forget(&r);
	type(ANA, "chat hello");
	for (size_t i = 0; i < r.n_said; i++) {
		const Mudlark__GatewayIn *m = r.said[i].m;

		if (rig_is_data(m, ANA, "Comm.Channel.Start"))
			ck_assert_int_eq(order++, 0);
		if (m->body_case == MUDLARK__GATEWAY_IN__BODY_OUTPUT &&
		    rig_lists(m->output->sessions, m->output->n_sessions, ANA) &&
		    rig_contains(&m->output->text, "hello"))
			ck_assert_int_eq(order++, 1);
		if (rig_is_data(m, ANA, "Comm.Channel.End"))
			ck_assert_int_eq(order++, 2);
	}
	ck_assert_int_eq(order, 3);
}
END_TEST

START_TEST(malformed_channels_are_refused_with_a_sentence)
{
	static const char *const bad[] = {
		"",
		"chat",
		"Chat words",
		"c words",
		"abcdefghijklmnopq words",
		"say x",
		"n north or what",
		"me x",
		"chat off",
		"chat helper",
	};
	struct channels *t = channels_new();
	const char *why = NULL;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		why = NULL;
		ck_assert_msg(!channels_add(t, (struct span){ bad[i], strlen(bad[i]) }, &why), "%s",
			      bad[i]);
		ck_assert_ptr_nonnull(why);
	}
	ck_assert(channels_add(t, SPAN("chat talk"), &why));
	ck_assert(!channels_add(t, SPAN("chat talk"), &why));
	ck_assert_str_eq(why, "its name is that of another one");
	for (char name[] = "xa words"; name[1] <= 'z'; name[1]++)
		ck_assert(channels_add(t, (struct span){ name, 8 }, &why));
	for (char name[] = "ya words"; name[1] < 'f'; name[1]++)
		ck_assert(channels_add(t, (struct span){ name, 8 }, &why));
	ck_assert(!channels_add(t, SPAN("zz words"), &why));
	channels_drop(t);
}
END_TEST

START_TEST(somebody_of_the_world_does_not_speak_on_channels)
{
	struct ent npc = ENT_NONE;

	for (struct ent e = ent_next(w, ENT_NONE); ent_is(e) && !ent_is(npc); e = ent_next(w, e))
		if (ent_kind(w, e) == KIND_NPC)
			npc = e;
	ck_assert(ent_is(npc));
	ck_assert(!channel_may(w, npc, channel_find(w, SPAN("chat"))));
	cmd_run(w, npc, SPAN("chat hello"));
	ck_assert_uint_eq(facts("channel:said"), 0);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		everybody_hears_a_channel_wherever_they_are_and_once,
		both_ways_of_an_emote_are_the_same,
		what_is_typed_is_never_markup,
		many_listeners_are_one_record_for_each_gateway,
		the_facts_are_exactly_what_bridges_expect,
		who_is_linked_and_what_nobody_says_are_marked,
		what_staff_say_among_themselves_is_for_staff_and_never_outward,
		a_channel_is_turned_off_and_on_and_stays_so,
		a_channel_that_is_off_for_all_is_heard_by_who_turns_it_on,
		the_last_lines_can_be_read_again_also_after_a_restart,
		a_line_that_was_not_stored_was_not_said,
		who_is_too_fast_is_told_and_may_go_on_later,
		guests_speak_unless_an_option_says_otherwise,
		a_whole_name_of_a_channel_comes_before_the_beginning_of_a_command,
		clients_get_channels_as_data,
		the_text_stands_between_its_start_and_its_end,
		malformed_channels_are_refused_with_a_sentence,
		somebody_of_the_world_does_not_speak_on_channels,
	};

	return social_run("channel", tests, ARRAY_LEN(tests));
}
