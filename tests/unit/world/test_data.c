/*
 * test_data.c - what clients are told as data: who, when, how often, and what it says.
 */
#include "data_rig.h"
#include "world/core/actor.h"
#include "world/core/item.h"

#define EVERYTHING "char comm.channel room client external.discord"
#define ANA 5
#define BEN 6

static struct rig r;
static struct world *w;
static struct ent ana, ben;

static void setup(void)
{
	rig_init(&r);
	w = r.world;
	ana = rig_guest(&r, ANA);
	ben = rig_guest(&r, BEN);
	name_set(w, ana, "Ana");
	name_set(w, ben, "Ben");
	rig_ticks(&r, 1);
	rig_forget(&r);
}

static void teardown(void)
{
	rig_done_with(&r);
}

/* The package of each message to the session, in order. */
static const char *packages(uint64_t session)
{
	static char list[4096];

	list[0] = '\0';
	for (size_t i = 0; i < r.n_said; i++)
		if (rig_is_data(r.said[i].m, session, NULL)) {
			strcat(list, r.said[i].m->data->package);
			strcat(list, " ");
		}
	return list;
}

static struct ent thing(struct ent owner, const char *key)
{
	for (struct ent e = place_first(w, owner); ent_is(e); e = place_next(w, e)) {
		const struct item *it = item_get(w, e);

		if (it && !strcmp(it->proto->key, key))
			return e;
	}
	ck_abort_msg("no %s there", key);
	return ENT_NONE;
}

static struct ent room(const char *key)
{
	return ent_by_id(w, ent_pack_id(1, "proving", "room", key));
}

static void move(struct ent e, struct ent to)
{
	ck_assert_int_eq(place_move(w, e, to), 0);
}

START_TEST(who_comes_in_gets_all_he_asked_for_once_and_in_order)
{
	rig_open(&r, RIG_GATEWAY, 7);
	rig_caps(&r, 7, EVERYTHING);
	ck_assert_str_eq(packages(7), "Char.Login.Default ");
	rig_forget(&r);
	rig_line(&r, 7, 1, "guest");
	ck_assert_str_eq(packages(7),
			 "Char.Name Char.StatusVars Char.Status Char.Vitals Char.Afflictions.List "
			 "Char.Defences.List Room.Info Room.Players Char.Items.List "
			 "Char.Items.List Comm.Channel.List Client.Media.Play ");
	RIG_HAS(&r, 7, "Char.Name", "\"fullname\":\"Guest3\"");
	RIG_HAS(&r, 7, "Char.Vitals", "{\"hp\":20,\"maxhp\":20}");
	RIG_HAS(&r, 7, "Room.Info", "\"name\":\"The Yard\",\"area\":\"The Proving Ground\"");
	RIG_HAS(&r, 7, "Room.Players", "{\"name\":\"Ana\",\"fullname\":\"Ana\"}");
	RIG_HAS(&r, 7, "Char.Items.List", "{\"location\":\"inv\",\"items\":[]}");
	ck_assert_ptr_nonnull(strstr(rig_json_at(&r, 7, "Char.Items.List", 1),
				     "\"name\":\"a tin box\",\"icon\":\"container\",\"attrib\":"
				     "\"ct\",\"contains\":0"));
	ck_assert_ptr_nonnull(strstr(rig_json_at(&r, 7, "Char.Items.List", 1),
				     "\"name\":\"the keeper\",\"icon\":\"creature\",\"attrib\":"
				     "\"m\""));
}
END_TEST

START_TEST(who_has_no_gmcp_is_sent_nothing)
{
	rig_line(&r, ANA, 2, "get stone");
	rig_line(&r, ANA, 3, "say hello");
	rig_line(&r, ANA, 4, "north");
	rig_line(&r, ANA, 5, "east");
	for (size_t i = 0; i < r.n_said; i++)
		ck_assert_int_ne(r.said[i].m->body_case, MUDLARK__GATEWAY_IN__BODY_DATA);
}
END_TEST

START_TEST(caps_that_change_nothing_send_nothing_and_more_caps_send_what_is_new)
{
	rig_caps(&r, ANA, "char.vitals");
	ck_assert_str_eq(packages(ANA), "Char.Vitals ");
	rig_forget(&r);
	rig_caps(&r, ANA, "char.vitals");
	ck_assert_str_eq(packages(ANA), "");
	rig_caps(&r, ANA, "char.vitals room.info");
	ck_assert_str_eq(packages(ANA), "Room.Info ");
	rig_forget(&r);
	rig_caps(&r, ANA, "room.info");
	rig_caps(&r, ANA, "room.info char.vitals");
	ck_assert_str_eq(packages(ANA), "Char.Vitals ");
}
END_TEST

START_TEST(vitals_are_told_when_they_change_and_only_then)
{
	rig_caps(&r, ANA, "char.vitals");
	rig_forget(&r);
	actor_write(w, ana)->hp = 13;
	rig_ticks(&r, 1);
	ck_assert_str_eq(rig_json(&r, ANA, "Char.Vitals"), "{\"hp\":13,\"maxhp\":20}");
	rig_forget(&r);
	ck_assert_ptr_nonnull(actor_write(w, ana));
	rig_ticks(&r, 1);
	ck_assert_uint_eq(rig_told(&r, ANA, NULL), 0);
}
END_TEST

START_TEST(a_step_tells_the_room_with_its_things_and_people)
{
	rig_caps(&r, ANA, "room char.items");
	rig_forget(&r);
	rig_line(&r, ANA, 2, "north");
	ck_assert_str_eq(packages(ANA), "Room.Info Room.Players Char.Items.List ");
	RIG_HAS(&r, ANA, "Room.Info", "\"environment\":\"a barn\",\"coords\":\"");
	RIG_HAS(&r, ANA, "Room.Info", ",0,1,0\",\"exits\":{\"s\":");
	RIG_HAS(&r, ANA, "Room.Info", "\"details\":[\"indoors\"]");
	RIG_HAS(&r, ANA, "Char.Items.List", "{\"location\":\"room\",\"items\":[]}");
}
END_TEST

START_TEST(numbers_of_rooms_are_the_same_everywhere_and_fit_into_a_double)
{
	char exit[64], num[64];
	uint64_t n;

	rig_caps(&r, ANA, "room.info");
	n = strtoull(strchr(strstr(rig_json(&r, ANA, "Room.Info"), "\"n\":"), ':') + 1, NULL, 10);
	ck_assert_uint_gt(n, 0);
	ck_assert_uint_lt(n, (uint64_t)1 << 53);
	snprintf(exit, sizeof(exit), "{\"num\":%llu,", (unsigned long long)n);
	rig_forget(&r);
	rig_line(&r, ANA, 2, "north");
	RIG_HAS(&r, ANA, "Room.Info", exit);
	snprintf(num, sizeof(num), "\"num\":%llu,",
		 (unsigned long long)(ent_id(w, room("shed")) & (((uint64_t)1 << 53) - 1)));
	RIG_HAS(&r, ANA, "Room.Info", num);
}
END_TEST

START_TEST(the_number_of_a_secret_room_is_not_told)
{
	rig_line(&r, ANA, 2, "north");
	rig_caps(&r, ANA, "room.info");
	RIG_HAS(&r, ANA, "Room.Info", "\"u\":-1");
	rig_forget(&r);
	rig_line(&r, ANA, 3, "up");
	RIG_HAS(&r, ANA, "Room.Info", "{\"num\":-1,\"name\":\"The Loft\"");
	ck_assert_ptr_null(strstr(rig_json(&r, ANA, "Room.Info"), "coords"));
}
END_TEST

START_TEST(where_no_way_leads_is_told_as_such)
{
	rig_caps(&r, ANA, "room");
	rig_forget(&r);
	rig_line(&r, ANA, 2, "southwest");
	ck_assert_str_eq(packages(ANA), "Room.WrongDir ");
	ck_assert_str_eq(rig_json(&r, ANA, "Room.WrongDir"), "\"sw\"");
}
END_TEST

START_TEST(what_is_taken_goes_from_the_room_of_all_into_the_hands_of_one)
{
	rig_caps(&r, ANA, "char.items");
	rig_caps(&r, BEN, "char.items");
	rig_forget(&r);
	rig_line(&r, ANA, 2, "get stone");
	ck_assert_str_eq(packages(ANA), "Char.Items.Remove Char.Items.Add ");
	ck_assert_str_eq(packages(BEN), "Char.Items.Remove ");
	RIG_HAS(&r, BEN, "Char.Items.Remove", "{\"location\":\"room\",\"item\":{\"id\":\"");
	RIG_HAS(&r, ANA, "Char.Items.Add", "{\"location\":\"inv\",\"item\":{\"id\":\"");
	RIG_HAS(&r, ANA, "Char.Items.Add",
		"\"name\":\"a grey stone\",\"icon\":\"thing\",\"attrib\":\"t\"}}");
	rig_forget(&r);
	rig_line(&r, ANA, 3, "give stone to ben");
	ck_assert_str_eq(packages(ANA), "Char.Items.Remove ");
	ck_assert_str_eq(packages(BEN), "Char.Items.Add ");
	RIG_HAS(&r, BEN, "Char.Items.Add", "{\"location\":\"inv\"");
}
END_TEST

START_TEST(what_others_are_told_is_kept_until_they_have_it)
{
	rig_caps(&r, BEN, "char.items");
	rig_forget(&r);
	rig_line(&r, ANA, 2, "get stone");
	for (size_t i = 0; i < r.n_said; i++)
		if (rig_is_data(r.said[i].m, BEN, NULL))
			ck_assert_uint_gt(r.said[i].oseq, 0);
	ck_assert_uint_eq(rig_told(&r, BEN, "Char.Items.Remove"), 1);
}
END_TEST

START_TEST(what_is_not_listed_in_the_room_is_not_listed_here)
{
	rig_caps(&r, ANA, "char.items");
	rig_forget(&r);
	move(item_new(w, r.pack, pack_item(r.pack, SPAN("pump"))), room("yard"));
	rig_ticks(&r, 1);
	rig_data(&r, ANA, "char.items.room", "");
	ck_assert_str_eq(packages(ANA), "Char.Items.List ");
	ck_assert_ptr_null(strstr(rig_json(&r, ANA, "Char.Items.List"), "pump"));
	RIG_HAS(&r, ANA, "Char.Items.List", "tin box");
}
END_TEST

START_TEST(a_container_says_how_much_is_in_it_and_what_when_asked)
{
	struct ent box = thing(room("yard"), "box");
	char num[32];

	snprintf(num, sizeof(num), "%llu",
		 (unsigned long long)(ent_id(w, box) & (((uint64_t)1 << 53) - 1)));
	rig_caps(&r, ANA, "char.items");
	rig_line(&r, ANA, 2, "get stone");
	rig_forget(&r);
	rig_line(&r, ANA, 3, "put stone in box");
	ck_assert_str_eq(packages(ANA), "Char.Items.Remove Char.Items.Update ");
	RIG_HAS(&r, ANA, "Char.Items.Update", "\"contains\":1");
	rig_forget(&r);
	rig_data(&r, ANA, "char.items.contents", num);
	RIG_HAS(&r, ANA, "Char.Items.List", "{\"location\":\"rep");
	RIG_HAS(&r, ANA, "Char.Items.List", "a grey stone");
	rig_line(&r, ANA, 4, "north");
	rig_forget(&r);
	rig_data(&r, ANA, "char.items.contents", num); /* out of reach */
	ck_assert_uint_eq(rig_told(&r, ANA, NULL), 0);
	ck_assert_uint_eq(w->stats.data_ignored, 1);
}
END_TEST

START_TEST(many_changes_at_once_are_told_as_a_list)
{
	struct ent stone = thing(room("yard"), "stone");

	rig_caps(&r, ANA, "char.items");
	rig_forget(&r);
	for (int i = 0; i < 20; i++)
		move(item_new(w, r.pack, item_get(w, stone)->proto), room("yard"));
	rig_ticks(&r, 1);
	ck_assert_str_eq(packages(ANA), "Char.Items.List ");
	rig_forget(&r);
	for (int i = 0; i < 600; i++)
		move(stone, i & 1 ? room("yard") : room("shed"));
	rig_ticks(&r, 1);
	ck_assert_uint_le(rig_told(&r, ANA, NULL), 10);
}
END_TEST

START_TEST(a_thing_that_ends_is_removed)
{
	rig_caps(&r, ANA, "char.items");
	rig_forget(&r);
	ent_destroy(w, thing(room("yard"), "box"));
	rig_ticks(&r, 1);
	ck_assert_str_eq(packages(ANA), "Char.Items.Remove ");
}
END_TEST

START_TEST(who_comes_and_goes_is_told_to_those_who_are_there)
{
	rig_caps(&r, ANA, "room.players room.addplayer room.removeplayer");
	RIG_HAS(&r, ANA, "Room.Players", "\"Ana\"");
	rig_forget(&r);
	rig_line(&r, BEN, 2, "north");
	ck_assert_str_eq(packages(ANA), "Room.RemovePlayer ");
	ck_assert_str_eq(rig_json(&r, ANA, "Room.RemovePlayer"), "\"Ben\"");
	rig_forget(&r);
	rig_line(&r, BEN, 3, "south");
	ck_assert_str_eq(rig_json(&r, ANA, "Room.AddPlayer"),
			 "{\"name\":\"Ben\",\"fullname\":\"Ben\"}");
	rig_forget(&r);
	rig_line(&r, BEN, 4, "quit");
	ck_assert_str_eq(packages(ANA), "Room.RemovePlayer ");
}
END_TEST

START_TEST(the_operator_is_on_no_list)
{
	Mudlark__SessionOpen m = MUDLARK__SESSION_OPEN__INIT;

	rig_caps(&r, ANA, "room comm");
	rig_forget(&r);
	m.session = 9;
	m.peer = "console";
	m.trusted = true;
	RIG_FEED(&r, RIG_GATEWAY, SESSION_OPEN, session_open, &m);
	rig_turn(&r);
	ck_assert_uint_eq(rig_told(&r, ANA, NULL), 0);
	rig_data(&r, ANA, "comm.channel.players", "");
	RIG_HAS(&r, ANA, "Comm.Channel.Players", "\"Ben\"");
	ck_assert_ptr_null(strstr(rig_json(&r, ANA, "Comm.Channel.Players"), "Operator"));
}
END_TEST

START_TEST(a_crowd_is_not_listed)
{
	size_t more = SAY_CROWD - place_players(w, room("yard"));

	rig_caps(&r, ANA, "room.players room.addplayer room.removeplayer");
	for (size_t i = 0; i < more; i++)
		rig_guest(&r, 100 + i);
	rig_forget(&r);
	rig_open(&r, RIG_GATEWAY, 99);
	rig_line(&r, 99, 1, "guest"); /* one too many */
	ck_assert_str_eq(packages(ANA), "Room.Players ");
	ck_assert_str_eq(rig_json(&r, ANA, "Room.Players"), "[]");
	rig_forget(&r);
	rig_open(&r, RIG_GATEWAY, 98);
	rig_line(&r, 98, 1, "guest");
	rig_line(&r, 98, 2, "quit");
	ck_assert_uint_eq(rig_told(&r, ANA, NULL), 0);
	rig_line(&r, 99, 2, "quit");
	ck_assert_str_eq(packages(ANA), "Room.Players ");
	RIG_HAS(&r, ANA, "Room.Players", "\"Ben\"");
}
END_TEST

START_TEST(a_say_stands_between_its_marks_and_is_one_record_for_a_gateway)
{
	size_t at = 0;
	const Mudlark__GatewayIn *m[4] = { 0 };

	rig_caps(&r, ANA, "comm.channel");
	rig_caps(&r, BEN, "comm.channel");
	rig_forget(&r);
	rig_line(&r, ANA, 2, "say hello");
	ck_assert_str_eq(packages(BEN), "Comm.Channel.Start Comm.Channel.End Comm.Channel.Text ");
	ck_assert_str_eq(packages(ANA), packages(BEN));
	ck_assert_str_eq(rig_json(&r, BEN, "Comm.Channel.Start"), "\"say\"");
	ck_assert_str_eq(rig_json(&r, BEN, "Comm.Channel.Text"),
			 "{\"channel\":\"say\",\"talker\":\"Ana\",\"text\":\"hello\"}");
	for (size_t i = 0; i < r.n_said && at < 4; i++)
		if (rig_is_data(r.said[i].m, ANA, NULL) || rig_is_data(r.said[i].m, BEN, NULL))
			m[at++] = r.said[i].m;
	ck_assert_uint_eq(at, 3);
	ck_assert_uint_eq(m[0]->data->n_sessions, 2);
	ck_assert(rig_heard(&r, ANA, "You say"));
	for (size_t i = 0, state = 0; i < r.n_said; i++) {
		const Mudlark__GatewayIn *x = r.said[i].m;

		if (rig_is_data(x, ANA, "Comm.Channel.Start"))
			state = 1;
		if (rig_is_data(x, ANA, "Comm.Channel.End"))
			state = 2;
		if (x->body_case == MUDLARK__GATEWAY_IN__BODY_OUTPUT &&
		    rig_contains(&x->output->text, "hello"))
			ck_assert_uint_eq(state, 1);
	}
}
END_TEST

START_TEST(a_tell_is_data_for_the_two_of_them)
{
	rig_guest(&r, 7);
	rig_caps(&r, 7, "comm.channel");
	rig_caps(&r, BEN, "comm.channel.text");
	rig_forget(&r);
	rig_line(&r, ANA, 2, "tell ben psst");
	ck_assert_str_eq(rig_json(&r, BEN, "Comm.Channel.Text"),
			 "{\"channel\":\"tell\",\"talker\":\"Ana\",\"text\":\"psst\"}");
	ck_assert_uint_eq(rig_told(&r, BEN, NULL), 1);
	ck_assert_uint_eq(rig_told(&r, 7, NULL), 0);
}
END_TEST

START_TEST(a_title_is_data_and_markup_only_of_itself)
{
	rig_caps(&r, ANA, "char.name");
	rig_forget(&r);
	rig_line(&r, ANA, 2, "title the {do quit}\"Bold\"{/} \xe2\x80\xae\xf3\xa0\x81\xa1x");
	ck_assert_str_eq(rig_json(&r, ANA, "Char.Name"),
			 "{\"name\":\"Ana\",\"fullname\":\"Ana the {do quit}\\\"Bold\\\"{/} x\","
			 "\"role\":\"player\"}");
	rig_forget(&r);
	rig_line(&r, BEN, 2, "look");
	ck_assert(rig_heard(&r, BEN, "the {{do quit}\"Bold\"{{/} x is here"));
	ck_assert(rig_heard(&r, BEN, "{do look ana}Ana{/}"));
}
END_TEST

/* No tag but those of the engine: every brace of the player stands doubled. */
static void holds_no_foreign_link(const ProtobufCBinaryData *text)
{
	struct span s = { (const char *)text->data, text->len };
	const char *at;

	while ((at = s.n ? memmem(s.p, s.n, "{do quit}", 9) : NULL)) {
		ck_assert_msg(at > (const char *)text->data && at[-1] == '{', "%.*s",
			      (int)text->len, (const char *)text->data);
		s.n -= (size_t)(at + 1 - s.p);
		s.p = at + 1;
	}
}

START_TEST(nothing_that_a_player_types_is_ever_markup_or_a_template)
{
	static const char *const lines[] = {
		"say X",      "'X",	    "emote X",	   "tell ben X",
		"reply X",    "title X",    "look X",	   "look in X",
		"examine X",  "read X",	    "get X",	   "get X from X",
		"drop X",     "put X in X", "give X to X", "give X to ben",
		"help X",     "go X",	    "tell X X",	   "think X",
		"who X",      "X",	    "x X",	   "commands X",
		"password X", "say X X X",
	};
	uint64_t seq = 2;
	struct buf line = { 0 };

	rig_line(&r, BEN, 2, "tell ana hello");
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		rig_forget(&r);
		buf_reset(&line);
		for (const char *p = lines[i]; *p; p++)
			if (*p == 'X')
				buf_adds(&line, "{do quit}$n$t%s{/}");
			else
				buf_addc(&line, *p);
		buf_addc(&line, '\0');
		rig_line(&r, ANA, seq++, buf_p(&line));
		ck_assert_uint_gt(r.n_said, 0);
		for (size_t k = 0; k < r.n_said; k++)
			if (r.said[k].m->body_case == MUDLARK__GATEWAY_IN__BODY_OUTPUT)
				holds_no_foreign_link(&r.said[k].m->output->text);
	}
	rig_forget(&r);
	rig_line(&r, ANA, seq++, "look");
	rig_line(&r, BEN, 3, "say $n $t %s");
	ck_assert(rig_room_heard(&r, ANA, "$n $t %s"));
	buf_done(&line);
}
END_TEST

START_TEST(ways_and_things_of_a_room_are_links)
{
	rig_line(&r, ANA, 2, "look");
	ck_assert(rig_heard(&r, ANA, "{exits}Exits: {do north}north{/}{/}"));
	ck_assert(rig_heard(&r, ANA, "{item}{do look box}A tin box stands here.{/}{/}"));
	ck_assert(rig_heard(&r, ANA, "{item}{do look stone}3 grey stones{/} lie here.{/}") ||
		  rig_heard(&r, ANA, "{item}{do look stone}Three grey stones{/} lie here.{/}"));
	ck_assert(rig_heard(&r, ANA, "{npc}{do look keeper}The keeper leans on a rake.{/}{/}"));
}
END_TEST

START_TEST(a_room_is_heard_until_one_is_where_nothing_is_to_be_heard)
{
	rig_caps(&r, ANA, "client.media");
	RIG_HAS(&r, ANA, "Client.Media.Play", "{\"name\":\"wind\",\"type\":\"music\"");
	RIG_HAS(&r, ANA, "Client.Media.Play", "\"key\":\"room\"");
	rig_forget(&r);
	rig_line(&r, ANA, 2, "north"); /* by a door */
	ck_assert_str_eq(packages(ANA), "Client.Media.Play Client.Media.Stop ");
	RIG_HAS(&r, ANA, "Client.Media.Play", "{\"name\":\"door\",\"type\":\"sound\"");
	ck_assert_str_eq(rig_json(&r, ANA, "Client.Media.Stop"), "{\"key\":\"room\"}");
	rig_forget(&r);
	rig_line(&r, ANA, 3, "up");
	ck_assert_str_eq(packages(ANA), "");
	ck_assert_uint_eq(r.pack->n_sounds, 2);
}
END_TEST

START_TEST(an_operator_says_where_sounds_an_interface_and_discord_are)
{
	texts_set(w, SPAN("media_url"), "https://example.org/sounds/");
	texts_set(w, SPAN("media_suffix"), ".ogg");
	texts_set(w, SPAN("gui_url"), "https://example.org/a.mpackage");
	texts_set(w, SPAN("gui_version"), "7");
	texts_set(w, SPAN("discord_invite"), "https://discord.gg/x");
	texts_set(w, SPAN("name"), "Proving");
	rig_caps(&r, ANA, "client external.discord");
	ck_assert_str_eq(packages(ANA), "Client.GUI Client.Media.Default Client.Media.Load "
					"Client.Media.Load Client.Media.Play ");
	ck_assert_str_eq(rig_json(&r, ANA, "Client.GUI"),
			 "{\"version\":\"7\",\"url\":\"https://example.org/a.mpackage\"}");
	RIG_HAS(&r, ANA, "Client.Media.Default", "{\"url\":\"https://example.org/sounds/\"}");
	RIG_HAS(&r, ANA, "Client.Media.Play", "{\"name\":\"wind.ogg\"");
	rig_data(&r, ANA, "external.discord.hello", "{\"user\":\"x#1\"}");
	ck_assert_str_eq(rig_json(&r, ANA, "External.Discord.Info"),
			 "{\"inviteurl\":\"https://discord.gg/x\"}");
	rig_data(&r, ANA, "external.discord.get", "");
	ck_assert_str_eq(rig_json(&r, ANA, "External.Discord.Status"),
			 "{\"game\":\"Proving\",\"details\":\"The Proving Ground\",\"state\":"
			 "\"Playing\"}");
}
END_TEST

START_TEST(what_the_operator_does_not_say_is_not_sent)
{
	rig_caps(&r, ANA, "client.gui external.discord");
	rig_data(&r, ANA, "external.discord.hello", "");
	rig_data(&r, ANA, "external.discord.get", "");
	ck_assert_uint_eq(rig_told(&r, ANA, NULL), 0);
	ck_assert_uint_eq(w->stats.data_ignored, 0);
}
END_TEST

START_TEST(lists_are_sent_again_when_asked_for)
{
	rig_caps(&r, ANA, EVERYTHING);
	rig_forget(&r);
	rig_data(&r, ANA, "char.items.inv", "\"\"");
	RIG_HAS(&r, ANA, "Char.Items.List", "\"inv\"");
	rig_forget(&r);
	rig_data(&r, ANA, "char.items.room", "");
	RIG_HAS(&r, ANA, "Char.Items.List", "\"room\"");
	rig_data(&r, ANA, "char.skills.get", "{}");
	ck_assert_str_eq(rig_json(&r, ANA, "Char.Skills.Groups"), "[]");
	rig_data(&r, ANA, "char.skills.get", "{\"group\":\"tides\"}");
	RIG_HAS(&r, ANA, "Char.Skills.List", "{\"group\":\"tides\",\"list\":[]");
	rig_data(&r, ANA, "char.skills.get", "{\"group\":\"tides\",\"name\":\"ebb\"}");
	RIG_HAS(&r, ANA, "Char.Skills.Info", "\"skill\":\"ebb\",\"info\":\"\"}");
	rig_data(&r, ANA, "comm.channel.enable", "\"say\"");
	ck_assert_uint_eq(w->stats.data_ignored, 0);
	for (size_t i = 0; i < r.n_said; i++) /* nothing of it is worth keeping */
		ck_assert_uint_eq(r.said[i].oseq, 0);
}
END_TEST

START_TEST(what_cannot_be_understood_is_dropped_and_counted)
{
	static const char *const wrong[][2] = {
		{ "no.such.package", "{}" },
		{ "char.items.contents", "" },
		{ "char.items.contents", "{\"id\":1}" },
		{ "char.items.contents", "\"12x\"" },
		{ "char.items.contents", "99999999999999999999" },
		{ "char.items.contents", "-1" },
		{ "char.items.inv", "{" },
		{ "char.items.inv", "{\"a\":1,\"a\":2}" },
		{ "comm.channel.enable", "7" },
		{ "char.login.credentials", "{\"account\":\"ana\",\"password\":\"#1\"}" },
	};
	char *big = malloc(10001);

	memset(big, ' ', 10000);
	big[10000] = '\0';
	rig_caps(&r, ANA, EVERYTHING);
	rig_forget(&r);
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		rig_data(&r, ANA, wrong[i][0], wrong[i][1]);
	rig_data(&r, ANA, "char.items.inv", big);
	rig_data(&r, BEN, "char.items.inv", ""); /* has not said that it supports anything */
	rig_data(&r, 4711, "char.items.inv", "");
	ck_assert_uint_eq(w->stats.data_ignored, ARRAY_LEN(wrong) + 2);
	ck_assert_uint_eq(r.n_said, 0);
	free(big);
}
END_TEST

START_TEST(who_asks_too_often_waits_for_the_next_second)
{
	rig_caps(&r, ANA, "char.items");
	rig_forget(&r);
	for (int i = 0; i < 100; i++)
		rig_data(&r, ANA, "char.items.inv", "");
	ck_assert_uint_eq(rig_told(&r, ANA, NULL), 20);
	ck_assert_uint_eq(w->stats.data_ignored, 80);
	rig_ticks(&r, 10);
	rig_data(&r, ANA, "char.items.inv", "");
	ck_assert_uint_eq(rig_told(&r, ANA, NULL), 21);
}
END_TEST

/* The world dies and the gateway brings the two back to the next one. */
static void next_world(const char *line_of_ben)
{
	rig_ticks(&r, 1);
	rig_kill(&r);
	rig_start(&r);
	w = r.world;
	rig_peer_up(&r, RIG_GATEWAY, false);
	rig_forget(&r);
	rig_attach(&r, RIG_GATEWAY, BEN, 1);
	if (line_of_ben)
		rig_line(&r, BEN, 2, line_of_ben);
	rig_attach_caps(&r, ANA, "char room comm.channel");
}

START_TEST(the_next_world_tells_what_may_be_new_and_no_lists)
{
	rig_caps(&r, ANA, "char room comm.channel");
	next_world(NULL);
	ck_assert_str_eq(packages(ANA), "Char.Status Char.Vitals Room.Info ");
	rig_forget(&r);
	rig_line(&r, ANA, 2, "get stone");
	ck_assert_str_eq(packages(ANA), "Char.Items.Remove Char.Items.Add ");
	rig_forget(&r);
	rig_line(&r, ANA, 3, "north");
	ck_assert_str_eq(packages(ANA), "Room.Info Room.Players Char.Items.List ");
}
END_TEST

START_TEST(the_next_world_tells_the_lists_that_have_changed_before_one_was_back)
{
	rig_caps(&r, ANA, "char room comm.channel");
	next_world("get stone");
	ck_assert_uint_eq(rig_told(&r, ANA, "Char.Items.List"), 1);
	RIG_HAS(&r, ANA, "Char.Items.List", "\"room\"");
	ck_assert_str_eq(packages(ANA),
			 "Char.Status Char.Vitals Room.Info Room.Players Char.Items.List ");
}
END_TEST

START_TEST(who_is_gone_is_told_nothing)
{
	rig_caps(&r, ANA, "char room");
	rig_caps(&r, BEN, "char room");
	rig_line(&r, ANA, 2, "quit");
	rig_closed(&r, RIG_GATEWAY, BEN);
	rig_forget(&r);
	move(thing(room("yard"), "box"), room("shed"));
	rig_ticks(&r, 1);
	ck_assert_uint_eq(rig_told(&r, ANA, NULL), 0);
	ck_assert_uint_eq(rig_told(&r, BEN, NULL), 0);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("data");
	TCase *c = tcase_create("data");
	SRunner *run;
	int failed;

	tcase_set_timeout(c, 60);
	tcase_add_checked_fixture(c, setup, teardown);
	tcase_add_test(c, who_comes_in_gets_all_he_asked_for_once_and_in_order);
	tcase_add_test(c, who_has_no_gmcp_is_sent_nothing);
	tcase_add_test(c, caps_that_change_nothing_send_nothing_and_more_caps_send_what_is_new);
	tcase_add_test(c, vitals_are_told_when_they_change_and_only_then);
	tcase_add_test(c, a_step_tells_the_room_with_its_things_and_people);
	tcase_add_test(c, numbers_of_rooms_are_the_same_everywhere_and_fit_into_a_double);
	tcase_add_test(c, the_number_of_a_secret_room_is_not_told);
	tcase_add_test(c, where_no_way_leads_is_told_as_such);
	tcase_add_test(c, what_is_taken_goes_from_the_room_of_all_into_the_hands_of_one);
	tcase_add_test(c, what_others_are_told_is_kept_until_they_have_it);
	tcase_add_test(c, what_is_not_listed_in_the_room_is_not_listed_here);
	tcase_add_test(c, a_container_says_how_much_is_in_it_and_what_when_asked);
	tcase_add_test(c, many_changes_at_once_are_told_as_a_list);
	tcase_add_test(c, a_thing_that_ends_is_removed);
	tcase_add_test(c, who_comes_and_goes_is_told_to_those_who_are_there);
	tcase_add_test(c, the_operator_is_on_no_list);
	tcase_add_test(c, a_crowd_is_not_listed);
	tcase_add_test(c, a_say_stands_between_its_marks_and_is_one_record_for_a_gateway);
	tcase_add_test(c, a_tell_is_data_for_the_two_of_them);
	tcase_add_test(c, a_title_is_data_and_markup_only_of_itself);
	tcase_add_test(c, nothing_that_a_player_types_is_ever_markup_or_a_template);
	tcase_add_test(c, ways_and_things_of_a_room_are_links);
	tcase_add_test(c, a_room_is_heard_until_one_is_where_nothing_is_to_be_heard);
	tcase_add_test(c, an_operator_says_where_sounds_an_interface_and_discord_are);
	tcase_add_test(c, what_the_operator_does_not_say_is_not_sent);
	tcase_add_test(c, lists_are_sent_again_when_asked_for);
	tcase_add_test(c, what_cannot_be_understood_is_dropped_and_counted);
	tcase_add_test(c, who_asks_too_often_waits_for_the_next_second);
	tcase_add_test(c, the_next_world_tells_what_may_be_new_and_no_lists);
	tcase_add_test(c, the_next_world_tells_the_lists_that_have_changed_before_one_was_back);
	tcase_add_test(c, who_is_gone_is_told_nothing);
	suite_add_tcase(s, c);
	run = srunner_create(s);
	srunner_run_all(run, CK_NORMAL);
	failed = srunner_ntests_failed(run);
	srunner_free(run);
	return failed != 0;
}
