/* test_sites.c - who may not connect: bans, what is too much from one address, and what gateways hear. */
#include "tests/unit/world/rig.h"
#include "world/sites.h"
#include "world/sources.h"

#define NOON ((int64_t)1777636800000) /* 2026-05-01 12:00 UTC */
#define MINUTE ((int64_t)60000)

enum { STAFF = 1000, ANA = 2000, BEN = 3000, CONSOLE = 4000 };

static struct rig r;
static int64_t wall;
static uint64_t seqs[8192];

static void tick_to(int64_t wall_ms)
{
	Mudlark__Tick m = MUDLARK__TICK__INIT;

	wall = m.wall_ms = wall_ms;
	RIG_FEED(&r, 0, TICK, tick, &m);
	rig_turn(&r);
}

static void ticks(unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		tick_to(wall + 100);
}

static void open_at(uint64_t gateway, uint64_t session, const char *peer, const char *via)
{
	Mudlark__SessionOpen m = MUDLARK__SESSION_OPEN__INIT;

	m.session = session;
	m.peer = (char *)(uintptr_t)peer;
	m.via = (char *)(uintptr_t)via;
	m.trusted = !strcmp(peer, "console");
	RIG_FEED(&r, gateway, SESSION_OPEN, session_open, &m);
	rig_turn(&r);
	seqs[session] = 0;
}

static void open_from(uint64_t session, const char *peer)
{
	open_at(RIG_GATEWAY, session, peer, "telnet");
}

static void type(uint64_t session, const char *line)
{
	rig_line(&r, session, ++seqs[session], line);
}

static bool is_here(uint64_t session)
{
	return session_get(r.world, session) != NULL;
}

/* Somebody in play with an account, from that address. */
static void person(uint64_t session, const char *name, const char *peer, enum role role)
{
	struct player *p;
	struct ent e;

	open_from(session, peer);
	type(session, "guest");
	e = session_get(r.world, session)->actor;
	name_set(r.world, e, name);
	p = player_write(r.world, e);
	p->guest = false;
	p->role = role;
	p->account = session;
	p->account_name = base_dup(name, strlen(name));
	rig_turn(&r);
	rig_forget(&r);
}

static void says(uint64_t session, const char *line, const char *answer)
{
	rig_forget(&r);
	type(session, line);
	if (!rig_heard(&r, session, answer)) {
		for (size_t i = 0; i < r.n_said; i++)
			if (r.said[i].m->body_case == MUDLARK__GATEWAY_IN__BODY_OUTPUT)
				printf("%.*s\n", (int)r.said[i].m->output->text.len,
				       (const char *)r.said[i].m->output->text.data);
		ck_abort_msg("%s: not answered by: %s", line, answer);
	}
}

/* What a gateway was told of a network since rig_forget(); NULL: nothing. */
static const Mudlark__Site *told(uint64_t gateway, const char *net)
{
	const Mudlark__Site *row = NULL;

	for (size_t i = 0; i < r.n_said; i++) {
		const Mudlark__GatewayIn *m = r.said[i].m;

		if (m->body_case != MUDLARK__GATEWAY_IN__BODY_SITES || r.said[i].gateway != gateway)
			continue;
		if (m->sites->all)
			row = NULL;
		for (size_t j = 0; j < m->sites->n_rows; j++)
			if (!strcmp(m->sites->rows[j]->net, net))
				row = m->sites->rows[j];
	}
	return row;
}

static void set_conf(uint32_t at_once, uint32_t minute, uint32_t failed, uint32_t silent)
{
	struct world_conf *c = &r.world->conf;

	c->max_per_address = at_once;
	c->opens_minute = minute;
	c->failed_logins = failed;
	c->silent_sessions = silent;
}

static void setup(void)
{
	rig_init(&r);
	rig_peer_up(&r, RIG_OTHER, false);
	tick_to(NOON);
	person(STAFF, "Imp", "198.51.100.1", ROLE_ADMIN);
}

static void teardown(void)
{
	rig_done_with(&r);
}

static void restart(void)
{
	rig_kill(&r);
	rig_start(&r);
	rig_peer_up(&r, RIG_GATEWAY, false);
	tick_to(wall + 1000);
}

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

/* ---- what is too much ---- */

START_TEST(sessions_of_one_address_are_counted_over_all_gateways)
{
	set_conf(2, 0, 0, 0);
	open_at(RIG_GATEWAY, ANA, "203.0.113.7", "telnet");
	open_at(RIG_OTHER, ANA + 1, "203.0.113.7", "ws");
	rig_forget(&r);
	open_at(RIG_GATEWAY, ANA + 2, "203.0.113.7", "telnet");
	ck_assert(rig_heard(&r, ANA + 2, "There are too many connections from your address."));
	ck_assert(!is_here(ANA + 2));
	rig_closed(&r, RIG_OTHER, ANA + 1);
	open_at(RIG_GATEWAY, ANA + 2, "203.0.113.7", "telnet");
	ck_assert(is_here(ANA + 2));
	ck_assert_ptr_null(sites_next(r.world, NULL));
}
END_TEST

START_TEST(ipv6_counts_by_its_network)
{
	set_conf(1, 0, 0, 0);
	open_from(ANA, "2001:db8:1:1::7");
	open_from(ANA + 1, "2001:db8:1:1:ffff::8");
	open_from(ANA + 2, "2001:db8:1:2::7");
	ck_assert(!is_here(ANA + 1) && is_here(ANA + 2));
}
END_TEST

START_TEST(whoever_opens_too_often_is_refused_everywhere_for_a_while)
{
	set_conf(0, 5, 0, 0);
	rig_forget(&r);
	for (uint64_t i = 0; i < 6; i++) {
		open_at(i % 2 ? RIG_OTHER : RIG_GATEWAY, ANA + i, "203.0.113.7", "telnet");
		rig_closed(&r, i % 2 ? RIG_OTHER : RIG_GATEWAY, ANA + i);
	}
	ck_assert_str_eq(told(RIG_OTHER, "203.0.113.7")->why,
			 "You connect too often. Please wait a minute.");
	ck_assert_uint_eq(told(RIG_GATEWAY, "203.0.113.7")->for_s, 60);
	ck_assert_str_eq(r.last_event, "site:throttled");
	restart(); /* it is remembered */
	ck_assert_uint_eq(told(RIG_GATEWAY, "203.0.113.7")->for_s, 59);
	open_from(BEN, "203.0.113.7");
	ck_assert(!is_here(BEN));
	tick_to(wall + MINUTE);
	open_from(BEN, "203.0.113.7");
	ck_assert(is_here(BEN));
}
END_TEST

static void wrong_password(uint64_t session)
{
	const uint64_t ids[] = { 5 };
	const char *const names[] = { "Ana" };

	type(session, "ana");
	rig_answer_account(&r, 9, ids, names, 1);
	type(session, "a wrong password");
	rig_answer_status(&r, MUDLARK__STATUS__STATUS_DENIED, "Wrong password.");
}

START_TEST(too_many_wrong_passwords_end_it_on_every_gateway)
{
	set_conf(0, 0, 2, 0);
	for (uint64_t i = 0; i < 2; i++) {
		open_from(ANA + i, "203.0.113.7");
		wrong_password(ANA + i);
		ck_assert(is_here(ANA + i));
	}
	open_at(RIG_GATEWAY, ANA + 2, "203.0.113.7", "telnet");
	rig_forget(&r);
	wrong_password(ANA + 2);
	ck_assert(rig_heard(&r, ANA + 2, "Too many passwords from your address were wrong."));
	ck_assert(!is_here(ANA + 2));
	ck_assert_uint_eq(told(RIG_OTHER, "203.0.113.7")->for_s, 300);
	/* Staff can end it, and then it counts from the beginning. */
	says(STAFF, "@unban 203.0.113.7", "Lifted:");
	open_from(ANA + 3, "203.0.113.7");
	wrong_password(ANA + 3);
	ck_assert(is_here(ANA + 3));
}
END_TEST

START_TEST(connections_that_never_log_in_are_counted)
{
	Mudlark__SessionClosed m = MUDLARK__SESSION_CLOSED__INIT;

	set_conf(0, 0, 0, 2);
	for (uint64_t i = 0; i < 3; i++) {
		open_from(ANA + i, "203.0.113.7");
		ck_assert(is_here(ANA + i));
		m.session = ANA + i;
		m.reason = "login_timeout";
		RIG_FEED(&r, RIG_GATEWAY, SESSION_CLOSED, session_closed, &m);
		rig_turn(&r);
	}
	ck_assert_uint_eq(told(RIG_GATEWAY, "203.0.113.7")->for_s, 600);
}
END_TEST

START_TEST(exempt_networks_and_the_console_are_not_counted_but_can_be_banned)
{
	sources_exempt(r.world, "203.0.113.0/24");
	set_conf(1, 1, 1, 1);
	for (uint64_t i = 0; i < 4; i++) {
		open_from(ANA + i, "203.0.113.7");
		open_from(CONSOLE + i, "console");
		ck_assert(is_here(ANA + i) && is_here(CONSOLE + i));
	}
	says(STAFF, "@ban 203.0.113.7", "4 connections are closed.");
	open_from(BEN, "203.0.113.7");
	ck_assert(!is_here(BEN));
}
END_TEST

START_TEST(who_a_gateway_says_is_exempt_is_not_counted)
{
	Mudlark__SessionOpen open = MUDLARK__SESSION_OPEN__INIT;
	Mudlark__SessionAttach attach = MUDLARK__SESSION_ATTACH__INIT;

	set_conf(1, 1, 1, 1);
	open.peer = attach.peer = "203.0.113.7";
	open.exempt = attach.exempt = true;
	for (uint64_t i = 0; i < 3; i++) {
		open.session = ANA + i;
		RIG_FEED(&r, RIG_GATEWAY, SESSION_OPEN, session_open, &open);
		attach.session = CONSOLE + i;
		RIG_FEED(&r, RIG_GATEWAY, SESSION_ATTACH, session_attach, &attach);
		/* The link was lost before the answer came. */
		RIG_FEED(&r, RIG_GATEWAY, SESSION_OPEN, session_open, &open);
		rig_turn(&r);
		ck_assert(is_here(ANA + i) && is_here(CONSOLE + i));
	}
	open_from(BEN, "203.0.113.7");
	ck_assert(is_here(BEN));
	open_from(BEN + 1, "203.0.113.7");
	ck_assert(!is_here(BEN + 1));
}
END_TEST

START_TEST(sessions_are_counted_again_after_a_restart)
{
	Mudlark__SessionAttach m = MUDLARK__SESSION_ATTACH__INIT;

	restart();
	set_conf(1, 0, 0, 0);
	m.session = ANA;
	m.peer = "203.0.113.7";
	m.via = "wss";
	RIG_FEED(&r, RIG_GATEWAY, SESSION_ATTACH, session_attach, &m);
	rig_turn(&r);
	open_from(BEN, "203.0.113.7");
	ck_assert(is_here(ANA) && !is_here(BEN));
	ck_assert_str_eq(session_get(r.world, ANA)->origin.via, "wss");
}
END_TEST

START_TEST(the_table_of_sources_is_bounded)
{
	Mudlark__SessionOpen m = MUDLARK__SESSION_OPEN__INIT;
	char peer[32];

	set_conf(1, 1, 0, 0);
	m.peer = peer;
	r.prompt_store = true;
	for (unsigned i = 0; i < SOURCES_MAX + 500; i++) {
		Mudlark__SessionClosed closed = MUDLARK__SESSION_CLOSED__INIT;

		snprintf(peer, sizeof(peer), "11.%u.%u.%u", i >> 16, i >> 8 & 255, i & 255);
		m.session = closed.session = ANA;
		RIG_FEED(&r, RIG_GATEWAY, SESSION_OPEN, session_open, &m);
		rig_turn(&r);
		ck_assert(is_here(ANA));
		RIG_FEED(&r, RIG_GATEWAY, SESSION_CLOSED, session_closed, &closed);
		rig_turn(&r);
		rig_forget(&r);
	}
	/* Beyond, nobody is counted. */
	for (int i = 0; i < 4; i++) {
		open_from(BEN, "12.0.0.1");
		ck_assert(is_here(BEN));
		rig_closed(&r, RIG_GATEWAY, BEN);
	}
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
		a_ban_does_not_hold_whoever_stands_above_its_maker,
		sites_shows_who_is_where_and_who_is_banned,
		each_is_written_into_the_books,
		sessions_of_one_address_are_counted_over_all_gateways,
		ipv6_counts_by_its_network,
		whoever_opens_too_often_is_refused_everywhere_for_a_while,
		too_many_wrong_passwords_end_it_on_every_gateway,
		connections_that_never_log_in_are_counted,
		exempt_networks_and_the_console_are_not_counted_but_can_be_banned,
		who_a_gateway_says_is_exempt_is_not_counted,
		sessions_are_counted_again_after_a_restart,
		the_table_of_sources_is_bounded,
		a_great_many_bans_are_told_in_portions,
		dates_are_those_of_the_calendar,
	};
	TCase *tc = tcase_create("sites");
	Suite *suite = suite_create("sites");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 30);
	for (size_t i = 0; i < ARRAY_LEN(tests); i++)
		tcase_add_test(tc, tests[i]);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
