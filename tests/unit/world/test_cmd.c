/*
 * test_cmd.c - what the commands say, to the one who types and to those who see it.
 */
#include "stage.h"
#include "world/core/item.h"

static struct stage st;
static size_t ana, ben, cleo;

static void setup(void)
{
	stage_open(&st, "world/packs/foreshore");
	ana = stage_enter(&st, "Ana");
	ben = stage_enter(&st, "Ben");
	cleo = stage_enter(&st, "Cleo");
}

static void teardown(void)
{
	stage_close(&st);
}

static void all_to(const char *room)
{
	for (size_t i = 0; i < st.n; i++)
		stage_put(&st, stage_ent(&st, i), room);
}

START_TEST(look_shows_title_description_things_people_and_exits)
{
	stage_put(&st, stage_ent(&st, ben), "quay");
	stage_type(&st, ana, "look");
	ck_assert_str_eq(
		stage_heard(&st, ana),
		"The Watermen's Stairs\n"
		"Forty stone steps drop from the quay to the river, each worn into a shallow "
		"dish by boots and tides. Weed begins at the twentieth, black and slick as "
		"hair. An iron rail runs down one side as far as the sea let it.\n"
		"A boat-hook leans against the rail.\n"
		"Jem Pottle, waterman, sits on the thirtieth step and mends an oar.\n"
		"Cleo is here.\n"
		"Exits: up, down\n");
	STAGE_HEARS_NOTHING(&st, cleo);
}
END_TEST

START_TEST(look_finds_details_things_people_and_ways)
{
	stage_type(&st, ana, "look rail");
	ck_assert_ptr_nonnull(strstr(stage_heard(&st, ana), "The rail is scabbed with rust"));
	stage_type(&st, ana, "look at the jem");
	ck_assert_ptr_nonnull(strstr(stage_heard(&st, ana), "built like a mooring post"));
	STAGE_SAYS(&st, ana, "l up", "The way up leads to Tallow Quay.");
	STAGE_SAYS(&st, ana, "l north", "No way leads north.");
	STAGE_SAYS(&st, ana, "l unicorn", "You see no unicorn here.");
	STAGE_SAYS(&st, ana, "look me", "You see nothing special about yourself.");
	STAGE_SAYS(&st, ana, "look ben", "You see nothing special about Ben.");
	stage_put(&st, stage_ent(&st, ana), "edge");
	STAGE_SAYS(&st, ana, "look in bottle", "In the sealed bottle: a folded letter.");
	STAGE_SAYS(&st, ana, "look in heron", "You cannot look into that.");
}
END_TEST

START_TEST(a_detail_named_exactly_beats_a_thing_half_named)
{
	stage_put(&st, stage_ent(&st, ana), "loft");
	stage_type(&st, ana, "look bell");
	ck_assert_ptr_nonnull(strstr(stage_heard(&st, ana), "MARIGOLD'S 7TH RIB"));
}
END_TEST

START_TEST(the_secret_can_be_found_by_looking)
{
	stage_put(&st, stage_ent(&st, ana), "hulk");
	stage_type(&st, ana, "look");
	ck_assert_ptr_null(strstr(stage_heard(&st, ana), "tin box"));
	stage_type(&st, ana, "look seventh rib");
	ck_assert_ptr_nonnull(strstr(stage_heard(&st, ana), "tin box"));
	STAGE_SAYS(&st, ana, "look in box",
		   "In the tin box: a gold guinea and a wax-stained seal.");
	STAGE_SAYS(&st, ana, "get tin box", "You cannot move the tin box.");
	STAGE_SAYS(&st, ana, "get all from tin",
		   "You take a gold guinea and a wax-stained seal out of the tin box.");
}
END_TEST

START_TEST(a_step_is_seen_from_both_rooms)
{
	stage_put(&st, stage_ent(&st, ben), "quay");
	stage_type(&st, ana, "up");
	ck_assert_ptr_nonnull(strstr(stage_heard(&st, ana), "Tallow Quay\n"));
	STAGE_HEARS(&st, ben, "Ana arrives from below.");
	STAGE_HEARS(&st, cleo, "Ana leaves up.");
	STAGE_SAYS(&st, ana, "northwest", "You cannot go northwest.");
	STAGE_HEARS_NOTHING(&st, ben);
	stage_type(&st, ana, "go n");
	ck_assert_ptr_nonnull(strstr(stage_heard(&st, ana), "Eel Lane\n"));
	STAGE_HEARS(&st, ben, "Ana leaves north.");
	STAGE_SAYS(&st, ana, "exits",
		   "Ways out:\n"
		   "  east       The Sounding Lead\n"
		   "  south      Tallow Quay\n"
		   "  west       The Rope Walk\n"
		   "  up         A Mudlark's Attic");
}
END_TEST

START_TEST(things_change_hands_and_everybody_sees_it)
{
	all_to("tavern");
	STAGE_SAYS(&st, ana, "get the brass lantern", "You pick up a brass lantern.");
	STAGE_HEARS(&st, ben, "Ana picks up a brass lantern.");
	STAGE_SAYS(&st, ana, "i", "You carry:\n  a brass lantern");
	STAGE_HEARS(&st, cleo, "Ana picks up a brass lantern.");
	STAGE_SAYS(&st, ana, "give lantern to ben", "You give Ben a brass lantern.");
	STAGE_HEARS(&st, ben, "Ana gives you a brass lantern.");
	STAGE_HEARS(&st, cleo, "Ana gives Ben a brass lantern.");
	STAGE_SAYS(&st, ben, "give cleo lantern", "You give Cleo a brass lantern.");
	STAGE_HEARS(&st, cleo, "Ben gives you a brass lantern.");
	STAGE_SAYS(&st, cleo, "drop lan", "You drop a brass lantern.");
	STAGE_SAYS(&st, cleo, "drop lan", "You carry no lan.");
	STAGE_SAYS(&st, cleo, "get lantern", "You pick up a brass lantern.");
	stage_put(&st, stage_ent(&st, cleo), "lane");
	stage_type(&st, cleo, "drop lantern");
	stage_forget(&st);
	stage_type(&st, cleo, "look");
	ck_assert_ptr_nonnull(strstr(stage_heard(&st, cleo), "\nA brass lantern lies here.\n"));
}
END_TEST

START_TEST(many_things_are_one_sentence)
{
	stage_put(&st, stage_ent(&st, ana), "strand");
	STAGE_SAYS(&st, ana, "get all.coin", "You pick up three copper pennies.");
	STAGE_SAYS(&st, ana, "get all", "You pick up two clay pipes and a roof tile.");
	STAGE_SAYS(&st, ana, "get all", "There is nothing here to pick up.");
	STAGE_SAYS(&st, ana, "drop 2 pennies", "You drop two copper pennies.");
	stage_type(&st, ana, "look");
	ck_assert_ptr_nonnull(strstr(stage_heard(&st, ana), "Two copper pennies lie here.\n"));
	STAGE_SAYS(&st, ana, "get 2.penny", "You pick up a copper penny.");
	STAGE_SAYS(&st, ana, "get 2.penny", "You see no penny here.");
	STAGE_SAYS(&st, ana, "inventory",
		   "You carry:\n  two copper pennies\n  two clay pipes\n  a roof tile");
	STAGE_SAYS(&st, ana, "drop all",
		   "You drop two copper pennies, two clay pipes and a roof tile.");
	STAGE_SAYS(&st, ana, "drop all", "You carry nothing.");
}
END_TEST

START_TEST(containers_keep_to_their_limits)
{
	all_to("market");
	STAGE_SAYS(&st, ana, "get basket", "You pick up a wicker basket.");
	stage_forget(&st);
	STAGE_SAYS(&st, ana, "put basket in basket",
		   "You cannot put the wicker basket into itself.");
	STAGE_SAYS(&st, ana, "get 2 oysters from basket",
		   "You take two oysters out of the wicker basket.");
	STAGE_HEARS(&st, ben, "Ana takes two oysters out of the wicker basket.");
	STAGE_SAYS(&st, ana, "put oyster in basket", "You put an oyster into the wicker basket.");
	STAGE_HEARS(&st, ben, "Ana puts an oyster into the wicker basket.");
	STAGE_SAYS(&st, ana, "put basket in oyster", "You cannot put anything into the oyster.");
	STAGE_SAYS(&st, ana, "get guinea from basket", "You find no guinea in there.");
	STAGE_SAYS(&st, ana, "get it from nowhere", "You see no nowhere here.");
	STAGE_SAYS(&st, ana, "get oyster from ben", "You cannot take things from people.");
	stage_put(&st, stage_ent(&st, ana), "edge");
	STAGE_SAYS(&st, ana, "get bottle", "You pick up a sealed bottle.");
	STAGE_SAYS(&st, ana, "put oyster in bottle", "There is no room left in the sealed bottle.");
	STAGE_SAYS(&st, ana, "put bottle in basket",
		   "You put a sealed bottle into the wicker basket.");
	STAGE_SAYS(&st, ana, "look in basket",
		   "In the wicker basket: three oysters and a sealed bottle.");
}
END_TEST

START_TEST(what_cannot_be_carried_is_said)
{
	all_to("ropewalk");
	STAGE_SAYS(&st, ana, "get rail", "You see no rail here.");
	STAGE_SAYS(&st, ana, "get dust", "The dust is part of the place.");
	STAGE_SAYS(&st, ana, "get amos", "Amos Twill would not like that.");
	stage_put(&st, stage_ent(&st, ana), "attic");
	STAGE_SAYS(&st, ana, "get chest", "You cannot move the sea-chest.");
	STAGE_SAYS(&st, ana, "get all", "You pick up a latten spoon.");
}
END_TEST

START_TEST(hands_and_backs_have_limits)
{
	const struct pack_item *tile = pack_item(st.pack, SPAN("tile"));
	const struct pack_item *bead = pack_item(st.pack, SPAN("bead"));
	struct ent room = place_owner(st.world, stage_ent(&st, ana));
	const char *heard;

	for (int i = 0; i < 120; i++)
		ck_assert_int_eq(place_move(st.world, item_new(st.world, st.pack, bead), room), 0);
	STAGE_SAYS(&st, ana, "get all.bead",
		   "You pick up 100 blue glass beads.\nYou cannot carry any more things.");
	stage_forget(&st);
	STAGE_SAYS(&st, ana, "give bead to cleo", "You give Cleo a blue glass bead.");
	for (int i = 0; i < 60; i++)
		ck_assert_int_eq(place_move(st.world, item_new(st.world, st.pack, tile), room), 0);
	stage_type(&st, ben, "get all.tile");
	heard = stage_heard(&st, ben);
	ck_assert_msg(strstr(heard, "You pick up 42 roof tiles.\n"
				    "With all you carry, the roof tile is too heavy."),
		      "%s", heard);
}
END_TEST

START_TEST(speech_is_heard_as_it_was_typed)
{
	STAGE_SAYS(&st, ana, "say  Hello, {red}world{/} \"x\"",
		   "You say, \"Hello, {red}world{/} \"x\"\"");
	STAGE_HEARS(&st, ben, "Ana says, \"Hello, {red}world{/} \"x\"\"");
	STAGE_SAYS(&st, ana, "'hi", "You say, \"hi\"");
	STAGE_HEARS(&st, ben, "Ana says, \"hi\"");
	STAGE_SAYS(&st, ana, "\"hi", "You say, \"hi\"");
	STAGE_SAYS(&st, ana, "say", "Say what?");
	stage_forget(&st);
	STAGE_SAYS(&st, ana, ":waves {", "Ana waves {");
	STAGE_HEARS(&st, ben, "Ana waves {");
	STAGE_SAYS(&st, ana, "emote", "What do you want to be seen doing?");
}
END_TEST

START_TEST(thoughts_are_one_s_own)
{
	uint64_t batches = st.batches;

	STAGE_SAYS(&st, ana, "think  a {b} $n 100%", "a {b} $n 100%");
	STAGE_HEARS_NOTHING(&st, ben);
	ck_assert_uint_eq(st.batches, batches);
}
END_TEST

START_TEST(tells_cross_rooms_and_can_be_answered)
{
	stage_put(&st, stage_ent(&st, ben), "attic");
	STAGE_SAYS(&st, ben, "reply hi", "Nobody has told you anything yet.");
	STAGE_SAYS(&st, ana, "tell be hello there", "You tell Ben, \"hello there\"");
	STAGE_HEARS(&st, ben, "Ana tells you, \"hello there\"");
	STAGE_HEARS_NOTHING(&st, cleo);
	STAGE_SAYS(&st, ben, "r hello yourself", "You tell Ana, \"hello yourself\"");
	STAGE_HEARS(&st, ana, "Ben tells you, \"hello yourself\"");
	STAGE_SAYS(&st, ana, "tell c hi", "You tell Cleo, \"hi\"");
	STAGE_SAYS(&st, ana, "tell zed hi", "There is no zed about. Try: who");
	STAGE_SAYS(&st, ana, "tell ana hi", "You tell yourself, as if you did not know.");
	STAGE_SAYS(&st, ana, "tell ben", "Usage: tell PLAYER TEXT");
}
END_TEST

START_TEST(people_of_the_world_take_nothing_yet)
{
	STAGE_SAYS(&st, ana, "get hook", "You pick up a boat-hook.");
	stage_forget(&st);
	stage_declined(&st, ana, "give hook to jem", "Jem Pottle ");
	STAGE_HEARS_NOTHING(&st, ben);
	STAGE_SAYS(&st, ana, "i", "You carry:\n  a boat-hook");
}
END_TEST

START_TEST(who_quits_says_good_bye_and_a_guest_leaves_what_it_had)
{
	stage_type(&st, ana, "get hook");
	stage_forget(&st);
	STAGE_SAYS(&st, ana, "quit", "The tide will wait. Good-bye.");
	STAGE_HEARS(&st, ben, "Ana leaves the world.");
	stage_type(&st, ben, "look");
	ck_assert_ptr_nonnull(strstr(stage_heard(&st, ben), "A boat-hook leans"));
}
END_TEST

START_TEST(a_password_is_asked_for_three_times_and_passed_on)
{
	struct player *p = player_write(st.world, stage_ent(&st, ana));

	/* The account's own name counts, not the character's. */
	p->account = 5;
	p->account_name = base_dup("Anabel", 6);
	stage_type(&st, ana, "password");
	stage_type(&st, ana, "#old");
	stage_type(&st, ana, "#new");
	ck_assert_str_eq(stage_heard(&st, ana), "");
	stage_type(&st, ana, "#other");
	STAGE_HEARS(&st, ana, "The two are not the same. Nothing has changed.");
	ck_assert_uint_eq(st.call_id, 0);
	stage_type(&st, ana, "password");
	stage_type(&st, ana, "#old");
	stage_type(&st, ana, "#new");
	stage_type(&st, ana, "#new");
	ck_assert_uint_ne(st.call_id, 0);
	ck_assert_str_eq(st.call, "Anabel #old #new");
	STAGE_HEARS_NOTHING(&st, ana);
	stage_answer(&st, MUDLARK__STATUS__STATUS_DENIED);
	STAGE_HEARS(&st, ana, "That was not your password. Nothing has changed.");
	STAGE_SAYS(&st, ben, "password", "You have no account, and so no password.");
}
END_TEST

START_TEST(a_crowd_is_counted)
{
	struct ent room = place_owner(st.world, stage_ent(&st, ana));

	for (int i = 0; i < 50; i++) {
		struct ent e = ent_new(st.world, KIND_PLAYER);
		char name[16];

		snprintf(name, sizeof(name), "Crowd%c%c", 'a' + i / 26, 'a' + i % 26);
		name_set(st.world, e, name);
		ck_assert_int_eq(place_move(st.world, e, room), 0);
	}
	stage_type(&st, ana, "look");
	ck_assert_ptr_nonnull(strstr(stage_heard(&st, ana), "\nAnd 13 others are here.\nExits:"));
}
END_TEST

START_TEST(words_are_found_whole_before_begun)
{
	const struct cmd *cmd;
	static const char *const pairs[][2] = {
		{ "n", "north" },     { "ne", "northeast" }, { "no", "north" },
		{ "s", "south" },     { "l", "look" },	     { "loo", "look" },
		{ "i", "inventory" }, { "in", "inventory" }, { "g", "get" },
		{ "take", "get" },    { "X", "examine" },    { "ex", "exits" },
		{ "d", "down" },      { "dr", "drop" },	     { "'", "say" },
		{ "w", "west" },      { "wh", "who" },	     { "t", "tell" },
		{ "th", "think" },    { "p", "put" },	     { "quit", "quit" },
		{ "u", "up" },	      { "h", "help" },	     { "com", "commands" },
	};

	for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
		struct span word = { pairs[i][0], strlen(pairs[i][0]) };

		cmd = cmd_find(st.world, stage_ent(&st, ana), word);
		ck_assert_msg(cmd && !strcmp(cmd->name, pairs[i][1]), "%s", pairs[i][0]);
	}
	ck_assert_ptr_null(cmd_find(st.world, stage_ent(&st, ana), SPAN("qui")));
	ck_assert_ptr_null(cmd_find(st.world, stage_ent(&st, ana), SPAN("@count")));
	player_write(st.world, stage_ent(&st, ana))->role = ROLE_IMPLEMENTOR;
	ck_assert_ptr_nonnull(cmd_find(st.world, stage_ent(&st, ana), SPAN("@count")));
	ck_assert_ptr_null(cmd_find(st.world, stage_ent(&st, ana), SPAN("@crash")));
	st.world->conf.test_verbs = true;
	ck_assert_ptr_nonnull(cmd_find(st.world, stage_ent(&st, ana), SPAN("@crash")));
}
END_TEST

START_TEST(an_unknown_word_is_answered_with_a_guess)
{
	STAGE_SAYS(&st, ana, "xyzzy", "You do not know how to \"xyzzy\". (Try: help)");
	STAGE_SAYS(&st, ana, "loko around", "You do not know how to \"loko\". Did you mean look?");
	STAGE_SAYS(&st, ana, "{bold}", "You do not know how to \"{bold}\". (Try: help)");
	STAGE_SAYS(&st, ana, "get", "Usage: get THING [from CONTAINER]");
	STAGE_SAYS(&st, ana, "get 0.coin", "Usage: get THING [from CONTAINER]");
	STAGE_SAYS(&st, ana, "put coin", "Usage: put THING in CONTAINER");
	STAGE_SAYS(&st, ana, "give coin", "Usage: give THING to SOMEBODY");
}
END_TEST

START_TEST(every_command_has_its_help_and_no_two_share_a_name)
{
	const struct cmd *cmd, *other;

	for (size_t i = 0; (cmd = cmd_at(i)); i++) {
		ck_assert_ptr_nonnull(cmd->help);
		ck_assert_ptr_nonnull(cmd->usage);
		ck_assert(cmd->run != NULL);
		ck_assert_ptr_nonnull(cmd_category_name(cmd->category));
		for (size_t j = 0; j < i && (other = cmd_at(j)); j++)
			ck_assert_str_ne(cmd->name, other->name);
	}
	stage_type(&st, ana, "help get");
	ck_assert_ptr_nonnull(strstr(stage_heard(&st, ana), "Usage: get THING"));
	stage_type(&st, ana, "help");
	ck_assert_ptr_nonnull(strstr(stage_heard(&st, ana), "moving"));
	stage_type(&st, ana, "commands");
	ck_assert_ptr_nonnull(strstr(stage_heard(&st, ana),
				     "and help with any of it tells more:\nLooking   look ex"));
	stage_type(&st, ana, "help naming");
	ck_assert_ptr_nonnull(strstr(stage_heard(&st, ana), "Any word of a name will do"));
	STAGE_SAYS(&st, ana, "help zebra", "There is no help on \"zebra\". Try: help");
	stage_type(&st, ana, "commands");
	ck_assert_ptr_null(strstr(stage_heard(&st, ana), "@"));
}
END_TEST

/* Over all things and people; which line a session has reached is not their state. */
static uint64_t hash_world(void)
{
	uint64_t parts[HASH_PARTS], sum = 0;

	world_hash(st.world, parts);
	for (size_t i = 0; i < HASH_PARTS; i++)
		if (strcmp(world_hash_names[i], "sessions") != 0 &&
		    strcmp(world_hash_names[i], "facts") != 0)
			sum = sum * 31 + parts[i];
	return sum;
}

/* With nothing behind it, and with things that are there and are not. */
START_TEST(pure_commands_leave_no_trace)
{
	static const char *const args[] = { "",		  " me",      " rail", " jem",
					    " boat-hook", " unicorn", " up" };
	const struct cmd *cmd;
	char line[64];

	player_write(st.world, stage_ent(&st, ana))->role = ROLE_IMPLEMENTOR;
	for (size_t i = 0; (cmd = cmd_at(i)); i++) {
		for (size_t j = 0; cmd->effect == CMD_PURE && j < ARRAY_LEN(args); j++) {
			uint64_t hash, batches;

			stage_tick(&st);
			hash = hash_world();
			batches = st.batches;
			snprintf(line, sizeof(line), "%s%s", cmd->name, args[j]);
			stage_type(&st, ana, line);
			ck_assert_str_ne(stage_heard(&st, ana), "");
			STAGE_HEARS_NOTHING(&st, ben);
			ck_assert_msg(st.batches == batches, "%s committed", line);
			ck_assert_msg(hash_world() == hash, "%s changed", line);
		}
	}
}
END_TEST

#define FOUR(x) x x x x
#define SIGNS                                                                                      \
	FOUR(FOUR("\xd8\x80"                                                                       \
		  "\xd8\x81")) /* U+0600, U+0601 */
#define PILE FOUR("z\xcc\xb4\xcc\xb4\xcc\xb4\xcc\xb4")

START_TEST(a_title_follows_the_name_and_is_no_markup)
{
	STAGE_SAYS(&st, ana, "title {red} the Brave", "You are now: Ana {red} the Brave");
	stage_type(&st, ben, "who");
	ck_assert_ptr_nonnull(strstr(stage_heard(&st, ben), "  Ana {red} the Brave [guest]\n"));
	STAGE_SAYS(&st, ana, "title 12345678901234567890123456789012345678901",
		   "A title has at most 40 letters.");
	/* 40 signs without width, and letters under piles of marks: few columns, many bytes. */
	STAGE_SAYS(&st, ana, "title " SIGNS SIGNS, "A title has at most 40 letters.");
	STAGE_SAYS(&st, ana, "title " PILE PILE PILE PILE PILE, "A title has at most 40 letters.");
	STAGE_SAYS(&st, ana, "title none", "You have no title any more.");
	STAGE_SAYS(&st, ana, "score", "You are Ana, a guest.\nYou carry nothing.");
}
END_TEST

START_TEST(score_knows_what_weighs_nothing_and_who_is_nothing_special)
{
	player_write(st.world, stage_ent(&st, ana))->guest = false;
	STAGE_SAYS(&st, ana, "title the Bold", "You are now: Ana the Bold");
	STAGE_SAYS(&st, ana, "score", "You are Ana the Bold.\nYou carry nothing.");
	stage_put(&st, stage_ent(&st, ana), "strand");
	stage_type(&st, ana, "get penny");
	stage_forget(&st);
	STAGE_SAYS(&st, ana, "score",
		   "You are Ana the Bold.\nYou carry 1 thing that weighs next to nothing.");
}
END_TEST

START_TEST(what_is_written_can_be_read)
{
	stage_put(&st, stage_ent(&st, ana), "quay");
	stage_type(&st, ana, "read notice");
	ck_assert_ptr_nonnull(strstr(stage_heard(&st, ana), "The River comes in FASTER"));
	stage_put(&st, stage_ent(&st, ana), "tavern");
	STAGE_SAYS(&st, ana, "read lantern", "Nothing is written on the brass lantern.");
	STAGE_SAYS(&st, ana, "read", "Usage: read THING");
	STAGE_SAYS(
		&st, ana, "examine lantern",
		"Horn panes, scraped thin, which is why one used to say lanthorn. The flame inside "
		"is the size of an almond and does not flicker.\n"
		"It gives light.\nIt weighs about 1 kg.");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("cmd");
	TCase *tc = tcase_create("cmd");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, look_shows_title_description_things_people_and_exits);
	tcase_add_test(tc, look_finds_details_things_people_and_ways);
	tcase_add_test(tc, a_detail_named_exactly_beats_a_thing_half_named);
	tcase_add_test(tc, the_secret_can_be_found_by_looking);
	tcase_add_test(tc, a_step_is_seen_from_both_rooms);
	tcase_add_test(tc, things_change_hands_and_everybody_sees_it);
	tcase_add_test(tc, many_things_are_one_sentence);
	tcase_add_test(tc, containers_keep_to_their_limits);
	tcase_add_test(tc, what_cannot_be_carried_is_said);
	tcase_add_test(tc, hands_and_backs_have_limits);
	tcase_add_test(tc, speech_is_heard_as_it_was_typed);
	tcase_add_test(tc, thoughts_are_one_s_own);
	tcase_add_test(tc, tells_cross_rooms_and_can_be_answered);
	tcase_add_test(tc, people_of_the_world_take_nothing_yet);
	tcase_add_test(tc, who_quits_says_good_bye_and_a_guest_leaves_what_it_had);
	tcase_add_test(tc, a_password_is_asked_for_three_times_and_passed_on);
	tcase_add_test(tc, a_crowd_is_counted);
	tcase_add_test(tc, words_are_found_whole_before_begun);
	tcase_add_test(tc, an_unknown_word_is_answered_with_a_guess);
	tcase_add_test(tc, every_command_has_its_help_and_no_two_share_a_name);
	tcase_add_test(tc, pure_commands_leave_no_trace);
	tcase_add_test(tc, a_title_follows_the_name_and_is_no_markup);
	tcase_add_test(tc, score_knows_what_weighs_nothing_and_who_is_nothing_special);
	tcase_add_test(tc, what_is_written_can_be_read);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
