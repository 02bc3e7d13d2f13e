/*
 * test_relay_link.c - who outside is whom in the game, what people outside may ask, and what staff asks of bridges.
 */
#include "relay_rig.h"

enum { SESSION = 1, STAFF = 2 };

#define IDENTITY "irc/libera/account:ana"

static struct relay_rig r;
static struct world *w;
static struct ent ana;
static uint64_t line;

static void setup(void)
{
	relay_rig_open_world(&r);
	w = r.st.world;
	ana = rig_guest(&r.st, SESSION);
	name_set(w, ana, "Ana");
	line = 1;
	rig_forget(&r.st);
}

static void teardown(void)
{
	relay_rig_close_world(&r);
}

static void type(const char *text)
{
	relay_rig_forget(&r);
	rig_line(&r.st, SESSION, ++line, text);
}

#define HEARS(text) ck_assert(rig_heard(&r.st, SESSION, text))

/* What was said to her, from these words on; NULL: nothing of the kind. */
static const char *said(const char *words)
{
	static char text[4096];

	for (size_t i = 0; i < r.st.n_said; i++) {
		const Mudlark__GatewayIn *m = r.st.said[i].m;
		const char *at;

		if (m->body_case != MUDLARK__GATEWAY_IN__BODY_OUTPUT)
			continue;
		snprintf(text, sizeof(text), "%.*s", (int)m->output->text.len,
			 (const char *)m->output->text.data);
		at = strstr(text, words);
		if (at)
			return at;
	}
	return NULL;
}

/* She is somebody whose character is stored. */
static void settle(void)
{
	player_write(w, ana)->guest = false;
}

static const char *code(void)
{
	static char text[20];
	const char *p;

	settle();
	type("link");
	p = said("{bold}!link ");
	ck_assert_ptr_nonnull(p);
	snprintf(text, sizeof(text), "%.14s", p + strlen("{bold}!link "));
	return text;
}

static const char *ask(Mudlark__BridgeAsk__Kind kind, const char *text)
{
	relay_rig_ask(&r, RELAY_RIG_IRC, kind, IDENTITY, text);
	return relay_rig_answer(&r, RELAY_RIG_IRC);
}

static bool ask_failed(void)
{
	const size_t n = RELAY_RIG_TOLD(&r, RELAY_RIG_IRC, ANSWER);

	return relay_rig_told(&r, RELAY_RIG_IRC, MUDLARK__BRIDGE_IN__BODY_ANSWER, n - 1)
		->answer->failed;
}

#define WHO MUDLARK__BRIDGE_ASK__KIND__WHO
#define LOOK MUDLARK__BRIDGE_ASK__KIND__LOOK
#define LINK MUDLARK__BRIDGE_ASK__KIND__LINK
#define UNLINK MUDLARK__BRIDGE_ASK__KIND__UNLINK

/* What Discord was told of one line of that identity. */
static const char *shown_as(char *id)
{
	static char text[200];
	Mudlark__BridgeOpen open = relay_rig_stream("discord/1/2");
	Mudlark__BridgeSay m = relay_rig_words(id, "hello");
	const Mudlark__BridgeIn *told;
	const char *name = NULL;
	json_t *body;

	relay_rig_open(&r, RELAY_RIG_DISCORD, &open);
	relay_rig_forget(&r);
	m.identity = IDENTITY;
	relay_rig_say(&r, RELAY_RIG_IRC, &m);
	told = relay_rig_told(&r, RELAY_RIG_DISCORD, MUDLARK__BRIDGE_IN__BODY_FACT, 0);
	ck_assert_ptr_nonnull(told);
	body = json_loadb((const char *)told->fact->body.data, told->fact->body.len, 0, NULL);
	ck_assert_int_eq(json_unpack(body, "{s:s}", "name", &name), 0);
	snprintf(text, sizeof(text), "%s", name);
	json_decref(body);
	return text;
}

/* ---- links ---- */

START_TEST(a_code_shows_that_two_are_one)
{
	char typed[16];

	ck_assert_str_eq(shown_as("a-1"), "joe@irc");
	snprintf(typed, sizeof(typed), "%s", code());
	relay_rig_forget(&r);
	ck_assert_str_eq(ask(LINK, typed), "From now on you are Ana in the game.");
	ck_assert(!ask_failed());
	HEARS("From now on joe on irc speaks as you. ({bold}link off{/} ends it.)");
	ck_assert_str_eq(shown_as("a-2"), "Ana (irc)");
	ck_assert_str_eq(ask(LINK, typed),
			 "That is not a code that is good now. Type \"link\" in the game for one.");
	ck_assert(ask_failed());
	type("link list");
	HEARS("  the account ana on irc, libera  {dim}" IDENTITY "{/}");
	ck_assert_str_eq(ask(UNLINK, ""), "You are linked to nobody in the game any more.");
	ck_assert_str_eq(shown_as("a-3"), "joe@irc");
	ck_assert_str_eq(ask(UNLINK, ""), "You are not linked to anybody in the game.");
}
END_TEST

START_TEST(how_a_code_is_typed_does_not_matter)
{
	char typed[40];
	const char *given = code();

	snprintf(typed, sizeof(typed), " %.4s %.4s %s ", given, given + 5, given + 10);
	for (char *p = typed; *p; p++)
		*p = *p >= 'A' && *p <= 'Z' ? (char)(*p + 32) : *p;
	ck_assert_str_eq(ask(LINK, typed), "From now on you are Ana in the game.");
}
END_TEST

START_TEST(that_somebody_is_linked_is_said_when_it_is_durable)
{
	const char *given = code();

	r.st.prompt_store = false;
	relay_rig_ask(&r, RELAY_RIG_IRC, LINK, IDENTITY, given);
	ck_assert_uint_eq(RELAY_RIG_TOLD(&r, RELAY_RIG_IRC, ANSWER), 0);
	rig_durable(&r.st);
	ck_assert_uint_eq(RELAY_RIG_TOLD(&r, RELAY_RIG_IRC, ANSWER), 1);
}
END_TEST

START_TEST(links_outlive_the_world)
{
	ask(LINK, code());
	relay_rig_restart(&r);
	w = r.st.world;
	ck_assert_uint_eq(w->stats.load_troubles, 0);
	ck_assert_str_eq(shown_as("a-1"), "Ana (irc)");
	ck_assert_str_eq(ask(UNLINK, ""), "You are linked to nobody in the game any more.");
	relay_rig_restart(&r);
	w = r.st.world;
	ck_assert_str_eq(shown_as("a-2"), "joe@irc");
}
END_TEST

START_TEST(a_code_outlives_the_world)
{
	char typed[16];

	snprintf(typed, sizeof(typed), "%s", code());
	relay_rig_restart(&r);
	w = r.st.world;
	ck_assert_uint_eq(w->stats.load_troubles, 0);
	rig_ticks(&r.st, 10 * RELAY_CODE_S - 100); /* she is not in the world any more */
	ck_assert_str_eq(ask(LINK, typed), "From now on you are Ana in the game.");
}
END_TEST

START_TEST(a_code_is_good_for_ten_minutes)
{
	char typed[16];

	snprintf(typed, sizeof(typed), "%s", code());
	rig_ticks(&r.st, 10 * RELAY_CODE_S);
	ck_assert_ptr_nonnull(strstr(ask(LINK, typed), "That is not a code"));
}
END_TEST

START_TEST(only_the_newest_code_of_a_character_is_good)
{
	char first[16];

	snprintf(first, sizeof(first), "%s", code());
	ck_assert_str_ne(code(), first);
	ck_assert_ptr_nonnull(strstr(ask(LINK, first), "That is not a code"));
}
END_TEST

START_TEST(codes_cannot_be_guessed_by_trying)
{
	const char *given = code();
	char identity[32];

	for (int i = 0; i < 5; i++)
		ck_assert_ptr_nonnull(strstr(ask(LINK, "AAAA-AAAA"), "That is not a code"));
	ck_assert_ptr_nonnull(strstr(ask(LINK, given), "too many wrong codes"));
	/* Somebody else may still try ... */
	relay_rig_ask(&r, RELAY_RIG_IRC, LINK, "irc/libera/account:bob", "AAAA-AAAA");
	ck_assert_ptr_nonnull(strstr(relay_rig_answer(&r, RELAY_RIG_IRC), "That is not a code"));
	/* ... and a crowd of them cannot shut out others. */
	for (int i = 0; i < 600; i++) {
		snprintf(identity, sizeof(identity), "irc/libera/nick:%d", i);
		relay_rig_ask(&r, RELAY_RIG_IRC, LINK, identity, "BBBB-BBBB-BBBB");
		relay_rig_forget(&r);
	}
	relay_rig_ask(&r, RELAY_RIG_IRC, LINK, "irc/libera/account:bob", given);
	ck_assert_str_eq(relay_rig_answer(&r, RELAY_RIG_IRC),
			 "From now on you are Ana in the game.");
}
END_TEST

START_TEST(who_shut_himself_out_may_try_again_later)
{
	for (int i = 0; i < 5; i++)
		ask(LINK, "AAAA-AAAA");
	rig_ticks(&r.st, 10 * RELAY_CODE_S + 1);
	ck_assert_str_eq(ask(LINK, code()), "From now on you are Ana in the game.");
}
END_TEST

START_TEST(an_identity_of_another_bridge_is_not_linked)
{
	const char *given = code();

	relay_rig_ask(&r, RELAY_RIG_DISCORD, LINK, IDENTITY, given);
	ck_assert_ptr_nonnull(
		strstr(relay_rig_answer(&r, RELAY_RIG_DISCORD), "a name of your own"));
	relay_rig_ask(&r, RELAY_RIG_IRC, LINK, "", given);
	ck_assert_ptr_nonnull(strstr(relay_rig_answer(&r, RELAY_RIG_IRC), "a name of your own"));
}
END_TEST

START_TEST(guests_are_linked_to_nobody)
{
	type("link");
	HEARS("Guests cannot be linked to anybody");
	ck_assert_ptr_null(said("!link"));
}
END_TEST

START_TEST(a_character_ends_its_links_one_or_all)
{
	settle();
	type("link off");
	HEARS("You are not linked to anybody.");
	ask(LINK, code());
	relay_rig_ask(&r, RELAY_RIG_DISCORD, LINK, "discord/user:1", code());
	type("link off discord/user:2");
	HEARS("You are not linked to that.");
	type("link off discord/user:1");
	HEARS("That is over.");
	type("link list");
	HEARS(IDENTITY);
	ck_assert(!rig_heard(&r.st, SESSION, "discord/user"));
	type("link off");
	type("link list");
	HEARS("Nobody.");
	type("link what");
	HEARS("link [list|off [IDENTITY]]");
}
END_TEST

START_TEST(a_character_is_linked_to_so_many_at_most)
{
	char identity[40];

	for (int i = 0; i < RELAY_LINKS_OF; i++) {
		snprintf(identity, sizeof(identity), "irc/libera/account:%d", i);
		relay_rig_ask(&r, RELAY_RIG_IRC, LINK, identity, code());
	}
	type("link");
	HEARS("There is no other code for you just now.");
}
END_TEST

START_TEST(who_is_not_linked_does_not_speak_where_only_players_may)
{
	Mudlark__BridgeSay m = relay_rig_words("a-1", "hello");

	m.identity = IDENTITY;
	m.linked_only = true;
	relay_rig_say(&r, RELAY_RIG_IRC, &m);
	ck_assert_ptr_nonnull(strstr(relay_rig_refusal(&r, RELAY_RIG_IRC), "Only those who play"));
	ask(LINK, code());
	relay_rig_say(&r, RELAY_RIG_IRC, &m);
	ck_assert_str_eq(relay_rig_refusal(&r, RELAY_RIG_IRC), "");
}
END_TEST

/* ---- asks ---- */

START_TEST(who_plays_is_told_but_for_the_hidden)
{
	struct ent bob = rig_guest(&r.st, 3);

	name_set(w, bob, "Bob");
	player_write(w, ana)->title = base_dup("of the {bold}quay", 17);
	ck_assert_str_eq(ask(WHO, ""),
			 "2 people are about:\nAna of the {bold}quay [guest], Bob [guest]");
	player_write(w, bob)->hidden = true;
	ck_assert_str_eq(ask(WHO, ""), "One person is about:\nAna of the {bold}quay [guest]");
	player_write(w, ana)->hidden = true;
	ck_assert_str_eq(ask(WHO, ""), "Nobody is about.");
}
END_TEST

START_TEST(a_crowd_is_told_in_lines_and_has_an_end)
{
	const char *text, *p;
	size_t longest = 0;

	for (uint64_t i = 0; i < 60; i++) {
		struct ent e = rig_guest(&r.st, 100 + i);

		player_write(w, e)->title = base_dup("the Somewhat Long of Title", 26);
	}
	text = ask(WHO, "");
	for (p = text; p; p = strchr(p, '\n') ? strchr(p, '\n') + 1 : NULL)
		if (strcspn(p, "\n") > longest)
			longest = strcspn(p, "\n");
	ck_assert_uint_le(longest, 400);
	ck_assert_ptr_nonnull(strstr(text, "61 people are about:"));
	ck_assert_ptr_nonnull(strstr(text, "\nand 11 more"));
}
END_TEST

START_TEST(one_may_look_at_the_world_and_at_who_plays)
{
	ck_assert_ptr_nonnull(strstr(ask(LOOK, ""), "One person is about."));
	ck_assert_str_eq(ask(LOOK, "ana"), "Ana [guest]\nThere is nothing remarkable to be seen.");
	player_write(w, ana)->descr = base_dup("Tall.", 5);
	ck_assert_str_eq(ask(LOOK, "Ana"), "Ana [guest]\nTall.");
	player_write(w, ana)->hidden = true;
	ck_assert_str_eq(ask(LOOK, "ana"), "Nobody of that name is about.");
	ck_assert(ask_failed());
	ck_assert_str_eq(ask(LOOK, "a\nb"), "That cannot be asked.");
	ck_assert_str_eq(ask((Mudlark__BridgeAsk__Kind)77, ""), "That cannot be asked.");
}
END_TEST

/* ---- staff ---- */

static void text(uint64_t bridge, uint64_t order, const char *words, bool last)
{
	Mudlark__BridgeText m = MUDLARK__BRIDGE_TEXT__INIT;

	m.order = order;
	m.text = relay_rig_bytes(words);
	m.last = last;
	RIG_FEED(&r.st, bridge, BRIDGE_TEXT, bridge_text, &m);
	rig_turn(&r.st);
}

static const Mudlark__BridgeOrder *order(uint64_t bridge)
{
	const size_t n = RELAY_RIG_TOLD(&r, bridge, ORDER);

	ck_assert_uint_gt(n, 0);
	return relay_rig_told(&r, bridge, MUDLARK__BRIDGE_IN__BODY_ORDER, n - 1)->order;
}

START_TEST(staff_is_told_how_bridges_are_by_the_world_and_by_themselves)
{
	Mudlark__BridgeOpen open = relay_rig_stream("irc/libera/#mud");

	type("@bridge");
	HEARS("You do not know how to");
	player_write(w, ana)->role = ROLE_ADMIN;
	open.more = 1;
	relay_rig_open(&r, RELAY_RIG_IRC, &open);
	relay_rig_chat(&r, "chat", "one");
	relay_rig_chat(&r, "chat", "two");
	relay_rig_chat(&r, "chat", "three");
	rig_turn(&r.st);
	type("@bridge");
	text(RELAY_RIG_IRC, order(RELAY_RIG_IRC)->order, "libera: connected {bold}\x1b[1m", true);
	text(RELAY_RIG_DISCORD, order(RELAY_RIG_DISCORD)->order, "all is well", false);
	ck_assert_uint_ne(session_get(w, SESSION)->running, 0);
	text(RELAY_RIG_DISCORD, order(RELAY_RIG_DISCORD)->order, "", true);
	ck_assert_uint_eq(session_get(w, SESSION)->running, 0);
	ck_assert_str_eq(order(RELAY_RIG_IRC)->words, "status");
	HEARS("{title}irc{/} is connected. It is told what happens for 1 place:\n"
	      "  irc/libera/#mud: 2 lines behind, and takes no more just now.");
	HEARS("{title}discord{/} is connected. It has asked for nothing that happens.");
	HEARS("libera: connected {{bold}[1m");
	HEARS("all is well");
	type("@bridge status nobody");
	HEARS("There is no bridge \"nobody\" just now.");
}
END_TEST

START_TEST(a_bridge_is_told_to_begin_anew)
{
	player_write(w, ana)->role = ROLE_ADMIN;
	type("@bridge restart irc");
	ck_assert_str_eq(order(RELAY_RIG_IRC)->words, "restart");
	ck_assert_uint_eq(RELAY_RIG_TOLD(&r, RELAY_RIG_DISCORD, ORDER), 0);
	relay_rig_down(&r, RELAY_RIG_IRC, true);
	rig_ticks(&r.st, 1);
	HEARS("The bridge is gone.");
	type("@bridge restart");
	HEARS("@bridge status [NAME] | restart NAME");
}
END_TEST

START_TEST(staff_silences_bridges_and_channels)
{
	player_write(w, ana)->role = ROLE_ADMIN;
	type("@bridge mute irc chat");
	HEARS("Nothing passes any more: irc chat");
	ck_assert(relay_is_muted(w, SPAN("irc"), SPAN("chat")));
	ck_assert(!relay_is_muted(w, SPAN("irc"), SPAN("quiz")));
	ck_assert(!relay_is_muted(w, SPAN("irc"), SPAN("")));
	type("@bridge mute irc nowhere");
	HEARS("There is no channel \"nowhere\".");
	type("@bridge mute Ana@irc");
	HEARS("@bridge status [NAME] | restart NAME");
	type("@bridge mute irc");
	type("@bridge mute irc");
	HEARS("That is muted already.");
	type("@bridge status irc");
	HEARS("Muted: {bold}irc chat, irc{/}.");
	text(RELAY_RIG_IRC, order(RELAY_RIG_IRC)->order, "", true);
	type("@bridge unmute irc");
	HEARS("May pass again: irc.");
	HEARS("Muted: {bold}irc chat{/}.");
	ck_assert(!relay_is_muted(w, SPAN("irc"), SPAN("")));
	ck_assert(relay_is_muted(w, SPAN("irc"), SPAN("chat")));
}
END_TEST

START_TEST(what_is_mistyped_is_not_silenced)
{
	player_write(w, ana)->role = ROLE_ADMIN;
	type("@bridge mute nosuch");
	HEARS("There is no bridge \"nosuch\". Usual ones are irc, discord and rss.");
	ck_assert(!relay_is_muted(w, SPAN("nosuch"), SPAN("")));
	type("@bridge unmute irc");
	HEARS("Nothing of irc is muted.");
	type("@bridge mute rss");
	HEARS("Nothing passes any more: rss.");
	type("@bridge mute irc CHAT");
	HEARS("Nothing passes any more: irc chat.");
	rig_forget(&r.st);
	type("@bridge unmute irc");
	HEARS("That is not muted by itself. Muted: {bold}irc chat{/}.");
	type("@bridge unmute irc nowhere");
	HEARS("There is no channel \"nowhere\".");
	rig_forget(&r.st);
	type("@bridge status nobody");
	HEARS("Muted: {bold}rss{/}.");
	type("@bridge unmute irc chat");
	ck_assert(!relay_is_muted(w, SPAN("irc"), SPAN("chat")));
}
END_TEST

START_TEST(what_a_stream_asks_for_that_there_is_not_is_told_to_staff)
{
	static char *channels[] = { "chat", "help", "office" }, *boards[] = { "gazete" };
	Mudlark__BridgeOpen open = relay_rig_stream("irc/libera/#mud");

	player_write(w, ana)->role = ROLE_ADMIN;
	open.channels = channels;
	open.n_channels = ARRAY_LEN(channels);
	open.boards = boards;
	open.n_boards = ARRAY_LEN(boards);
	relay_rig_open(&r, RELAY_RIG_IRC, &open);
	HEARS("irc: the game has no channel for outside \"help\", \"office\"; there are chat, "
	      "quiz; "
	      "the game has no board \"gazete\"; there are gazette.");
	rig_forget(&r.st);
	open.n_channels = 1;
	open.n_boards = 0;
	relay_rig_open(&r, RELAY_RIG_IRC, &open);
	ck_assert(!rig_heard(&r.st, SESSION, "the game has no"));
	open.n_boards = 1;
	relay_rig_open(&r, RELAY_RIG_IRC, &open);
	rig_forget(&r.st);
	type("@bridge");
	HEARS("\n    the game has no board \"gazete\"; there are gazette.");
	text(RELAY_RIG_IRC, order(RELAY_RIG_IRC)->order, "", true);
	text(RELAY_RIG_DISCORD, order(RELAY_RIG_DISCORD)->order, "", true);
}
END_TEST

START_TEST(a_link_without_an_account_is_said_to_hang_on_an_address)
{
	relay_rig_ask(&r, RELAY_RIG_IRC, LINK, "irc/irc/joe!~j@127.0.0.1", code());
	ck_assert_str_eq(relay_rig_answer(&r, RELAY_RIG_IRC),
			 "From now on you are Ana in the game, as long as your address stays the "
			 "same.");
	HEARS("That holds as long as the address there stays the same.");
	type("link list");
	HEARS("  joe!~j@127.0.0.1 on irc, irc, as long as that address stays the same");
	relay_rig_ask(&r, RELAY_RIG_DISCORD, LINK, "discord/123", code());
	type("link list");
	HEARS("  user 123 on discord  {dim}discord/123{/}");
}
END_TEST

START_TEST(how_to_link_is_said_for_bridges_that_are_there)
{
	settle();
	type("link");
	HEARS("On IRC, in a private message");
	HEARS("On Discord: {bold}/link ");
	relay_rig_down(&r, RELAY_RIG_DISCORD, true);
	rig_forget(&r.st);
	type("link");
	HEARS("On IRC, in a private message");
	ck_assert(!rig_heard(&r.st, SESSION, "On Discord"));
	relay_rig_down(&r, RELAY_RIG_IRC, false);
	rig_forget(&r.st);
	type("link");
	HEARS("Neither IRC nor Discord is connected to the game just now.");
	ck_assert(!rig_heard(&r.st, SESSION, "Your code is"));
}
END_TEST

START_TEST(what_a_bridge_tells_is_for_staff)
{
	Mudlark__BridgeNotice m = MUDLARK__BRIDGE_NOTICE__INIT;

	rig_guest(&r.st, STAFF);
	player_write(w, session_get(w, STAFF)->actor)->role = ROLE_ADMIN;
	m.text = relay_rig_bytes("libera: the password is {bold}wrong");
	RIG_FEED(&r.st, RELAY_RIG_IRC, BRIDGE_NOTICE, bridge_notice, &m);
	rig_turn(&r.st);
	ck_assert(rig_heard(&r.st, STAFF, "irc: libera: the password is {{bold}wrong"));
	ck_assert(!rig_heard(&r.st, SESSION, "libera"));
	rig_forget(&r.st);
	for (int i = 0; i < 40; i++)
		RIG_FEED(&r.st, RELAY_RIG_IRC, BRIDGE_NOTICE, bridge_notice, &m);
	rig_turn(&r.st);
	ck_assert_uint_lt(r.st.n_said, 25); /* not a flood of them */
	rig_ticks(&r.st, 10 * RELAY_PASSED_S);
	rig_forget(&r.st);
	RIG_FEED(&r.st, RELAY_RIG_IRC, BRIDGE_NOTICE, bridge_notice, &m);
	rig_turn(&r.st);
	ck_assert(rig_heard(&r.st, STAFF, "irc: libera"));
}
END_TEST

START_TEST(what_is_state_is_in_the_hash)
{
	uint64_t before = relay_digest(w);
	char id[] = "a-1";

	ck_assert(relay_mute(w, SPAN("irc"), SPAN(""), true));
	ck_assert_uint_ne(relay_digest(w), before);
	before = relay_digest(w);
	code();
	ck_assert_uint_ne(relay_digest(w), before);
	ck_assert(relay_mute(w, SPAN("irc"), SPAN(""), false));
	before = relay_digest(w);
	shown_as(id);
	ck_assert_uint_ne(relay_digest(w), before);
	before = relay_digest(w);
	relay_rig_restart(&r);
	ck_assert_uint_eq(relay_digest(r.st.world), before);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("relay");
	TCase *c = tcase_create("links");
	SRunner *run;
	int failed;

	tcase_set_timeout(c, 60);
	tcase_add_checked_fixture(c, setup, teardown);
	tcase_add_test(c, a_code_shows_that_two_are_one);
	tcase_add_test(c, how_a_code_is_typed_does_not_matter);
	tcase_add_test(c, that_somebody_is_linked_is_said_when_it_is_durable);
	tcase_add_test(c, links_outlive_the_world);
	tcase_add_test(c, a_code_outlives_the_world);
	tcase_add_test(c, a_code_is_good_for_ten_minutes);
	tcase_add_test(c, only_the_newest_code_of_a_character_is_good);
	tcase_add_test(c, codes_cannot_be_guessed_by_trying);
	tcase_add_test(c, who_shut_himself_out_may_try_again_later);
	tcase_add_test(c, an_identity_of_another_bridge_is_not_linked);
	tcase_add_test(c, guests_are_linked_to_nobody);
	tcase_add_test(c, a_character_ends_its_links_one_or_all);
	tcase_add_test(c, a_character_is_linked_to_so_many_at_most);
	tcase_add_test(c, who_is_not_linked_does_not_speak_where_only_players_may);
	tcase_add_test(c, who_plays_is_told_but_for_the_hidden);
	tcase_add_test(c, a_crowd_is_told_in_lines_and_has_an_end);
	tcase_add_test(c, one_may_look_at_the_world_and_at_who_plays);
	tcase_add_test(c, staff_is_told_how_bridges_are_by_the_world_and_by_themselves);
	tcase_add_test(c, a_bridge_is_told_to_begin_anew);
	tcase_add_test(c, staff_silences_bridges_and_channels);
	tcase_add_test(c, what_is_mistyped_is_not_silenced);
	tcase_add_test(c, what_a_stream_asks_for_that_there_is_not_is_told_to_staff);
	tcase_add_test(c, a_link_without_an_account_is_said_to_hang_on_an_address);
	tcase_add_test(c, how_to_link_is_said_for_bridges_that_are_there);
	tcase_add_test(c, what_a_bridge_tells_is_for_staff);
	tcase_add_test(c, what_is_state_is_in_the_hash);
	suite_add_tcase(s, c);
	run = srunner_create(s);
	srunner_run_all(run, CK_NORMAL);
	failed = srunner_ntests_failed(run);
	srunner_free(run);
	return failed != 0;
}
