/* test_sites.c - who may not connect: bans, and what gateways hear of them. */
#include "tests/unit/world/sites_rig.h"

START_TEST(a_banned_network_is_told_to_every_gateway_and_its_people_go)
{
	person(ANA, "Ana", "203.0.113.7", ROLE_PLAYER);
	open_from(BEN, "203.0.113.200");
	says(STAFF, "@ban 203.0.113.0/24 for 2h because spam & eggs",
	     "Banned: 203.0.113.0/24, until 2026-05-01 14:00 UTC. 2 connections are closed.");
	ck_assert(!is_here(ANA) && !is_here(BEN) && is_here(STAFF));
	ck_assert(rig_heard(&r, ANA,
			    "Your address may not connect here until 2026-05-01 14:00 UTC: spam & "
			    "eggs."));
	ck_assert_str_eq(told(RIG_GATEWAY, "203.0.113.0/24")->why,
			 "Your address may not connect here until 2026-05-01 14:00 UTC: spam & "
			 "eggs.");
	ck_assert_uint_eq(told(RIG_OTHER, "203.0.113.0/24")->for_s, 7200);
	ck_assert(!ent_is(player_by_name(r.world, SPAN("Ana")))); /* gone, not link-dead */
}
END_TEST

START_TEST(who_slips_through_the_gateway_is_refused_by_the_world)
{
	says(STAFF, "@ban 2001:db8::/32", "Banned: 2001:db8::/32, until it is lifted.");
	rig_forget(&r);
	open_at(RIG_OTHER, ANA, "2001:db8:1::7", "wss");
	ck_assert(rig_heard(&r, ANA, "Your address may not connect here."));
	ck_assert(!is_here(ANA));
	open_from(BEN, "2001:db9::7");
	ck_assert(is_here(BEN));
}
END_TEST

START_TEST(a_ban_runs_out_by_the_wall_clock)
{
	says(STAFF, "@ban 203.0.113.7 for 30 minutes", "Banned: 203.0.113.7, until");
	tick_to(wall + 30 * MINUTE - 1000);
	open_from(ANA, "203.0.113.7");
	ck_assert(!is_here(ANA));
	tick_to(wall + 1000);
	open_from(ANA, "203.0.113.7");
	ck_assert(is_here(ANA));
	/* ... and is cleared out of the store. */
	ticks(20);
	for (size_t i = 0; i < r.n_documents; i++)
		if (!strcmp(r.documents[i]->key, "net:203.0.113.7"))
			ck_assert_uint_eq(r.documents[i]->body.len, 0);
}
END_TEST

START_TEST(bans_survive_the_world_and_a_gateway_that_comes_is_told_all)
{
	const Mudlark__Site *row;

	says(STAFF, "@ban 203.0.113.7 for 1h because \"quoted\" {bold}text", "Banned:");
	says(STAFF, "@ban 203.0.113.8", "Banned:");
	says(STAFF, "@unban 203.0.113.8", "Lifted: 203.0.113.8.");
	restart();
	row = told(RIG_GATEWAY, "203.0.113.7");
	ck_assert_ptr_nonnull(row);
	ck_assert_uint_eq(row->for_s, 3599);
	ck_assert_ptr_nonnull(strstr(row->why, ": \"quoted\" {bold}text."));
	ck_assert_ptr_null(told(RIG_GATEWAY, "203.0.113.8"));
	ck_assert(rig_last(&r, MUDLARK__GATEWAY_IN__BODY_SITES)->sites->all);
	rig_forget(&r);
	open_from(ANA, "203.0.113.7");
	ck_assert(rig_heard(&r, ANA, "{{bold}text")); /* markup of theirs is only text */
	/* One that was only away has it all. */
	rig_forget(&r);
	rig_peer_up(&r, RIG_GATEWAY, true);
	ck_assert_ptr_null(rig_last(&r, MUDLARK__GATEWAY_IN__BODY_SITES));
}
END_TEST

START_TEST(unban_lifts_exactly_what_was_banned)
{
	says(STAFF, "@ban 203.0.113.0/24", "Banned:");
	says(STAFF, "@unban 203.0.113.7",
	     "Nobody has banned 203.0.113.7 by itself; it is part of 203.0.113.0/24.");
	says(STAFF, "@unban 198.51.100.7", "Nobody has banned 198.51.100.7.");
	says(STAFF, "@unban Zoe", "Nobody has banned Zoe.");
	says(STAFF, "@unban 203.0.113.0/24 now", "Usage:");
	says(STAFF, "@unban 203.0.113.0/24", "Lifted: 203.0.113.0/24.");
	ck_assert(told(RIG_GATEWAY, "203.0.113.0/24")->lifted);
	open_from(ANA, "203.0.113.7");
	ck_assert(is_here(ANA));
}
END_TEST

START_TEST(nobody_bans_himself_his_betters_or_the_console)
{
	person(ANA, "Ana", "203.0.113.7", ROLE_IMPLEMENTOR);
	open_from(CONSOLE, "console");
	says(STAFF, "@ban 198.51.100.0/24", "You are connected from there yourself.");
	says(STAFF, "@ban Imp", "You cannot ban yourself.");
	says(STAFF, "@ban character imp", "You cannot ban yourself.");
	says(STAFF, "@ban 203.0.113.7", "Ana is an implementor: you cannot do that.");
	says(STAFF, "@ban console", "The console cannot be banned.");
	says(STAFF, "@ban Operator3", "The console cannot be banned.");
	ck_assert_ptr_null(told(RIG_GATEWAY, "203.0.113.7"));
	ck_assert(is_here(ANA) && is_here(STAFF) && is_here(CONSOLE));
	/* The operator may. */
	says(CONSOLE, "@ban 203.0.113.7", "One connection is closed.");
	ck_assert(!is_here(ANA));
	says(STAFF, "@unban 203.0.113.7", "Operator3 has made that ban, and stands above you.");
}
END_TEST

START_TEST(what_cannot_be_meant_is_answered_by_a_sentence)
{
	open_from(BEN, "203.0.113.9");
	type(BEN, "guest");
	says(STAFF, "@ban", "Usage:");
	says(STAFF, "@ban 1.2.3", "\"1.2.3\" is neither an address");
	says(STAFF, "@ban 1.2.3.4/33", "is neither an address");
	says(STAFF, "@ban {x}/", "\"{{x}/\" is neither");
	says(STAFF, "@ban 0.0.0.0/0", "too large a part of the world");
	says(STAFF, "@ban ::/8", "too large a part of the world");
	says(STAFF, "@ban ::ffff:0.0.0.0/95", "too large a part of the world");
	says(STAFF, "@ban 1.2.3.4 for", "For how long?");
	says(STAFF, "@ban 1.2.3.4 for 0h", "For how long?");
	says(STAFF, "@ban 1.2.3.4 for 3 moons", "For how long?");
	says(STAFF, "@ban 1.2.3.4 for 999999d", "For how long?");
	says(STAFF, "@ban 1.2.3.4 tomorrow", "Usage:");
	says(STAFF, "@ban 1.2.3.4 because", "Usage:");
	says(STAFF, "@ban account", "Usage:");
	says(STAFF, "@ban x", "name");
	says(STAFF, "@ban Guest2", "Guest2 has no account. The address is 203.0.113.9.");
	says(STAFF, "@sites Ana", "Usage:");
	says(BEN, "@ban 1.2.3.4", "You do not know how to");
	ck_assert_ptr_null(rig_last(&r, MUDLARK__GATEWAY_IN__BODY_SITES));
}
END_TEST

static void answer_role(const char *role)
{
	Mudlark__PersistReply reply = MUDLARK__PERSIST_REPLY__INIT;
	Mudlark__AccountRow row = MUDLARK__ACCOUNT_ROW__INIT, *rows[1] = { &row };

	row.id = 9;
	row.name = "Ana";
	row.role = (char *)(uintptr_t)role;
	reply.accounts = rows;
	reply.n_accounts = 1;
	rig_forget(&r);
	rig_answer(&r, 0, &reply);
}

START_TEST(an_account_is_looked_up_and_kept_out_at_its_next_login)
{
	const uint64_t ids[] = { 5 };
	const char *const names[] = { "Ana" };

	person(ANA, "Ana", "203.0.113.7", ROLE_PLAYER);
	type(STAFF, "@ban ana for 1d because cheating");
	ck_assert_uint_eq(r.n_calls, 1);
	ck_assert_str_eq(r.calls[0].m->account_list->name, "Ana");
	answer_role("player");
	ck_assert(rig_heard(&r, STAFF,
			    "Banned: the account Ana, until 2026-05-02 12:00 UTC. One connection"));
	ck_assert(!is_here(ANA));
	ck_assert_str_eq(r.last_event, "player:left");
	restart();
	open_from(BEN, "192.0.2.5");
	type(BEN, "ana");
	rig_answer_account(&r, 9, ids, names, 1);
	type(BEN, "the password");
	rig_forget(&r);
	rig_answer_account(&r, 9, ids, names, 1);
	ck_assert(rig_heard(&r, BEN,
			    "This account may not be used until 2026-05-02 12:00 UTC: cheating."));
	ck_assert(!is_here(BEN));
}
END_TEST

/* The connection with `token` is lost, and may be taken up again by it. */
static void lose(uint64_t session, uint8_t token[32])
{
	Mudlark__SessionToken m = MUDLARK__SESSION_TOKEN__INIT;

	m.session = session;
	m.hash = (ProtobufCBinaryData){ 32, token };
	m.grace_s = 60;
	RIG_FEED(&r, RIG_GATEWAY, SESSION_TOKEN, session_token, &m);
	rig_turn(&r);
	rig_closed(&r, RIG_GATEWAY, session);
}

START_TEST(who_is_banned_while_his_connection_is_lost_does_not_take_it_up_again)
{
	Mudlark__SessionResume m = MUDLARK__SESSION_RESUME__INIT;
	uint8_t token[32] = { 7 };

	person(ANA, "Ana", "203.0.113.7", ROLE_PLAYER);
	lose(ANA, token);
	ck_assert_int_eq(session_get(r.world, ANA)->state, SESSION_PARKED);
	type(STAFF, "@ban account Ana");
	answer_role("player");
	ck_assert(rig_heard(&r, STAFF, "Banned: the account Ana"));
	ck_assert(!is_here(ANA));
	open_at(RIG_OTHER, BEN, "192.0.2.5", "wss");
	rig_forget(&r);
	m.session = BEN;
	m.hash = (ProtobufCBinaryData){ 32, token };
	RIG_FEED(&r, RIG_OTHER, SESSION_RESUME, session_resume, &m);
	rig_turn(&r);
	ck_assert(!rig_last(&r, MUDLARK__GATEWAY_IN__BODY_RESUMED)->resumed->ok);
	ck_assert_int_eq(session_get(r.world, BEN)->state, SESSION_LOGIN);
}
END_TEST

START_TEST(an_account_that_is_not_there_or_stands_higher_is_not_banned)
{
	type(STAFF, "@ban account Ana");
	rig_forget(&r);
	rig_answer_status(&r, MUDLARK__STATUS__STATUS_ABSENT, "no");
	ck_assert(rig_heard(&r, STAFF, "There is no account Ana."));
	type(STAFF, "@ban account Ana");
	answer_role("admin");
	ck_assert(rig_heard(&r, STAFF, "Ana is an admin: you cannot do that."));
	type(STAFF, "@ban account Ana");
	rig_forget(&r);
	rig_answer(&r, 0, NULL);
	ck_assert(rig_heard(&r, STAFF, "The chronicle cannot be reached"));
	ck_assert_ptr_null(sites_next(r.world, NULL));
}
END_TEST

START_TEST(a_character_is_kept_out_while_others_of_the_account_may_play)
{
	const uint64_t ids[] = { 5, 6 };
	const char *const names[] = { "Ana", "Mia" };

	says(STAFF, "@ban character mia because her name", "Banned: the character Mia, until it");
	open_from(BEN, "192.0.2.5");
	type(BEN, "menu ana");
	rig_answer_account(&r, 9, ids, names, 2);
	type(BEN, "the password");
	rig_answer_account(&r, 9, ids, names, 2);
	rig_forget(&r);
	type(BEN, "2");
	ck_assert(rig_heard(&r, BEN, "This character may not be played: her name."));
	ck_assert(!is_here(BEN));
	open_from(BEN, "192.0.2.5");
	type(BEN, "menu ana");
	rig_answer_account(&r, 9, ids, names, 2);
	type(BEN, "the password");
	rig_answer_account(&r, 9, ids, names, 2);
	type(BEN, "1");
	ck_assert_int_eq(r.calls[0].m->body_case, MUDLARK__PERSIST_CALL__BODY_LOAD_TREE);
	says(STAFF, "@unban mia", "Lifted: the character Mia.");
}
END_TEST

/* At the menu of the account. */
static void stand_at_the_menu(void)
{
	const uint64_t ids[] = { 5, 6 };
	const char *const names[] = { "Ana", "Mia" };

	open_from(BEN, "192.0.2.5");
	type(BEN, "menu ana");
	rig_answer_account(&r, 9, ids, names, 2);
	type(BEN, "the password");
	rig_answer_account(&r, 9, ids, names, 2);
	rig_forget(&r);
}

START_TEST(who_is_banned_at_the_menu_does_not_come_in)
{
	stand_at_the_menu();
	type(STAFF, "@ban account Ana");
	answer_role("player");
	type(BEN, "1");
	ck_assert(rig_heard(&r, BEN, "This account may not be used."));
	ck_assert(!is_here(BEN));
	ck_assert_uint_eq(r.n_calls, 0);
}
END_TEST

START_TEST(a_character_that_is_banned_while_it_is_fetched_does_not_come_in)
{
	stand_at_the_menu();
	type(BEN, "2");
	ck_assert_int_eq(r.calls[0].m->body_case, MUDLARK__PERSIST_CALL__BODY_LOAD_TREE);
	says(STAFF, "@ban character mia", "Banned: the character Mia");
	rig_forget(&r);
	rig_answer_tree(&r);
	ck_assert(rig_heard(&r, BEN, "This character may not be played."));
	ck_assert(!is_here(BEN));
}
END_TEST

START_TEST(a_ban_does_not_hold_whoever_stands_above_its_maker)
{
	struct site row = { .kind = SITE_CHARACTER, .rank = ROLE_ADMIN, .why = "", .by = "Imp" };

	strcpy(row.name, "Mia");
	ck_assert_int_eq(sites_ban(r.world, &row), 0);
	ck_assert_ptr_nonnull(sites_holds_name(r.world, SITE_CHARACTER, "mia", ROLE_BUILDER));
	ck_assert_ptr_null(sites_holds_name(r.world, SITE_CHARACTER, "Mia", ROLE_ADMIN));
	ck_assert_ptr_null(sites_holds_name(r.world, SITE_ACCOUNT, "Mia", ROLE_PLAYER));
}
END_TEST

START_TEST(sites_shows_who_is_where_and_who_is_banned)
{
	person(ANA, "Ana", "203.0.113.7", ROLE_PLAYER);
	open_at(RIG_OTHER, ANA + 1, "203.0.113.7", "wss");
	open_at(RIG_OTHER, ANA + 2, "203.0.113.7", "wss");
	open_from(BEN, "192.0.2.5");
	says(STAFF, "@ban 10.0.0.0/8 for 1h because {flood}", "Banned:");
	says(STAFF, "@sites", "  203.0.113.7      telnet   gateway  {player}Ana{/}\n");
	ck_assert(rig_heard(&r, STAFF, "  203.0.113.7      wss      gateway  2 connections\n"));
	ck_assert(rig_heard(&r, STAFF, "  192.0.2.5        telnet   gateway  logging in\n"));
	ck_assert(rig_heard(&r, STAFF, "5 connections.\n"));
	ck_assert(rig_heard(&r, STAFF,
			    "  10.0.0.0/8  until 2026-05-01 13:00 UTC  by Imp: {{flood}\n"));
	says(STAFF, "@sites 192.0.2.0/24", "One connection.\n");
	ck_assert(!rig_heard(&r, STAFF, "203.0.113.7"));
	ck_assert(!rig_heard(&r, STAFF, "10.0.0.0"));
	ck_assert(rig_heard(&r, STAFF, "Nobody."));
}
END_TEST

START_TEST(each_is_written_into_the_books)
{
	says(STAFF, "@ban 10.0.0.0/8", "Banned:");
	ck_assert_str_eq(r.last_event, "site:banned");
	says(STAFF, "@unban 10.0.0.0/8", "Lifted:");
	ck_assert_str_eq(r.last_event, "site:unbanned");
	says(STAFF, "@sites", "Connected");
	ck_assert_str_eq(r.last_event, "site:listed");
}
END_TEST

START_TEST(a_great_many_bans_are_told_in_portions)
{
	Mudlark__DocumentRow row = MUDLARK__DOCUMENT_ROW__INIT;
	static const char body[] = "{\"since\":1,\"until\":0,\"rank\":3,\"counted\":false,"
				   "\"by\":\"Imp\",\"why\":\"\"}";
	size_t n = 0, n_all = 0;
	char key[32];

	row.collection = "ban";
	row.key = key;
	row.body = (ProtobufCBinaryData){ strlen(body), (uint8_t *)(uintptr_t)body };
	for (unsigned i = 0; i < 5000; i++) {
		snprintf(key, sizeof(key), "net:11.0.%u.%u", i >> 8 & 255, i & 255);
		sites_load(r.world, &row);
	}
	rig_forget(&r);
	rig_peer_up(&r, RIG_OTHER + 1, false);
	ck_assert_ptr_null(told(RIG_OTHER + 1, "11.0.19.135"));
	ticks(5);
	ck_assert_ptr_nonnull(told(RIG_OTHER + 1, "11.0.19.135"));
	for (size_t i = 0; i < r.n_said; i++) {
		const Mudlark__GatewayIn *m = r.said[i].m;

		if (m->body_case != MUDLARK__GATEWAY_IN__BODY_SITES)
			continue;
		n += m->sites->n_rows;
		n_all += m->sites->all ? 1 : 0;
	}
	ck_assert_uint_eq(n, 5000);
	ck_assert_uint_eq(n_all, 1);
}
END_TEST

START_TEST(dates_are_those_of_the_calendar)
{
	static const struct {
		int64_t wall_ms;
		const char *text;
	} rows[] = {
		{ 0, "1970-01-01 00:00 UTC" },
		{ 951782399999, "2000-02-28 23:59 UTC" },
		{ 951782400000, "2000-02-29 00:00 UTC" },
		{ 1709164800000, "2024-02-29 00:00 UTC" },
		{ 1709251200000, "2024-03-01 00:00 UTC" },
		{ 1798761540000, "2026-12-31 23:59 UTC" },
		{ 4107542400000, "2100-03-01 00:00 UTC" },
	};
	struct buf out = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		buf_reset(&out);
		sites_date(rows[i].wall_ms, &out);
		buf_addc(&out, '\0');
		ck_assert_str_eq(buf_p(&out), rows[i].text);
	}
	buf_done(&out);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		a_banned_network_is_told_to_every_gateway_and_its_people_go,
		who_slips_through_the_gateway_is_refused_by_the_world,
		a_ban_runs_out_by_the_wall_clock,
		bans_survive_the_world_and_a_gateway_that_comes_is_told_all,
		unban_lifts_exactly_what_was_banned,
		nobody_bans_himself_his_betters_or_the_console,
		what_cannot_be_meant_is_answered_by_a_sentence,
		an_account_is_looked_up_and_kept_out_at_its_next_login,
		who_is_banned_while_his_connection_is_lost_does_not_take_it_up_again,
		an_account_that_is_not_there_or_stands_higher_is_not_banned,
		a_character_is_kept_out_while_others_of_the_account_may_play,
		who_is_banned_at_the_menu_does_not_come_in,
		a_character_that_is_banned_while_it_is_fetched_does_not_come_in,
		a_ban_does_not_hold_whoever_stands_above_its_maker,
		sites_shows_who_is_where_and_who_is_banned,
		each_is_written_into_the_books,
		a_great_many_bans_are_told_in_portions,
		dates_are_those_of_the_calendar,
	};

	return sites_run("sites", tests, ARRAY_LEN(tests));
}
