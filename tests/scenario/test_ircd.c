/*
 * test_ircd.c - what the proofs of the IRC bridge stand on: real servers that start, die and come back, people in them
 * by either way, many at once, and one who plays the server (tests/support/irc*.h).
 */
#include <stdio.h>
#include <string.h>

#include "tests/scenario/suite.h"
#include "tests/support/attempts.h"
#include "tests/support/irc_sasl.h"
#include "tests/support/irc_script.h"
#include "tests/support/irc_user.h"
#include "tests/support/ircd.h"

enum { MANY = 300, LEAST = 120 };

START_TEST(people_hear_each_other_plain_and_over_tls)
{
	struct irc_user ana, bob;
	struct ircd d;

	ircd_start(&d, &(struct ircd_conf){ .kind = (enum ircd_kind)_i });
	irc_user_open(&ana, "ana", d.port);
	irc_user_join(&ana, "#mud");
	irc_user_open_by(&bob, "bob", &(struct irc_way){ .port = d.tls_port, .tls = true });
	irc_user_join(&bob, "#mud");
	irc_user_expect(&ana, ":bob JOIN ");
	irc_user_expect_member(&ana, "bob", "#mud");
	irc_user_say(&ana, "#mud", "hello %d", 1);
	irc_user_expect(&bob, ":ana PRIVMSG #mud :hello 1\n");
	irc_user_say(&bob, "#mud", "hello 2");
	irc_user_expect(&ana, ":bob PRIVMSG #mud :hello 2\n");
	irc_user_line(&ana, "KICK #mud bob :away");
	irc_user_expect(&bob, ":ana KICK #mud bob :away\n");
	irc_user_close(&ana);
	irc_user_close(&bob);
	ircd_stop(&d);
}
END_TEST

START_TEST(a_killed_server_is_there_again_with_nobody_in_it)
{
	struct irc_user ana;
	struct ircd d;

	ircd_start(&d, &(struct ircd_conf){ .kind = (enum ircd_kind)_i });
	irc_user_open(&ana, "ana", d.port);
	irc_user_join(&ana, "#mud");
	ircd_kill(&d);
	irc_pipe_expect_end(&ana.pipe);
	irc_user_close(&ana);
	ircd_again(&d);
	irc_user_open(&ana, "ana", d.port);
	irc_user_join(&ana, "#mud");
	irc_user_close(&ana);
	ircd_stop(&d);
}
END_TEST

START_TEST(many_are_in_a_channel)
{
	struct irc_crowd crowd;
	struct irc_user ana;
	struct ircd d;

	ircd_start(&d, &(struct ircd_conf){ .kind = (enum ircd_kind)_i });
	irc_crowd_open(&crowd, MANY, "many", "#mud", d.port);
	irc_user_open(&ana, "ana", d.port);
	irc_user_join(&ana, "#mud");
	ck_assert_uint_gt(irc_user_count(&ana, "many299"), 0);
	irc_user_say(&ana, "#mud", "hello all");
	irc_crowd_close(&crowd);
	irc_user_expect(&ana, ":many299 QUIT");
	irc_user_close(&ana);
	ircd_stop(&d);
}
END_TEST

/* A flood is what it is for: the bridge is to be paced against this. */
START_TEST(a_strict_server_throws_out_who_floods)
{
	struct irc_user ana;
	struct ircd d;

	ircd_start(&d, &(struct ircd_conf){ .kind = IRCD_INSPIRCD, .strict = true });
	irc_user_open(&ana, "ana", d.port);
	irc_user_join(&ana, "#mud");
	for (int i = 0; i < 40; i++) {
		struct buf line = { 0 };

		buf_addf(&line, "PRIVMSG #mud :%d\r\n", i);
		irc_pipe_send(&ana.pipe, buf_span(&line));
		buf_done(&line);
	}
	irc_pipe_expect_end(&ana.pipe);
	irc_user_close(&ana);
	ircd_stop(&d);
}
END_TEST

START_TEST(a_test_plays_the_server)
{
	struct irc_pipe client = { .who = "client" };
	struct irc_script s;
	struct buf payload;

	irc_script_listen(&s, NULL);
	ck_assert(irc_pipe_open(&client, s.port, false));
	irc_pipe_send(&client, SPAN("CAP LS 302\r\nNICK mud\r\nUSER mud 0 * :m\r\nPING :a b\r\n"
				    "CAP REQ :sasl\r\nAUTHENTICATE PLAIN\r\n"));
	ck_assert(irc_script_accept(&s, IRC_US));
	ck_assert_str_eq(irc_script_negotiate(&s, "sasl=PLAIN"), "PLAIN");
	irc_pipe_expect(&client, ":irc.test PONG irc.test :a b\n");
	irc_pipe_expect(&client, ":irc.test CAP * LS :sasl=PLAIN\n:irc.test CAP * ACK :sasl\n");
	irc_pipe_send(&client, SPAN("AUTHENTICATE AGEAYg==\r\n"));
	payload = irc_sasl_take(&s);
	ck_assert_mem_eq(buf_p(&payload), "\0a\0b", 4);
	ck_assert_uint_eq(payload.n, 4);
	buf_done(&payload);
	irc_sasl_welcome(&s, "a");
	irc_script_let_in(&s);
	irc_pipe_expect(&client, " 376 mud ");
	irc_pipe_send(&client, SPAN("JOIN #mud\r\nPRIVMSG #mud :hello\r\n"));
	irc_script_join(&s, "#mud", "@op");
	irc_pipe_expect(&client, " 353 mud = #mud :mud @op\n");
	ck_assert(irc_script_hears(&s, "hello", IRC_US));
	irc_script_hang_up(&s);
	irc_pipe_expect_end(&client);
	irc_pipe_close(&client);
	irc_script_free(&s);
}
END_TEST

START_TEST(attempts_are_read_and_harm_is_seen)
{
	struct attempts a;
	size_t n_harmful = 0, longest = 0;

	attempts_read(&a);
	ck_assert_uint_ge(a.n, LEAST);
	for (size_t i = 0; i < a.n; i++) {
		n_harmful += attempts_harm(buf_span(&a.v[i])) != NULL;
		longest = a.v[i].n > longest ? a.v[i].n : longest;
	}
	ck_assert_uint_gt(n_harmful, LEAST / 3);
	ck_assert_uint_lt(n_harmful, a.n);
	ck_assert_uint_ge(longest, 50000);
	ck_assert_ptr_null(attempts_harm(SPAN("caf\xc3\xa9 <Ana> hello")));
	attempts_done(&a);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		{ people_hear_each_other_plain_and_over_tls, IRCD_KINDS },
		{ a_killed_server_is_there_again_with_nobody_in_it, IRCD_KINDS },
		{ many_are_in_a_channel, IRCD_KINDS },
		{ a_strict_server_throws_out_who_floods, 1 },
		{ a_test_plays_the_server, 1 },
		{ attempts_are_read_and_harm_is_seen, 1 },
	};

	return suite_together("ircd", 60, tests, ARRAY_LEN(tests));
}
