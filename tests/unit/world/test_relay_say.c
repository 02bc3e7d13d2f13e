/*
 * test_relay_say.c - what bridges say: once, under a name that no player has, checked field by field.
 */
#include "relay_rig.h"

#include "world/social/board.h"
#include "world/social/channel.h"
#include "world/social/speech.h"

static struct relay_rig r;
static struct world *w;

static void setup(void)
{
	Mudlark__BridgeOpen m = relay_rig_stream("discord/1/2");

	relay_rig_open_world(&r);
	w = r.st.world;
	relay_rig_open(&r, RELAY_RIG_DISCORD, &m);
	relay_rig_forget(&r);
}

static void teardown(void)
{
	relay_rig_close_world(&r);
}

static void say(Mudlark__BridgeSay *m)
{
	relay_rig_say(&r, RELAY_RIG_IRC, m);
}

static size_t taken(void)
{
	return RELAY_RIG_TOLD(&r, RELAY_RIG_IRC, TAKEN);
}

static size_t heard(void)
{
	return RELAY_RIG_TOLD(&r, RELAY_RIG_DISCORD, FACT);
}

/* A member of the i-th line that Discord was told; "" when it is not there. */
static const char *member(size_t i, const char *name)
{
	static char text[1024];
	const Mudlark__BridgeIn *m =
		relay_rig_told(&r, RELAY_RIG_DISCORD, MUDLARK__BRIDGE_IN__BODY_FACT, i);
	json_t *body;
	const char *value;

	ck_assert_ptr_nonnull(m);
	body = json_loadb((const char *)m->fact->body.data, m->fact->body.len, 0, NULL);
	value = json_string_value(json_object_get(body, name));
	snprintf(text, sizeof(text), "%s", value ? value : "");
	json_decref(body);
	return text;
}

START_TEST(a_line_is_said_under_a_name_that_no_player_has)
{
	Mudlark__BridgeSay m = relay_rig_words("a-1", "hello there");

	rig_guest(&r.st, 1);
	say(&m);
	ck_assert(rig_heard(&r.st, 1, "joe@irc"));
	ck_assert(rig_heard(&r.st, 1, "hello there"));
	ck_assert_uint_eq(heard(), 1);
	ck_assert_str_eq(member(0, "name"), "joe@irc");
	ck_assert_str_eq(member(0, "via"), "irc");
	ck_assert_str_eq(member(0, "origin"), "irc/libera/#mud");
	ck_assert_uint_eq(taken(), 1);
	ck_assert_str_eq(relay_rig_taken(&r, RELAY_RIG_IRC)->id, "a-1");
	ck_assert_str_eq(relay_rig_taken(&r, RELAY_RIG_IRC)->source, "irc/libera/#mud");
	ck_assert_str_eq(relay_rig_refusal(&r, RELAY_RIG_IRC), "");
}
END_TEST

START_TEST(it_is_taken_when_it_is_durable_and_not_before)
{
	Mudlark__BridgeSay m = relay_rig_words("a-1", "hello");

	r.st.prompt_store = false;
	say(&m);
	rig_ticks(&r.st, 20);
	ck_assert_uint_eq(taken(), 0);
	say(&m); /* told again meanwhile */
	ck_assert_uint_eq(taken(), 0);
	rig_durable(&r.st);
	ck_assert_uint_eq(taken(), 2);
	ck_assert_uint_eq(heard(), 1);
}
END_TEST

START_TEST(the_same_id_is_said_once_over_a_restart_too)
{
	Mudlark__BridgeOpen open = relay_rig_stream("discord/1/2");
	Mudlark__BridgeSay m = relay_rig_words("a-1", "hello");

	say(&m);
	say(&m);
	ck_assert_uint_eq(heard(), 1);
	ck_assert_uint_eq(taken(), 2);
	relay_rig_restart(&r);
	w = r.st.world;
	relay_rig_open(&r, RELAY_RIG_DISCORD, &open);
	say(&m);
	ck_assert_uint_eq(taken(), 1);
	ck_assert_uint_eq(heard(), 0);
	m.source = "irc/libera/#other"; /* where ids are others */
	say(&m);
	ck_assert_uint_eq(heard(), 1);
}
END_TEST

START_TEST(what_was_not_durable_when_the_world_died_is_said_by_the_next)
{
	Mudlark__BridgeSay m = relay_rig_words("a-1", "hello");

	r.st.prompt_store = false;
	say(&m);
	r.st.prompt_store = true;
	relay_rig_restart(&r);
	w = r.st.world;
	say(&m);
	ck_assert_uint_eq(taken(), 1);
	ck_assert_uint_eq(w->stats.says_taken, 1);
}
END_TEST

START_TEST(a_source_remembers_its_newest_ids)
{
	Mudlark__BridgeSay m = relay_rig_words("", "hello");
	char id[16];

	for (int i = 0; i < RELAY_SEEN + 3; i++) {
		snprintf(id, sizeof(id), "n-%d", i);
		m.id = id;
		say(&m);
		rig_ticks(&r.st, 1);
	}
	relay_rig_restart(&r);
	w = r.st.world;
	for (int i = 3; i < RELAY_SEEN + 3; i++) {
		snprintf(id, sizeof(id), "n-%d", i);
		say(&m);
	}
	ck_assert_uint_eq(w->stats.says_taken, 0);
	m.id = "n-0"; /* long ago */
	say(&m);
	ck_assert_uint_eq(w->stats.says_taken, 1);
	m.id = "n-4"; /* the one in whose place that came was n-3 */
	say(&m);
	ck_assert_uint_eq(w->stats.says_taken, 1);
}
END_TEST

START_TEST(of_too_many_sources_the_one_silent_for_longest_is_forgotten)
{
	Mudlark__BridgeSay m = relay_rig_words("a-1", "hello");
	char source[64];

	m.source = source;
	for (int i = 0; i <= RELAY_SOURCES; i++) {
		snprintf(source, sizeof(source), "irc/net/#%d", i);
		say(&m);
		rig_ticks(&r.st, 1);
	}
	ck_assert_uint_eq(w->stats.says_taken, RELAY_SOURCES + 1);
	snprintf(source, sizeof(source), "irc/net/#1");
	say(&m);
	ck_assert_uint_eq(w->stats.says_taken, RELAY_SOURCES + 1);
	snprintf(source, sizeof(source), "irc/net/#0");
	say(&m);
	ck_assert_uint_eq(w->stats.says_taken, RELAY_SOURCES + 2);
}
END_TEST

START_TEST(nobody_can_look_like_a_player)
{
	static const struct {
		const char *name, *shown;
	} cases[] = {
		{ "Ana", "Ana@irc" },
		{ "Ana (irc)", "Ana__irc_@irc" },
		{ "a@discord", "a_discord@irc" },
		{ "{red}x{/}", "_red_x_/_@irc" },
		{ "Ana: I give it all to Bob.", "Ana__I_give_it_all_to_Bob.@irc" },
		{ "Ana:\xc2\xa0go", "Ana__go@irc" },
		{ "[chat] Ana, \"x\" 'y'", "_chat__Ana___x___y_@irc" },
		{ "a  \xe2\x80\x83 b\xe3\x80\x80", "a_b@irc" },
		{ "<Ana>*|", "_Ana___@irc" },
		{ "Ana\xef\xbc\x9a\xe2\x80\x9cx\xe2\x80\x9d", "Ana__x_@irc" },
		{ "Ana says hello", "Ana_says_hello@irc" },
		{ "  ", "somebody@irc" },
		{ "\xe2\x80\x8b", "somebody@irc" },
		{ "Zo\xc3\xab", "Zo\xc3\xab@irc" },
	};
	Mudlark__BridgeSay m = relay_rig_words("", "hello");
	char id[16];

	m.id = id;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		snprintf(id, sizeof(id), "n-%zu", i);
		m.name = relay_rig_bytes(cases[i].name);
		say(&m);
		ck_assert_uint_eq(heard(), i + 1);
		ck_assert_str_eq(member(i, "name"), cases[i].shown);
	}
}
END_TEST

START_TEST(a_name_of_two_lines_is_refused)
{
	Mudlark__BridgeSay m = relay_rig_words("a-1", "hello");

	m.name = relay_rig_bytes("n\n[chat] Ana: forged");
	say(&m);
	ck_assert_uint_eq(heard(), 0);
	ck_assert_str_eq(relay_rig_refusal(&r, RELAY_RIG_IRC), "That cannot be said in the game.");
}
END_TEST

START_TEST(a_place_of_a_bridge_tells_its_people_apart_and_is_no_other_bridge)
{
	static const struct {
		char *place;
		const char *shown;
	} cases[] = {
		{ "two", "joe@two" },
		{ "", "joe@irc" },
		{ "irc", "joe@irc" },
		{ "discord", "joe@irc" },
		{ "rss", "joe@irc" },
		{ "a@b", "joe@irc" },
		{ "Two", "joe@irc" },
		{ "a b", "joe@irc" },
		{ "x_y", "joe@irc" },
		{ "lib-era9", "joe@lib-era9" },
		{ "abcdefghijklmnopq", "joe@irc" },
	};
	Mudlark__BridgeSay m = relay_rig_words("", "hello");
	char id[16];

	m.id = id;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		snprintf(id, sizeof(id), "p-%zu", i);
		m.place = cases[i].place;
		say(&m);
		ck_assert_uint_eq(heard(), i + 1);
		ck_assert_str_eq(member(i, "name"), cases[i].shown);
	}
}
END_TEST

START_TEST(a_bridge_that_sends_nothing_but_rubbish_is_dropped)
{
	Mudlark__BridgeSay m = relay_rig_words("", "hello");
	char id[16];

	m.id = id;
	m.name = relay_rig_bytes("a\nb");
	for (int i = 0; i < 100; i++) {
		snprintf(id, sizeof(id), "b-%d", i);
		say(&m);
	}
	ck_assert_uint_eq(RELAY_RIG_TOLD(&r, RELAY_RIG_IRC, TAKEN), RELAY_MALFORMED);
	ck_assert_uint_eq(w->stats.relay_ignored, 100 - RELAY_MALFORMED);
	relay_rig_down(&r, RELAY_RIG_IRC, true);
	relay_rig_up(&r, RELAY_RIG_IRC, "irc", false);
	m.name = relay_rig_bytes("joe");
	say(&m);
	ck_assert_uint_eq(heard(), 1);
}
END_TEST

START_TEST(a_notice_is_marked_and_said_by_nobody)
{
	Mudlark__BridgeSay m = relay_rig_words("a-1", "Ana: I am Ana");

	rig_guest(&r.st, 1);
	m.notice = true;
	m.emote = true;
	m.name = relay_rig_bytes("");
	say(&m);
	ck_assert(rig_heard(&r.st, 1, "(irc) Ana: I am Ana"));
	ck_assert_str_eq(member(0, "name"), "");
	ck_assert_str_eq(member(0, "text"), "(irc) Ana: I am Ana");
}
END_TEST

/* One change to a good line, which makes it a bad one. */
struct spoiled {
	const char *source, *id, *channel, *name, *identity, *text;
};

START_TEST(hostile_fields_are_refused_one_by_one)
{
	static char long_text[600], long_key[300];
	static const struct spoiled cases[] = {
		{ .source = "discord/1/2" },
		{ .source = "irc/" },
		{ .source = "ircx/libera/#mud" },
		{ .source = "" },
		{ .source = "irc/a\nb" },
		{ .source = long_key },
		{ .id = "" },
		{ .id = long_key },
		{ .id = "a\x01" },
		{ .channel = "" },
		{ .channel = "ch\nat" },
		{ .channel = long_key },
		{ .name = "" },
		{ .name = "jo\re" },
		{ .name = "jo\x1b[31me" },
		{ .name = "\xff" },
		{ .name = long_text },
		{ .name = "jo\xc2\x9b" },
		{ .identity = "discord/user:1" },
		{ .identity = "irc/x\ty" },
		{ .identity = long_key },
		{ .text = "" },
		{ .text = "   " },
		{ .text = "\xe2\x80\x8b" },
		{ .text = "one\r\ntwo" },
		{ .text = "nul\xc0\x80" },
		{ .text = "\x03"
			  "04red" },
		{ .text = long_text },
	};

	Mudlark__BridgeSay good;

	memset(long_text, 'x', sizeof(long_text) - 1);
	memset(long_key, 'x', sizeof(long_key) - 1);
	memcpy(long_key, "irc/", 4);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct spoiled *c = &cases[i];
		Mudlark__BridgeSay m = relay_rig_words("a-1", "hello");

		m.source = c->source ? (char *)(uintptr_t)c->source : m.source;
		m.id = c->id ? (char *)(uintptr_t)c->id : m.id;
		m.channel = c->channel ? (char *)(uintptr_t)c->channel : m.channel;
		m.identity = c->identity ? (char *)(uintptr_t)c->identity : m.identity;
		m.name = c->name ? relay_rig_bytes(c->name) : m.name;
		m.text = c->text ? relay_rig_bytes(c->text) : m.text;
		relay_rig_up(&r, RELAY_RIG_IRC, "irc",
			     false); /* too many of them, and it is dropped */
		say(&m);
		ck_assert_msg(*relay_rig_refusal(&r, RELAY_RIG_IRC), "case %zu", i);
		ck_assert_msg(heard() == 0, "case %zu", i);
	}
	ck_assert_uint_eq(w->stats.says_refused, ARRAY_LEN(cases));
	/* And what was refused is no id that was seen. */
	good = relay_rig_words("a-1", "hello");
	say(&good);
	ck_assert_uint_eq(heard(), 1);
}
END_TEST

START_TEST(what_is_odd_becomes_harmless)
{
	Mudlark__BridgeSay m = relay_rig_words("a-1", " a\xe2\x80\xae b {red} ");

	say(&m);
	ck_assert_str_eq(member(0, "text"), "a b {red}");
}
END_TEST

START_TEST(only_channels_of_players_can_be_spoken_on)
{
	Mudlark__BridgeSay m = relay_rig_words("a-1", "hello");
	char no_such[400];

	m.channel = "nowhere";
	say(&m);
	snprintf(no_such, sizeof(no_such), "%s", relay_rig_refusal(&r, RELAY_RIG_IRC));
	m.channel = "office";
	say(&m);
	ck_assert_str_eq(relay_rig_refusal(&r, RELAY_RIG_IRC), no_such);
	ck_assert_str_ne(no_such, "");
}
END_TEST

START_TEST(who_is_muted_is_told_why)
{
	struct speech_mute row = { .name = "joe@irc", .by = "Op", .why = "", .rank = ROLE_ADMIN };
	Mudlark__BridgeSay m = relay_rig_words("a-1", "hello");

	ck_assert_int_eq(speech_mute(w, &row), 0);
	say(&m);
	ck_assert_str_eq(relay_rig_refusal(&r, RELAY_RIG_IRC),
			 "You are muted on channels and boards.");
	ck_assert(!relay_rig_taken(&r, RELAY_RIG_IRC)->silent);
	m.name = relay_rig_bytes("jim");
	say(&m);
	ck_assert_str_eq(relay_rig_refusal(&r, RELAY_RIG_IRC), "");
}
END_TEST

START_TEST(a_silenced_bridge_passes_nothing_either_way)
{
	Mudlark__BridgeSay m = relay_rig_words("a-1", "hello");

	ck_assert(relay_mute(w, SPAN("irc"), SPAN(""), true));
	say(&m);
	ck_assert(relay_rig_taken(&r, RELAY_RIG_IRC)->silent);
	ck_assert_str_ne(relay_rig_refusal(&r, RELAY_RIG_IRC), "");
	ck_assert_uint_eq(heard(), 0);
	rig_turn(&r.st);
	relay_rig_restart(&r);
	w = r.st.world;
	ck_assert(relay_is_muted(w, SPAN("irc"), SPAN("")));
	say(&m);
	ck_assert(relay_rig_taken(&r, RELAY_RIG_IRC)->silent);
	ck_assert(relay_mute(w, SPAN("irc"), SPAN(""), false));
	say(&m);
	ck_assert_str_eq(relay_rig_refusal(&r, RELAY_RIG_IRC), "");
	rig_turn(&r.st);
	relay_rig_restart(&r);
	ck_assert(!relay_is_muted(r.st.world, SPAN("irc"), SPAN("")));
}
END_TEST

START_TEST(a_silenced_stream_has_passed_what_it_was_not_told)
{
	const Mudlark__BridgeIn *last;

	ck_assert(relay_mute(w, SPAN("discord"), SPAN("quiz"), true));
	relay_rig_chat(&r, "quiz", "no");
	relay_rig_chat(&r, "chat", "yes");
	rig_turn(&r.st);
	ck_assert_uint_eq(heard(), 1);
	ck_assert(relay_mute(w, SPAN("discord"), SPAN(""), true));
	ck_assert(relay_rig_told(&r, RELAY_RIG_DISCORD, MUDLARK__BRIDGE_IN__BODY_OPENED,
				 RELAY_RIG_TOLD(&r, RELAY_RIG_DISCORD, OPENED) - 1)
			  ->opened->muted);
	relay_rig_forget(&r);
	const uint64_t seq = relay_rig_chat(&r, "chat", "while silent");
	rig_turn(&r.st);
	ck_assert(relay_mute(w, SPAN("discord"), SPAN(""), false));
	last = relay_rig_told(&r, RELAY_RIG_DISCORD, MUDLARK__BRIDGE_IN__BODY_PASSED, 0);
	ck_assert_ptr_nonnull(last);
	ck_assert_uint_ge(last->passed->seq, seq);
	relay_rig_chat(&r, "chat", "again");
	rig_turn(&r.st);
	ck_assert_uint_eq(heard(), 1);
	ck_assert_str_eq(relay_rig_text(&r, RELAY_RIG_DISCORD, 0), "again");
}
END_TEST

START_TEST(lines_that_come_too_fast_wait_in_order)
{
	Mudlark__BridgeSay m = relay_rig_words("", "");
	char id[16];

	m.id = id;
	for (int i = 0; i < 3 * RELAY_RATE; i++) {
		snprintf(id, sizeof(id), "n-%d", i);
		m.text = relay_rig_bytes(id);
		RIG_FEED(&r.st, RELAY_RIG_IRC, BRIDGE_SAY, bridge_say, &m);
	}
	rig_turn(&r.st);
	ck_assert_uint_le(w->stats.says_taken, 2 * RELAY_RATE + RELAY_RATE / 10);
	ck_assert_uint_ge(w->stats.says_taken, RELAY_RATE);
	rig_ticks(&r.st, 30);
	ck_assert_uint_eq(w->stats.says_taken, 3 * RELAY_RATE);
	ck_assert_uint_eq(w->stats.says_refused, 0);
	for (size_t i = 0; i < 100; i++) { /* Discord's credit */
		snprintf(id, sizeof(id), "n-%zu", i);
		ck_assert_str_eq(relay_rig_text(&r, RELAY_RIG_DISCORD, i), id);
	}
}
END_TEST

START_TEST(what_waits_has_an_end)
{
	Mudlark__BridgeSay m = relay_rig_words("", "");
	char id[16], text[501];

	memset(text, 'x', sizeof(text) - 1);
	text[500] = '\0';
	m.id = id;
	m.text = relay_rig_bytes(text);
	for (int i = 0; i < 2 * RELAY_RATE + RELAY_WAITING_BYTES / 500; i++) {
		snprintf(id, sizeof(id), "n-%d", i);
		RIG_FEED(&r.st, RELAY_RIG_IRC, BRIDGE_SAY, bridge_say, &m);
	}
	rig_turn(&r.st);
	ck_assert_uint_gt(w->stats.says_refused, 0);
	ck_assert_str_ne(relay_rig_refusal(&r, RELAY_RIG_IRC), "");
	relay_rig_up(&r, RELAY_RIG_IRC, "irc", false); /* a fresh link: it will tell them again */
	relay_rig_forget(&r);
	rig_ticks(&r.st, 10);
	ck_assert_uint_eq(taken(), 0);
}
END_TEST

static Mudlark__BridgePost article(char *id)
{
	Mudlark__BridgePost m = MUDLARK__BRIDGE_POST__INIT;

	m.source = "rss/gazette";
	m.id = id;
	m.board = "gazette";
	m.subject = relay_rig_bytes("A {bold} headline");
	m.text = relay_rig_bytes("One line.\nAnother.");
	m.author = relay_rig_bytes("The Feed");
	m.link = "https://example.org/1";
	return m;
}

static void post(Mudlark__BridgePost *m)
{
	RIG_FEED(&r.st, RELAY_RIG_IRC + 50, BRIDGE_POST, bridge_post, m);
	rig_turn(&r.st);
}

START_TEST(a_post_is_put_up_once)
{
	Mudlark__BridgePost m = article("guid-1");
	const struct board *b = board_find(w, SPAN("gazette"));

	relay_rig_up(&r, RELAY_RIG_IRC + 50, "rss", false);
	post(&m);
	post(&m);
	ck_assert_uint_eq(board_posts(b), 1);
	ck_assert_str_eq(board_newest(b, 0)->subject, "A {bold} headline");
	ck_assert_str_eq(board_newest(b, 0)->text, "One line.\nAnother.");
	ck_assert_str_eq(board_newest(b, 0)->name, "The Feed@rss");
	ck_assert_str_eq(board_newest(b, 0)->link, "https://example.org/1");
	ck_assert_uint_eq(RELAY_RIG_TOLD(&r, RELAY_RIG_IRC + 50, TAKEN), 2);
}
END_TEST

START_TEST(hostile_posts_are_refused)
{
	static char long_text[2200];
	const struct board *b = board_find(w, SPAN("gazette"));
	Mudlark__BridgePost v[9];

	memset(long_text, 'x', sizeof(long_text) - 1);
	relay_rig_up(&r, RELAY_RIG_IRC + 50, "rss", false);
	for (size_t i = 0; i < ARRAY_LEN(v); i++)
		v[i] = article("guid-1");
	v[0].board = "nowhere";
	v[1].link = "javascript:alert(1)";
	v[2].link = "https://a b";
	v[3].link = "https://a\nb";
	v[4].text = relay_rig_bytes(long_text);
	v[5].subject = relay_rig_bytes("two\nlines");
	v[6].subject = relay_rig_bytes("");
	v[7].author = relay_rig_bytes("a\x1b[1m");
	v[8].source = "irc/libera/#mud";
	for (size_t i = 0; i < ARRAY_LEN(v); i++) {
		post(&v[i]);
		ck_assert_msg(*relay_rig_refusal(&r, RELAY_RIG_IRC + 50), "case %zu", i);
	}
	ck_assert_uint_eq(board_posts(b), 0);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("relay");
	TCase *c = tcase_create("says");
	SRunner *run;
	int failed;

	tcase_set_timeout(c, 60);
	tcase_add_checked_fixture(c, setup, teardown);
	tcase_add_test(c, a_line_is_said_under_a_name_that_no_player_has);
	tcase_add_test(c, it_is_taken_when_it_is_durable_and_not_before);
	tcase_add_test(c, the_same_id_is_said_once_over_a_restart_too);
	tcase_add_test(c, what_was_not_durable_when_the_world_died_is_said_by_the_next);
	tcase_add_test(c, a_source_remembers_its_newest_ids);
	tcase_add_test(c, of_too_many_sources_the_one_silent_for_longest_is_forgotten);
	tcase_add_test(c, nobody_can_look_like_a_player);
	tcase_add_test(c, a_name_of_two_lines_is_refused);
	tcase_add_test(c, a_place_of_a_bridge_tells_its_people_apart_and_is_no_other_bridge);
	tcase_add_test(c, a_bridge_that_sends_nothing_but_rubbish_is_dropped);
	tcase_add_test(c, a_notice_is_marked_and_said_by_nobody);
	tcase_add_test(c, hostile_fields_are_refused_one_by_one);
	tcase_add_test(c, what_is_odd_becomes_harmless);
	tcase_add_test(c, only_channels_of_players_can_be_spoken_on);
	tcase_add_test(c, who_is_muted_is_told_why);
	tcase_add_test(c, a_silenced_bridge_passes_nothing_either_way);
	tcase_add_test(c, a_silenced_stream_has_passed_what_it_was_not_told);
	tcase_add_test(c, lines_that_come_too_fast_wait_in_order);
	tcase_add_test(c, what_waits_has_an_end);
	tcase_add_test(c, a_post_is_put_up_once);
	tcase_add_test(c, hostile_posts_are_refused);
	suite_add_tcase(s, c);
	run = srunner_create(s);
	srunner_run_all(run, CK_NORMAL);
	failed = srunner_ntests_failed(run);
	srunner_free(run);
	return failed != 0;
}
