/*
 * test_places.c - networks and channels as an operator writes them.
 */
#include "bridges/irc/places.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/rt/unit.h"

static char *rows[8];

static char name[] = "irc", host[] = "irc.example", nick[] = "Mudlark", real[] = "a game",
	    none[] = "";

static const struct irc_conf conf = { .name = name,
				      .host = host,
				      .nick = nick,
				      .realname = real,
				      .account = none,
				      .password_file = none,
				      .server_password_file = none,
				      .cert_file = none,
				      .ca_file = none,
				      .port = 6697,
				      .tls = true,
				      .networks = rows };

static void write_rows(const char *const *text)
{
	size_t n = 0;

	for (; n + 1 < ARRAY_LEN(rows) && text[n]; n++) {
		free(rows[n]);
		rows[n] = base_dup(text[n], strlen(text[n]));
	}
	free(rows[n]);
	rows[n] = NULL;
}

static char option[NETS_OPTION];

static int read_nets(struct nets *ret, const char *row)
{
	const char *const text[] = { row, NULL };
	struct buf why = { 0 };
	int r;

	write_rows(text);
	r = nets_read(ret, &conf, &why, option);
	ck_assert_int_eq(r != 0, why.n != 0);
	buf_done(&why);
	return r;
}

START_TEST(the_first_network_is_that_of_the_options)
{
	struct nets t;

	ck_assert_int_eq(read_nets(&t, NULL), 0);
	ck_assert_uint_eq(t.n, 1);
	ck_assert_str_eq(t.v[0].name, "irc");
	ck_assert_uint_eq(t.v[0].port, 6697);
	ck_assert(t.v[0].tls);
	nets_done(&t);
}
END_TEST

START_TEST(a_row_is_another_and_takes_what_it_does_not_say)
{
	struct nets t;

	ck_assert_int_eq(read_nets(&t, "two [::1]:7000 tls=no nick=Lark"), 0);
	ck_assert_str_eq(t.v[1].host, "::1");
	ck_assert_uint_eq(t.v[1].port, 7000);
	ck_assert_str_eq(t.v[1].nick, "Lark");
	ck_assert_str_eq(t.v[1].realname, "a game");
	ck_assert(!t.v[1].tls);
	nets_done(&t);
	ck_assert_int_eq(read_nets(&t, "two host=irc.two port=7001"), 0);
	ck_assert_str_eq(t.v[1].host, "irc.two");
	ck_assert_uint_eq(t.v[1].port, 7001);
	ck_assert_ptr_nonnull(nets_find(&t, SPAN("two")));
	ck_assert_ptr_null(nets_find(&t, SPAN("tw")));
	nets_done(&t);
}
END_TEST

static const char *const wrong[] = {
	"two",					       /* no host */
	"irc other.example",			       /* a name twice */
	"two irc.two:0",			       /* no port */
	"two irc.two tls=maybe",		       /* */
	"two irc.two color=red",		       /* */
	"two irc.two sasl=magic",		       /* */
	"two irc.two sasl=plain",		       /* nothing to log in with */
	"two irc.two sasl=external tls=no",	       /* */
	"two irc.two sasl=plain account=a tls=no",     /* for all to read */
	"two irc.two password_file=/nowhere/password", /* */
	"t/o irc.two",				       /* */
	"two irc.two nick=9lives",		       /* */
};

START_TEST(a_row_that_is_wrong_is_refused)
{
	struct nets t;

	ck_assert_int_eq(read_nets(&t, wrong[_i]), 1);
	ck_assert_uint_eq(t.n, 0);
	ck_assert_str_eq(option, "irc.networks");
}
END_TEST

START_TEST(a_server_password_is_shown_to_nobody_on_the_way)
{
	struct nets t;
	char path[] = "/tmp/mudlark-test-XXXXXX", row[200];
	const int fd = mkstemp(path);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, "sesame\n", 7), 7);
	close(fd);
	snprintf(row, sizeof(row), "two 127.evil.example tls=no server_password_file=%s", path);
	ck_assert_int_eq(read_nets(&t, row), 1);
	snprintf(row, sizeof(row), "two 127.0.0.1 tls=no server_password_file=%s", path);
	ck_assert_int_eq(read_nets(&t, row), 0);
	nets_done(&t);
	unlink(path);
}
END_TEST

/* Of the first network it is an option of its own that is wrong. */
static void option_is(const struct irc_conf *c, const char *want)
{
	struct nets t;
	struct buf why = { 0 };

	write_rows((const char *const[]){ "two irc.two nick=9lives", NULL });
	ck_assert_int_eq(nets_read(&t, c, &why, option), 1);
	ck_assert_str_eq(option, want);
	buf_done(&why);
}

START_TEST(the_option_that_is_wrong_is_named)
{
	static char nowhere[] = "/nowhere/password", bad[] = "9lives";
	struct irc_conf c = conf;

	option_is(&c, "irc.networks");
	c.password_file = nowhere;
	option_is(&c, "irc.password_file");
	c.password_file = none;
	c.server_password_file = nowhere;
	option_is(&c, "irc.server_password_file");
	c.nick = bad;
	option_is(&c, "irc.nick");
	c = conf;
	c.sasl = SASL_SCRAM;
	option_is(&c, "irc.sasl");
}
END_TEST

START_TEST(a_password_is_read_from_a_file_that_nobody_else_can_read)
{
	char path[] = "/tmp/mudlark-irc-XXXXXX", row[200];
	const int fd = mkstemp(path);
	struct nets t;

	ck_assert_int_eq(write(fd, "secret\n", 7), 7);
	snprintf(row, sizeof(row), "two irc.two sasl=scram account=a password_file=%s", path);
	ck_assert_int_eq(read_nets(&t, row), 0);
	ck_assert_str_eq(t.v[1].password, "secret");
	ck_assert_int_eq(t.v[1].sasl, SASL_SCRAM);
	nets_done(&t);
	fchmod(fd, 0644);
	ck_assert_int_eq(read_nets(&t, row), 1);
	close(fd);
	unlink(path);
}
END_TEST

/* Places */

static int read_places(struct places *ret, const char *const *text)
{
	struct nets nets;
	struct buf why = { 0 };
	int r;

	ck_assert_int_eq(read_nets(&nets, "two irc.two"), 0);
	write_rows(text);
	r = places_read(ret, rows, &nets, &why);
	ck_assert_int_eq(r != 0, why.n != 0);
	buf_done(&why);
	nets_done(&nets);
	return r;
}

START_TEST(rows_of_one_place_come_together)
{
	static const char *const text[] = { "#Mud = chat", "two/#mud = chat out key=k",
					    "#mud = help in speak=linked joins=yes",
					    "#mud = auction out kinds=said,entered", NULL };
	struct places p;
	const struct place *a;

	ck_assert_int_eq(read_places(&p, text), 0);
	ck_assert_uint_eq(p.n, 2);
	a = &p.v[0];
	ck_assert_str_eq(a->source, "irc/irc/#mud");
	ck_assert_str_eq(a->name, "#Mud");
	ck_assert_uint_eq(a->n_in, 2);
	ck_assert_str_eq(a->in[1].channel, "help");
	ck_assert(!a->in[0].linked_only && a->in[1].linked_only);
	ck_assert(a->joins && place_has_many(a));
	ck_assert_str_eq(a->channels[1], "auction");
	ck_assert(a->kinds & LINE(LINE_ENTERED));
	ck_assert_str_eq(p.v[1].source, "irc/two/#mud");
	ck_assert_str_eq(p.v[1].key, "k");
	ck_assert_uint_eq(p.v[1].n_in, 0);
	ck_assert(!place_has_many(&p.v[1]));
	ck_assert(!place_is_same_out(a, &p.v[1]) && place_is_same_out(a, a));
	places_done(&p);
}
END_TEST

START_TEST(what_is_said_there_goes_to_the_first_channel_of_each_row)
{
	static const char *const text[] = { "#mud = chat, advice",
					    "#mud = chat in joins=yes speak=linked",
					    "#mud = trade, auction", "#mud = kinds=entered", NULL };
	struct places p;

	ck_assert_int_eq(read_places(&p, text), 0);
	ck_assert_uint_eq(p.n, 1);
	ck_assert_uint_eq(p.v[0].n_in, 2);
	ck_assert_str_eq(p.v[0].in[0].channel, "chat");
	ck_assert_str_eq(p.v[0].in[1].channel, "trade");
	ck_assert(p.v[0].in[0].linked_only && !p.v[0].in[1].linked_only);
	/* Out go all of them. */
	ck_assert_str_eq(p.v[0].channels[1], "advice");
	ck_assert_str_eq(p.v[0].channels[3], "auction");
	places_done(&p);
}
END_TEST

START_TEST(a_place_that_cannot_be_is_refused)
{
	static const char *const text[][2] = { { "three/#mud = chat", NULL },
					       { "mud = chat", NULL },
					       { "two/mud = chat", NULL },
					       { "# = chat", NULL },
					       { "#mud = ", NULL } };
	struct places p = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(text); i++)
		ck_assert_int_eq(read_places(&p, text[i]), 1);
	ck_assert_uint_eq(p.n, 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("places");
	TCase *t = tcase_create("places");
	SRunner *runner;
	int failed;

	tcase_add_test(t, the_first_network_is_that_of_the_options);
	tcase_add_test(t, a_row_is_another_and_takes_what_it_does_not_say);
	tcase_add_test(t, a_server_password_is_shown_to_nobody_on_the_way);
	tcase_add_loop_test(t, a_row_that_is_wrong_is_refused, 0, ARRAY_LEN(wrong));
	tcase_add_test(t, the_option_that_is_wrong_is_named);
	tcase_add_test(t, a_password_is_read_from_a_file_that_nobody_else_can_read);
	tcase_add_test(t, rows_of_one_place_come_together);
	tcase_add_test(t, what_is_said_there_goes_to_the_first_channel_of_each_row);
	tcase_add_test(t, a_place_that_cannot_be_is_refused);
	suite_add_tcase(suite, t);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
