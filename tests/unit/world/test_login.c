/*
 * test_login.c - the dialogue before play, and how characters come and go.
 */
#include "rig.h"
#include "world/core/item.h"
#include "world/login.h"

static struct rig r;

static void setup(void)
{
	rig_init(&r);
}

static void teardown(void)
{
	rig_done_with(&r);
}

static const Mudlark__PersistCall *call(Mudlark__PersistCall__BodyCase what)
{
	ck_assert_uint_eq(r.n_calls, 1);
	ck_assert_int_eq(r.calls[0].m->body_case, what);
	return r.calls[0].m;
}

static bool hidden(void)
{
	const Mudlark__GatewayIn *m = rig_last(&r, MUDLARK__GATEWAY_IN__BODY_SESSION_STATE);

	return m && m->session_state->hide_input;
}

/* Up to the password's question for a name that is known. */
static void known(uint64_t session, const char *name)
{
	rig_open(&r, RIG_GATEWAY, session);
	rig_line(&r, session, 1, name);
	call(MUDLARK__PERSIST_CALL__BODY_ACCOUNT_LIST);
	rig_answer_account(&r, 42, NULL, NULL, 0);
	ck_assert_str_eq(rig_prompt(&r, session), "Password: ");
	ck_assert(hidden());
}

/* A new account and its character in play; its id. */
static uint64_t created(uint64_t session, const char *name)
{
	Mudlark__PersistReply ok = MUDLARK__PERSIST_REPLY__INIT;
	uint64_t id;

	rig_open(&r, RIG_GATEWAY, session);
	rig_line(&r, session, 1, name);
	rig_answer_status(&r, MUDLARK__STATUS__STATUS_ABSENT, "no such account");
	rig_line(&r, session, 2, "y");
	rig_line(&r, session, 3, "#0000000000000001");
	rig_line(&r, session, 4, "#0000000000000001");
	ok.id = 42;
	rig_answer(&r, 0, &ok);
	id = call(MUDLARK__PERSIST_CALL__BODY_CHARACTER_CREATE)->character_create->id;
	rig_answer_status(&r, MUDLARK__STATUS__STATUS_OK, NULL);
	ck_assert_int_eq(session_get(r.world, session)->state, SESSION_PLAYING);
	return id;
}

START_TEST(an_unknown_name_becomes_an_account_and_a_character)
{
	const Mudlark__PersistCall *c;
	Mudlark__PersistReply ok = MUDLARK__PERSIST_REPLY__INIT;
	uint64_t id;

	rig_open(&r, RIG_GATEWAY, 5);
	ck_assert(rig_heard(&r, 5, "Proving ground."));
	ck_assert_str_eq(rig_prompt(&r, 5), "Name: ");
	rig_line(&r, 5, 1, " aNA ");
	ck_assert_uint_eq(rig_done(&r, 5), 0); /* not before persist has said something */
	ck_assert_str_eq(call(MUDLARK__PERSIST_CALL__BODY_ACCOUNT_LIST)->account_list->name, "Ana");
	rig_answer_status(&r, MUDLARK__STATUS__STATUS_ABSENT, "no such account");
	ck_assert_uint_eq(rig_done(&r, 5), 1);
	ck_assert_ptr_nonnull(strstr(rig_prompt(&r, 5), "(y/n)"));
	rig_line(&r, 5, 2, "y");
	ck_assert_str_eq(rig_prompt(&r, 5), "Choose a password: ");
	ck_assert(hidden());
	rig_line(&r, 5, 3, "#0000000000000001");
	ck_assert_str_eq(rig_prompt(&r, 5), "Repeat the password: ");
	rig_line(&r, 5, 4, "#0000000000000001");
	c = call(MUDLARK__PERSIST_CALL__BODY_ACCOUNT_CREATE);
	ck_assert_str_eq(c->account_create->name, "Ana");
	ck_assert_str_eq(c->account_create->source, "203.0.113.7");
	ck_assert_mem_eq(c->account_create->password.data, "#0000000000000001", 17);
	ok.id = 42;
	rig_answer(&r, 0, &ok);
	c = call(MUDLARK__PERSIST_CALL__BODY_CHARACTER_CREATE);
	ck_assert_uint_eq(c->character_create->account, 42);
	id = c->character_create->id;
	ck_assert_uint_lt(id, (uint64_t)1 << 48 | r.state->next_id);
	rig_answer_status(&r, MUDLARK__STATUS__STATUS_OK, NULL);
	ck_assert(rig_heard(&r, 5, "The Yard"));
	ck_assert(!hidden());
	ck_assert_str_eq(rig_prompt(&r, 5), "> ");
	ck_assert_uint_eq(rig_done(&r, 5), 4);
	ck_assert_uint_eq(rig_session(&r, 5)->character, id);
	ck_assert_uint_eq(rig_session(&r, 5)->applied, 4);
	ck_assert_uint_eq(rig_session(&r, 5)->account, 42);
	ck_assert_ptr_nonnull(rig_row(&r, id));
}
END_TEST

START_TEST(two_different_passwords_begin_the_question_again)
{
	rig_open(&r, RIG_GATEWAY, 5);
	rig_line(&r, 5, 1, "Ana");
	rig_answer_status(&r, MUDLARK__STATUS__STATUS_ABSENT, NULL);
	rig_line(&r, 5, 2, "y");
	rig_line(&r, 5, 3, "#0000000000000001");
	rig_line(&r, 5, 4, "#0000000000000002");
	ck_assert(rig_heard(&r, 5, "not the same"));
	ck_assert_str_eq(rig_prompt(&r, 5), "Choose a password: ");
	ck_assert_uint_eq(r.n_calls, 0);
}
END_TEST

START_TEST(a_password_that_persist_refuses_is_asked_for_again_with_the_reason)
{
	rig_open(&r, RIG_GATEWAY, 5);
	rig_line(&r, 5, 1, "Ana");
	rig_answer_status(&r, MUDLARK__STATUS__STATUS_ABSENT, NULL);
	rig_line(&r, 5, 2, "y");
	rig_line(&r, 5, 3, "#0000000000000001");
	rig_line(&r, 5, 4, "#0000000000000001");
	rig_answer_status(&r, MUDLARK__STATUS__STATUS_BAD, "A password has at least 8 characters.");
	ck_assert(rig_heard(&r, 5, "at least 8"));
	ck_assert_str_eq(rig_prompt(&r, 5), "Choose a password: ");
	ck_assert(hidden());
}
END_TEST

START_TEST(an_empty_line_instead_of_a_new_password_leads_back_to_the_name)
{
	rig_open(&r, RIG_GATEWAY, 5);
	rig_line(&r, 5, 1, "Ana");
	rig_answer_status(&r, MUDLARK__STATUS__STATUS_ABSENT, NULL);
	rig_line(&r, 5, 2, "y");
	rig_line(&r, 5, 3, "");
	ck_assert_str_eq(rig_prompt(&r, 5), "Name: ");
	ck_assert(!hidden());
}
END_TEST

START_TEST(a_name_that_persist_refuses_is_asked_for_again)
{
	rig_open(&r, RIG_GATEWAY, 5);
	rig_line(&r, 5, 1, "Ana");
	rig_answer_status(&r, MUDLARK__STATUS__STATUS_ABSENT, NULL);
	rig_line(&r, 5, 2, "y");
	rig_line(&r, 5, 3, "#0000000000000001");
	rig_line(&r, 5, 4, "#0000000000000001");
	rig_answer_status(&r, MUDLARK__STATUS__STATUS_BAD, "That word cannot be a name.");
	ck_assert(rig_heard(&r, 5, "cannot be a name"));
	ck_assert_str_eq(rig_prompt(&r, 5), "Name: ");
	ck_assert(!hidden());
}
END_TEST

START_TEST(names_are_checked_before_anybody_is_asked)
{
	static const char *const bad[] = { "Al",	  "Abcdefghijklmnopq",
					   "Ana2",	  "Ana Maria",
					   "\xc3\x84nne", "north",
					   "Guest1",	  "a{red}",
					   "console",	  "staff" };

	rig_open(&r, RIG_GATEWAY, 5);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		rig_forget(&r);
		rig_line(&r, 5, i + 1, bad[i]);
		ck_assert_uint_eq(r.n_calls, 0);
		ck_assert_uint_eq(rig_done(&r, 5), i + 1);
		ck_assert_msg(rig_heard(&r, 5, "name"), "%s", bad[i]);
	}
}
END_TEST

START_TEST(three_wrong_passwords_close_the_connection)
{
	known(5, "Ana");
	for (uint64_t i = 0; i < 3; i++) {
		ck_assert_ptr_null(rig_last(&r, MUDLARK__GATEWAY_IN__BODY_SESSION_CLOSE));
		rig_line(&r, 5, 2 + i, "#0000000000000009");
		call(MUDLARK__PERSIST_CALL__BODY_ACCOUNT_VERIFY);
		rig_answer_status(&r, MUDLARK__STATUS__STATUS_DENIED, "wrong password");
	}
	ck_assert_uint_eq(
		rig_last(&r, MUDLARK__GATEWAY_IN__BODY_SESSION_CLOSE)->session_close->done, 4);
	ck_assert_ptr_null(session_get(r.world, 5));
}
END_TEST

START_TEST(a_locked_account_is_told_why)
{
	known(5, "Ana");
	rig_line(&r, 5, 2, "#0000000000000009");
	rig_answer_status(&r, MUDLARK__STATUS__STATUS_LOCKED, "Too many tries; wait ten minutes.");
	ck_assert(rig_heard(&r, 5, "wait ten minutes"));
	ck_assert_str_eq(rig_prompt(&r, 5), "Name: ");
	ck_assert(!hidden());
}
END_TEST

START_TEST(a_store_that_is_away_is_said_clearly_and_one_may_try_again)
{
	rig_open(&r, RIG_GATEWAY, 5);
	rig_line(&r, 5, 1, "Ana");
	rig_answer(&r, 0, NULL);
	ck_assert(rig_heard(&r, 5, "cannot be reached"));
	ck_assert_uint_eq(rig_done(&r, 5), 1);
	rig_line(&r, 5, 2, "Ana");
	rig_answer_status(&r, MUDLARK__STATUS__STATUS_STORE, "the database is away");
	ck_assert_uint_eq(rig_done(&r, 5), 2);
	rig_line(&r, 5, 3, "Ana");
	rig_answer_account(&r, 42, NULL, NULL, 0);
	ck_assert_str_eq(rig_prompt(&r, 5), "Password: ");
}
END_TEST

START_TEST(a_character_comes_back_with_what_it_carried_where_it_was)
{
	static const char *const names[] = { "Ana" };
	uint64_t id = created(5, "Ana");
	const struct session *s;

	rig_line(&r, 5, 5, "get stone");
	rig_line(&r, 5, 6, "north");
	rig_line(&r, 5, 7, "quit");
	ck_assert_uint_eq(player_count(r.world), 0);
	ck_assert_uint_eq(rig_row(&r, id)->owner, 0);
	rig_kill(&r);
	rig_start(&r); /* offline characters stay in the store */
	ck_assert(!ent_is(ent_by_id(r.world, id)));
	rig_peer_up(&r, RIG_GATEWAY, false);
	known(6, "Ana");
	rig_line(&r, 6, 2, "#0000000000000001");
	rig_answer_account(&r, 42, &id, names, 1);
	ck_assert_uint_eq(call(MUDLARK__PERSIST_CALL__BODY_LOAD_TREE)->load_tree->id, id);
	rig_answer_tree(&r);
	s = session_get(r.world, 6);
	ck_assert_uint_eq(ent_id(r.world, s->actor), id);
	ck_assert_uint_eq(place_count(r.world, s->actor), 1);
	ck_assert_uint_eq(ent_id(r.world, place_room(r.world, s->actor)),
			  ent_pack_id(1, "proving", "room", "shed"));
	ck_assert(rig_heard(&r, 6, "The Shed"));
	ck_assert_uint_eq(s->account, 42);
}
END_TEST

START_TEST(who_left_in_the_same_turn_is_loaded_as_he_left)
{
	static const char *const names[] = { "Ana" };
	uint64_t id = created(5, "Ana"), before;

	known(6, "Ana");
	rig_line(&r, 6, 2, "#0000000000000001");
	before = r.batch;
	rig_feed_line(&r, RIG_GATEWAY, 5, 5, "quit", false);
	rig_answer_account(&r, 42, &id, names, 1); /* both in one turn */
	ck_assert_uint_eq(r.batch, before + 1);
	ck_assert_uint_eq(call(MUDLARK__PERSIST_CALL__BODY_LOAD_TREE)->load_tree->after_batch,
			  before + 1);
}
END_TEST

START_TEST(several_characters_are_a_menu)
{
	static const char *const names[] = { "Ana", "Berta" };
	uint64_t ids[] = { created(5, "Ana"), (uint64_t)1 << 48 | 3000 };

	rig_line(&r, 5, 5, "quit");
	known(6, "Ana");
	rig_line(&r, 6, 2, "#0000000000000001");
	rig_answer_account(&r, 42, ids, names, 2);
	ck_assert_str_eq(rig_prompt(&r, 6), "Character: ");
	ck_assert(rig_heard(&r, 6, "1  Ana\n 2  Berta\n 3  a new character"));
	rig_line(&r, 6, 3, "7");
	ck_assert(rig_heard(&r, 6, "one of the numbers"));
	rig_line(&r, 6, 4, "1");
	ck_assert_uint_eq(call(MUDLARK__PERSIST_CALL__BODY_LOAD_TREE)->load_tree->id, ids[0]);
	rig_answer_tree(&r);
	ck_assert(rig_heard(&r, 6, "The Yard"));
}
END_TEST

START_TEST(the_menu_makes_new_characters_and_tells_when_a_name_is_taken)
{
	static const char *const names[] = { "Ana" };
	uint64_t id = created(5, "Ana");

	rig_line(&r, 5, 5, "quit");
	rig_open(&r, RIG_GATEWAY, 6);
	rig_line(&r, 6, 1, "menu ana");
	rig_answer_account(&r, 42, NULL, NULL, 0);
	rig_line(&r, 6, 2, "#0000000000000001");
	rig_answer_account(&r, 42, &id, names, 1);
	ck_assert_str_eq(rig_prompt(&r, 6), "Character: ");
	rig_line(&r, 6, 3, "2");
	rig_line(&r, 6, 4, "cleo");
	ck_assert_str_eq(call(MUDLARK__PERSIST_CALL__BODY_CHARACTER_CREATE)->character_create->name,
			 "Cleo");
	rig_answer_status(&r, MUDLARK__STATUS__STATUS_EXISTS, "taken");
	ck_assert(rig_heard(&r, 6, "that name already"));
	rig_line(&r, 6, 5, "Dora");
	rig_answer_status(&r, MUDLARK__STATUS__STATUS_OK, NULL);
	ck_assert_str_eq(name_of(r.world, session_get(r.world, 6)->actor), "Dora");
}
END_TEST

START_TEST(a_character_row_without_an_entity_is_made_anew)
{
	static const char *const names[] = { "Ana" };
	uint64_t id = (uint64_t)1 << 48 | 3000;

	known(5, "Ana");
	rig_line(&r, 5, 2, "#0000000000000001");
	rig_answer_account(&r, 42, &id, names, 1);
	rig_answer_status(&r, MUDLARK__STATUS__STATUS_ABSENT, "no such entity");
	ck_assert_uint_eq(ent_id(r.world, session_get(r.world, 5)->actor), id);
	ck_assert_str_eq(name_of(r.world, session_get(r.world, 5)->actor), "Ana");
}
END_TEST

START_TEST(a_character_that_cannot_be_loaded_is_not_replaced)
{
	static const Mudlark__Status refusals[] = {
		MUDLARK__STATUS__STATUS_BAD,	MUDLARK__STATUS__STATUS_CONFLICT,
		MUDLARK__STATUS__STATUS_BUSY,	MUDLARK__STATUS__STATUS_STORE,
		MUDLARK__STATUS__STATUS_LOCKED,
	};
	static const char *const names[] = { "Ana" };
	uint64_t id = (uint64_t)1 << 48 | 3000;

	for (size_t i = 0; i < ARRAY_LEN(refusals); i++) {
		known(5 + i, "Ana");
		rig_line(&r, 5 + i, 2, "#0000000000000001");
		rig_answer_account(&r, 42, &id, names, 1);
		rig_answer_status(&r, refusals[i], "There is too much in it.");
		ck_assert_str_eq(rig_prompt(&r, 5 + i), "Name: ");
		ck_assert_uint_eq(player_count(r.world), 0);
		ck_assert_ptr_null(rig_row(&r, id));
	}
	ck_assert(rig_heard(&r, 5, "too much in it"));
}
END_TEST

START_TEST(a_character_whose_row_cannot_be_read_is_not_replaced)
{
	static const char *const names[] = { "Ana" };
	uint64_t id = created(5, "Ana");

	rig_line(&r, 5, 5, "quit");
	snprintf(rig_row(&r, id)->kind, sizeof(rig_row(&r, id)->kind), "ghost");
	known(6, "Ana");
	rig_line(&r, 6, 2, "#0000000000000001");
	rig_answer_account(&r, 42, &id, names, 1);
	rig_answer_tree(&r);
	ck_assert(rig_heard(&r, 6, "cannot be read"));
	ck_assert_str_eq(rig_prompt(&r, 6), "Name: ");
	ck_assert_uint_eq(player_count(r.world), 0);
	ck_assert_str_eq(rig_row(&r, id)->kind, "ghost");
}
END_TEST

START_TEST(nobody_waits_for_persist_for_ever)
{
	const uint64_t late = r.world->stats.late_answers;

	rig_open(&r, RIG_GATEWAY, 5);
	rig_line(&r, 5, 1, "Ana");
	call(MUDLARK__PERSIST_CALL__BODY_ACCOUNT_LIST);
	rig_ticks(&r, 10 * r.world->conf.tick_rate - 1);
	ck_assert_uint_eq(rig_done(&r, 5), 0);
	rig_ticks(&r, 1);
	ck_assert_uint_eq(rig_done(&r, 5), 1);
	ck_assert_str_eq(rig_prompt(&r, 5), "Name: ");
	rig_answer_status(&r, MUDLARK__STATUS__STATUS_ABSENT, "no such account");
	ck_assert_uint_eq(r.world->stats.late_answers, late + 1);
	ck_assert_str_eq(rig_prompt(&r, 5), "Name: ");
}
END_TEST

START_TEST(a_second_login_takes_over_with_a_notice)
{
	static const char *const names[] = { "Ana" };
	uint64_t id = created(5, "Ana");

	known(6, "Ana");
	rig_line(&r, 6, 2, "#0000000000000001");
	rig_answer_account(&r, 42, &id, names, 1);
	ck_assert(rig_heard(&r, 5, "another connection"));
	ck_assert(rig_last(&r, MUDLARK__GATEWAY_IN__BODY_SESSION_CLOSE)->session_close->moved);
	ck_assert_uint_eq(
		rig_last(&r, MUDLARK__GATEWAY_IN__BODY_SESSION_CLOSE)->session_close->session, 5);
	ck_assert(rig_heard(&r, 6, "take over"));
	ck_assert_ptr_null(session_get(r.world, 5));
	ck_assert_ptr_null(rig_session(&r, 5));
	ck_assert_ptr_nonnull(rig_session(&r, 6));
	ck_assert_uint_eq(player_count(r.world), 1);
	rig_forget(&r);
	rig_closed(&r, RIG_GATEWAY, 5); /* late, and of no matter */
	ck_assert(!player_linkdead(r.world, ent_by_id(r.world, id)));
}
END_TEST

START_TEST(who_is_new_is_told_how_to_get_help_and_nobody_else_is)
{
	static const char *const names[] = { "Ana" };
	uint64_t id = created(5, "Ana");

	ck_assert(rig_heard(&r, 5, "Welcome, Ana."));
	rig_line(&r, 5, 5, "quit");
	rig_forget(&r);
	known(6, "Ana");
	rig_line(&r, 6, 2, "#0000000000000001");
	rig_answer_account(&r, 42, &id, names, 1);
	rig_answer_tree(&r);
	ck_assert_ptr_nonnull(session_of(r.world, ent_by_id(r.world, id)));
	ck_assert(!rig_heard(&r, 6, "Welcome"));
	rig_open(&r, RIG_GATEWAY, 7);
	rig_line(&r, 7, 1, "guest");
	ck_assert(rig_heard(&r, 7, "Welcome, Guest"));
}
END_TEST

START_TEST(a_lost_link_leaves_the_character_for_a_while)
{
	static const char *const names[] = { "Ana" };
	uint64_t id = created(5, "Ana");

	rig_guest(&r, 7);
	rig_closed(&r, RIG_GATEWAY, 5);
	ck_assert(player_linkdead(r.world, ent_by_id(r.world, id)));
	ck_assert(rig_room_heard(&r, 7, "falls silent"));
	ck_assert_ptr_null(rig_session(&r, 5));
	rig_ticks(&r, 50);
	known(6, "Ana");
	rig_line(&r, 6, 2, "#0000000000000001");
	rig_answer_account(&r, 42, &id, names, 1);
	ck_assert(rig_heard(&r, 6, "back where you were"));
	ck_assert(rig_room_heard(&r, 7, "stirs"));
	rig_ticks(&r, 200);
	ck_assert(ent_is(ent_by_id(r.world, id)));
}
END_TEST

START_TEST(after_the_grace_a_linkdead_character_leaves_as_by_quit)
{
	uint64_t id = created(5, "Ana");

	rig_line(&r, 5, 5, "north");
	rig_guest(&r, 7);
	rig_line(&r, 7, 2, "north");
	rig_closed(&r, RIG_GATEWAY, 5);
	rig_ticks(&r, 99);
	ck_assert(ent_is(ent_by_id(r.world, id)));
	rig_forget(&r);
	rig_ticks(&r, 2);
	ck_assert(!ent_is(ent_by_id(r.world, id)));
	ck_assert(rig_room_heard(&r, 7, "Ana leaves the world"));
	ck_assert_uint_eq(rig_row(&r, id)->owner, 0);
}
END_TEST

START_TEST(a_guest_goes_for_good_and_leaves_what_it_carried)
{
	struct ent guest = rig_guest(&r, 5);
	uint64_t id = ent_id(r.world, guest);

	rig_line(&r, 5, 2, "get stone");
	ck_assert_uint_eq(place_count(r.world, room_start(r.world)), 5);
	rig_line(&r, 5, 3, "quit");
	ck_assert_ptr_null(rig_row(&r, id));
	ck_assert_uint_eq(place_count(r.world, room_start(r.world)), 5);
	ck_assert_uint_eq(
		rig_last(&r, MUDLARK__GATEWAY_IN__BODY_SESSION_CLOSE)->session_close->done, 3);
}
END_TEST

START_TEST(guests_may_be_turned_away)
{
	r.world->conf.guests = false;
	rig_open(&r, RIG_GATEWAY, 5);
	rig_line(&r, 5, 1, "guest");
	ck_assert(rig_heard(&r, 5, "no guests"));
	ck_assert_str_eq(rig_prompt(&r, 5), "Name: ");
}
END_TEST

START_TEST(the_console_enters_at_once_as_staff_and_unseen)
{
	Mudlark__SessionOpen m = MUDLARK__SESSION_OPEN__INIT;
	const struct player *p;

	rig_guest(&r, 7);
	m.session = 5;
	m.peer = "console";
	m.trusted = true;
	RIG_FEED(&r, RIG_GATEWAY, SESSION_OPEN, session_open, &m);
	rig_turn(&r);
	p = player_get(r.world, session_get(r.world, 5)->actor);
	ck_assert_int_eq(p->role, ROLE_IMPLEMENTOR);
	ck_assert(p->hidden);
	ck_assert(rig_heard(&r, 5, "The Yard"));
	ck_assert(!rig_room_heard(&r, 7, "comes into"));
	rig_forget(&r);
	rig_line(&r, 7, 2, "look");
	ck_assert(!rig_heard(&r, 7, "Operator"));
}
END_TEST

START_TEST(an_answer_that_comes_after_the_connection_was_lost_harms_nobody)
{
	known(5, "Ana");
	rig_line(&r, 5, 2, "#0000000000000001");
	rig_closed(&r, RIG_GATEWAY, 5);
	rig_answer_account(&r, 42, NULL, NULL, 0);
	ck_assert_uint_eq(player_count(r.world), 0);
	ck_assert_uint_eq(r.world->stats.late_answers, 1);
}
END_TEST

START_TEST(a_dialogue_that_is_begun_again_ignores_the_old_answer)
{
	known(5, "Ana");
	rig_line(&r, 5, 2, "#0000000000000001");
	rig_attach(&r, RIG_GATEWAY, 5, 1); /* the link was new */
	ck_assert_str_eq(rig_prompt(&r, 5), "Name: ");
	rig_answer_account(&r, 42, NULL, NULL, 0);
	ck_assert_uint_eq(player_count(r.world), 0);
	rig_line(&r, 5, 3, "guest");
	ck_assert(rig_heard(&r, 5, "The Yard"));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("login");
	TCase *c = tcase_create("login");
	SRunner *run;
	int failed;

	tcase_add_checked_fixture(c, setup, teardown);
	tcase_add_test(c, an_unknown_name_becomes_an_account_and_a_character);
	tcase_add_test(c, two_different_passwords_begin_the_question_again);
	tcase_add_test(c, a_password_that_persist_refuses_is_asked_for_again_with_the_reason);
	tcase_add_test(c, an_empty_line_instead_of_a_new_password_leads_back_to_the_name);
	tcase_add_test(c, a_name_that_persist_refuses_is_asked_for_again);
	tcase_add_test(c, names_are_checked_before_anybody_is_asked);
	tcase_add_test(c, three_wrong_passwords_close_the_connection);
	tcase_add_test(c, a_locked_account_is_told_why);
	tcase_add_test(c, a_store_that_is_away_is_said_clearly_and_one_may_try_again);
	tcase_add_test(c, a_character_comes_back_with_what_it_carried_where_it_was);
	tcase_add_test(c, who_left_in_the_same_turn_is_loaded_as_he_left);
	tcase_add_test(c, several_characters_are_a_menu);
	tcase_add_test(c, the_menu_makes_new_characters_and_tells_when_a_name_is_taken);
	tcase_add_test(c, a_character_row_without_an_entity_is_made_anew);
	tcase_add_test(c, a_character_that_cannot_be_loaded_is_not_replaced);
	tcase_add_test(c, a_character_whose_row_cannot_be_read_is_not_replaced);
	tcase_add_test(c, nobody_waits_for_persist_for_ever);
	tcase_add_test(c, a_second_login_takes_over_with_a_notice);
	tcase_add_test(c, who_is_new_is_told_how_to_get_help_and_nobody_else_is);
	tcase_add_test(c, a_lost_link_leaves_the_character_for_a_while);
	tcase_add_test(c, after_the_grace_a_linkdead_character_leaves_as_by_quit);
	tcase_add_test(c, a_guest_goes_for_good_and_leaves_what_it_carried);
	tcase_add_test(c, guests_may_be_turned_away);
	tcase_add_test(c, the_console_enters_at_once_as_staff_and_unseen);
	tcase_add_test(c, an_answer_that_comes_after_the_connection_was_lost_harms_nobody);
	tcase_add_test(c, a_dialogue_that_is_begun_again_ignores_the_old_answer);
	suite_add_tcase(s, c);
	run = srunner_create(s);
	srunner_run_all(run, CK_NORMAL);
	failed = srunner_ntests_failed(run);
	srunner_free(run);
	return failed != 0;
}
