/*
 * test_channel.c - who is in a channel, netsplits, and what was said there.
 */
#include "bridges/irc/channel.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/rt/unit.h"

enum { S = 1000000 };

static struct span of(const char *s)
{
	return (struct span){ s, strlen(s) };
}

static struct isupport isupport(void)
{
	struct isupport s;

	isupport_init(&s);
	return s;
}

START_TEST(names_come_with_their_signs)
{
	const struct isupport s = isupport();
	struct channel *c = channel_new("#mud", 1, 1);

	channel_name(c, &s, of("@+Ana"));
	channel_name(c, &s, of("joe"));
	channel_name(c, &s, of("+"));
	ck_assert_uint_eq(c->members.n, 2);
	ck_assert_uint_eq(channel_member(c, s.casemap, of("aNA"))->rank, 1);
	ck_assert_uint_eq(channel_member(c, s.casemap, of("joe"))->rank, 0);
	channel_free(c);
}
END_TEST

START_TEST(members_are_renamed_with_what_is_known_of_them)
{
	const enum casemap m = CASEMAP_RFC1459;
	struct channel *c = channel_new("#mud", 1, 1);

	channel_account(channel_add(c, m, of("ana")), of("anna"));
	channel_add(c, m, of("bob"));
	channel_rename(c, m, of("ANA"), of("bob"));
	ck_assert_uint_eq(c->members.n, 1);
	ck_assert_str_eq(channel_member(c, m, of("BOB"))->account, "anna");
	channel_account(channel_member(c, m, of("bob")), of("*"));
	ck_assert_ptr_null(channel_member(c, m, of("bob"))->account);
	channel_rename(c, m, of("nobody"), of("eve"));
	ck_assert(!channel_remove(c, m, of("eve")));
	ck_assert(channel_remove(c, m, of("bob")));
	channel_free(c);
}
END_TEST

START_TEST(modes_with_parameters_find_their_people)
{
	const struct isupport s = isupport();
	struct channel *c = channel_new("#mud", 1, 1);
	struct irc_line l;

	channel_add(c, s.casemap, of("ana"));
	channel_add(c, s.casemap, of("joe"));
	ck_assert(irc_parse(&l, of(":x MODE #mud +ltko-b+v 5 key ana mask joe")));
	channel_mode(c, &s, &l);
	ck_assert_uint_eq(channel_member(c, s.casemap, of("ana"))->rank, 1);
	ck_assert_uint_eq(channel_member(c, s.casemap, of("joe"))->rank, 2);
	ck_assert(irc_parse(&l, of(":x MODE #mud -o+oooo ana")));
	channel_mode(c, &s, &l);
	ck_assert_uint_eq(channel_member(c, s.casemap, of("ana"))->rank, 0);
	channel_free(c);
}
END_TEST

START_TEST(there_is_an_end_to_members)
{
	struct channel *c = channel_new("#mud", 1, 1);
	char nick[16];

	for (int i = 0; i < CHANNEL_MEMBERS + 100; i++) {
		snprintf(nick, sizeof(nick), "n%d", i);
		ck_assert_int_eq(channel_add(c, CASEMAP_ASCII, of(nick)) != NULL,
				 i < CHANNEL_MEMBERS);
	}
	ck_assert_ptr_nonnull(channel_add(c, CASEMAP_ASCII, of("n7")));
	ck_assert_uint_eq(c->members.n, CHANNEL_MEMBERS);
	channel_empty(c);
	ck_assert_uint_eq(c->members.n, 0);
	channel_free(c);
}
END_TEST

START_TEST(a_split_is_told_in_one_line_and_so_is_its_end)
{
	struct channel *c = channel_new("#mud", 1, 1);
	CLEANUP(buf_done) struct buf text = { 0 };
	char nick[16];

	for (int i = 0; i < 300; i++) {
		snprintf(nick, sizeof(nick), "n%d", i);
		channel_lose(c, CASEMAP_ASCII, of(nick), S);
	}
	ck_assert(!channel_split_text(c, 2 * S, &text));
	ck_assert(channel_split_due(c) > S);
	ck_assert(channel_split_text(c, 10 * S, &text));
	buf_addc(&text, '\0');
	ck_assert_str_eq(buf_p(&text), "the network has split: 300 of #mud cannot be heard");
	ck_assert_uint_eq(channel_split_due(c), 0);
	buf_clear(&text);
	ck_assert(!channel_regain(c, CASEMAP_ASCII, of("new"), 20 * S));
	ck_assert(channel_regain(c, CASEMAP_ASCII, of("N7"), 20 * S));
	ck_assert(!channel_regain(c, CASEMAP_ASCII, of("n7"), 20 * S));
	ck_assert(channel_split_text(c, 30 * S, &text));
	buf_addc(&text, '\0');
	ck_assert_str_eq(buf_p(&text), "1 of #mud are back from the split");
	ck_assert(!channel_regain(c, CASEMAP_ASCII, of("n8"), (uint64_t)4000 * S));
	channel_free(c);
}
END_TEST

START_TEST(the_last_hundred_of_ours_are_known)
{
	struct channel *c = channel_new("#mud", 1, 1);
	char text[16];

	ck_assert(!channel_was_said(c, of("t0")));
	for (int i = 0; i < CHANNEL_SAID + 1; i++) {
		snprintf(text, sizeof(text), "t%d", i);
		channel_note_said(c, of(text));
	}
	ck_assert(!channel_was_said(c, of("t0")));
	ck_assert(channel_was_said(c, of("t1")));
	ck_assert(channel_was_said(c, of("t100")));
	ck_assert(!channel_was_said(c, of("t10 ")));
	channel_free(c);
}
END_TEST

UNIT_MAIN("channel", names_come_with_their_signs, members_are_renamed_with_what_is_known_of_them,
	  modes_with_parameters_find_their_people, there_is_an_end_to_members,
	  a_split_is_told_in_one_line_and_so_is_its_end, the_last_hundred_of_ours_are_known)
