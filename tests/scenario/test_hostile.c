/*
 * test_hostile.c - attackers at the telnet port: each is refused in the way that is promised, and a player
 * beside them notices nothing (siege.h).  What they send is bounded, never what time it takes.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zlib.h>

#include "rt/rand.h"
#include "tests/scenario/siege.h"
#include "tests/scenario/suite.h"
#include "tests/support/die.h"

enum { ATTACKERS = 20, FLAT_KB = 4096 };

/* What telnet_of(bytes) is written with. */
#define IAC "\xff"
#define SE "\xf0"
#define NOP "\xf1"
#define SB "\xfa"
#define WILL "\xfb"
#define WONT "\xfc"
#define DO "\xfd"
#define DONT "\xfe"
#define GMCP "\xc9"
#define MCCP2 "\x56"
#define MCCP3 "\x57"

static void put(struct talk *t, struct span bytes)
{
	talk_bytes(t, bytes.p, bytes.n);
}

/* He plays on: his line is answered. */
static void expect_alive(struct talk *t)
{
	talk_line(t, "think still here");
	talk_expect(t, "still here\n" TALK_PROMPT);
}

/* Slow and idle */

START_TEST(who_types_a_name_for_ever_is_told_that_it_took_too_long)
{
	const char *const sets[] = { "gateway.login_timeout=1s", NULL };
	const struct mud_conf conf = { .sets = sets };
	struct talk slow[ATTACKERS];
	struct siege s;

	siege_begin(&s, &conf);
	for (unsigned i = 0; i < ATTACKERS; i++)
		siege_open(&s, &slow[i], 2 + i);
	for (unsigned open = ATTACKERS; open;) {
		open = 0;
		for (unsigned i = 0; i < ATTACKERS; i++) {
			if (slow[i].fd >= 0)
				siege_send(&slow[i], "a", 1);
			talk_read(&slow[i], 1000);
			open += slow[i].fd >= 0;
		}
		siege_calm(&s);
	}
	for (unsigned i = 0; i < ATTACKERS; i++) {
		ck_assert_uint_eq(talk_count(&slow[i], "You took too long to log in."), 1);
		talk_close(&slow[i]);
	}
	siege_end(&s);
}
END_TEST

START_TEST(one_who_never_reads_is_closed)
{
	const char *const sets[] = { "gateway.output_soft=4K", "gateway.output_max=16K",
				     "gateway.output_stuck=1s", NULL };
	const struct mud_conf conf = { .sets = sets };
	struct talk deaf;
	struct siege s;

	siege_begin(&s, &conf);
	siege_open(&s, &deaf, 2);
	talk_enter_guest(&deaf);
	for (uint64_t end = now_us() + TALK_US;;) {
		struct pollfd p = { .fd = deaf.fd };

		for (unsigned i = 0; i < 200; i++)
			if (send(deaf.fd, "help look\r\n", 11, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
				break;
		siege_calm(&s);
		poll(&p, 1, 0);
		if (p.revents & (POLLHUP | POLLERR))
			break;
		ck_assert_msg(now_us() < end, "he is still connected");
	}
	talk_close(&deaf);
	siege_flat(&s, FLAT_KB);
	siege_end(&s);
}
END_TEST

START_TEST(a_player_who_sends_byte_by_byte_plays_like_any_other)
{
	static const char bytes[] = IAC DO GMCP IAC WILL "\x1f" IAC SB "\x1f\0\x50\0\x18" IAC SE
							 "guest\r\nthink one by one\r\n";
	const struct mud_conf conf = { 0 };
	struct siege s;
	struct talk t;

	siege_begin(&s, &conf);
	siege_open(&s, &t, 2);
	for (size_t i = 0; i < sizeof(bytes) - 1; i++)
		ck_assert_uint_eq(siege_send(&t, bytes + i, 1), 1);
	talk_expect(&t, "one by one\n" TALK_PROMPT);
	talk_close(&t);
	siege_end(&s);
}
END_TEST

/* Telnet */

START_TEST(telnet_commands_without_end_close_the_connection)
{
	const struct mud_conf conf = { 0 };
	struct siege s;
	struct talk t;

	siege_begin(&s, &conf);
	for (unsigned i = 0; i < 4; i++) {
		siege_open(&s, &t, 2 + i);
		siege_send_times(&t, SPAN(IAC NOP), 1 << 20);
		talk_expect_end(&t);
		talk_close(&t);
		siege_calm(&s);
	}
	siege_flat(&s, FLAT_KB);
	siege_end(&s);
}
END_TEST

START_TEST(options_that_flip_are_answered_a_few_times_and_then_no_more)
{
	const struct mud_conf conf = { 0 };
	struct siege s;
	struct talk t;

	siege_begin(&s, &conf);
	siege_open(&s, &t, 2);
	talk_enter_guest(&t);
	for (unsigned round = 0; round < 60; round++)
		put(&t, SPAN(IAC WILL "\x18" IAC WONT "\x18" IAC DO GMCP IAC DONT GMCP IAC DO
				      "\x63" IAC WILL "\x64" IAC DO "\x01" IAC DONT "\x01"));
	expect_alive(&t);
	ck_assert_uint_le(t.n_telnet, 200);
	talk_close(&t);
	siege_end(&s);
}
END_TEST

/* Says the opposite of, or the same as, all that he hears; but compression he does not read. */
static void answer_all(struct talk *t, bool contrary)
{
	static const uint8_t same[] = { [0] = 253, [1] = 254, [2] = 251, [3] = 252 };
	static const uint8_t other[] = { [0] = 254, [1] = 253, [2] = 252, [3] = 251 };

	while (t->n_answered < t->options.n) {
		const uint8_t *said = (const uint8_t *)buf_p(&t->options) + t->n_answered;
		uint8_t verb = (contrary ? other : same)[said[0] - 251];
		uint8_t answer[] = { 255, verb, said[1] };

		t->n_answered += 2;
		if (said[1] != (uint8_t)MCCP2[0] && said[1] != (uint8_t)MCCP3[0])
			talk_bytes(t, answer, sizeof(answer));
	}
}

START_TEST(one_who_answers_every_answer_does_not_keep_us_talking)
{
	const struct mud_conf conf = { 0 };
	struct siege s;
	struct talk t;

	siege_begin(&s, &conf);
	for (unsigned contrary = 0; contrary < 2; contrary++) {
		siege_open(&s, &t, 2);
		talk_expect(&t, "Name:");
		for (unsigned i = 0; i < 100; i++) {
			answer_all(&t, contrary);
			put(&t, SPAN(IAC "\xf6")); /* are you there? */
			talk_expect(&t, "Mudlark is here.");
		}
		ck_assert_uint_le(t.n_telnet, 200);
		talk_line(&t, "guest");
		talk_expect(&t, "Exits:");
		talk_close(&t);
	}
	siege_end(&s);
}
END_TEST

START_TEST(a_subnegotiation_that_never_ends_costs_no_memory_and_may_still_end)
{
	const struct mud_conf conf = { 0 };
	struct siege s;
	struct talk t;

	siege_begin(&s, &conf);
	siege_open(&s, &t, 2);
	talk_enter_guest(&t);
	put(&t, SPAN(IAC DO GMCP IAC SB GMCP "Core.Hello "));
	ck_assert_uint_eq(siege_send_times(&t, SPAN("abcd"), 1 << 20), 4 << 20);
	siege_calm(&s);
	siege_flat(&s, 1024);
	put(&t, SPAN(IAC SE));
	expect_alive(&t);
	talk_close(&t);
	siege_end(&s);
}
END_TEST

START_TEST(the_third_subnegotiation_that_is_too_long_closes_the_connection)
{
	const struct mud_conf conf = { 0 };
	struct siege s;
	struct talk t;

	siege_begin(&s, &conf);
	siege_open(&s, &t, 2);
	talk_enter_guest(&t);
	for (unsigned i = 0; i < 3; i++) {
		siege_send(&t, IAC SB "\x18", 3);
		siege_send_times(&t, SPAN("abcd"), 5000);
		siege_send(&t, IAC SE, 2);
	}
	talk_expect_end(&t);
	talk_close(&t);
	siege_end(&s);
}
END_TEST

START_TEST(data_of_a_hundred_thousand_levels_is_passed_over)
{
	const struct mud_conf conf = { 0 };
	struct siege s;
	struct talk t;

	siege_begin(&s, &conf);
	siege_open(&s, &t, 2);
	talk_enter_guest(&t);
	put(&t, SPAN(IAC DO GMCP));
	for (unsigned i = 0; i < 2; i++) {
		put(&t, SPAN(IAC SB GMCP "Core.Supports.Set "));
		siege_send_times(&t, i ? SPAN("{\"a\":") : SPAN("["), i ? 100000 : 16000);
		put(&t, SPAN(IAC SE));
	}
	expect_alive(&t);
	talk_close(&t);
	siege_end(&s);
}
END_TEST

START_TEST(a_compressed_bomb_is_not_inflated)
{
	const size_t size = 64 << 20;
	const struct mud_conf conf = { 0 };
	uint8_t *zeros = calloc(1, size), *bomb;
	uLongf n = compressBound(size);
	struct siege s;
	struct talk t;

	bomb = malloc(n);
	ck_assert_int_eq(compress2(bomb, &n, zeros, size, 9), Z_OK);
	siege_begin(&s, &conf);
	for (unsigned i = 0; i < 3; i++) {
		siege_open(&s, &t, 2);
		talk_expect(&t, "Name:");
		put(&t, SPAN(IAC DO MCCP3 IAC SB MCCP3 IAC SE));
		siege_send(&t, bomb, n);
		talk_expect_end(&t);
		talk_close(&t);
		siege_calm(&s);
	}
	siege_flat(&s, FLAT_KB);
	siege_end(&s);
	free(zeros);
	free(bomb);
}
END_TEST

/* Lines and bytes */

START_TEST(garbage_of_all_bytes_hurts_nobody)
{
	const struct mud_conf conf = { 0 };
	struct rng rng;
	struct siege s;
	struct talk t;

	rng_seed(&rng, 1);
	siege_begin(&s, &conf);
	for (unsigned i = 0; i < 12; i++) {
		uint8_t bytes[32 << 10];

		for (size_t k = 0; k < sizeof(bytes); k++)
			bytes[k] = (uint8_t)rng_below(&rng, i % 3 ? 256 : 255);
		siege_open(&s, &t, 2 + i);
		if (i % 2)
			siege_send(&t, "guest\r\n", 7);
		siege_send(&t, bytes, sizeof(bytes));
		talk_close(&t);
		siege_calm(&s);
	}
	siege_flat(&s, FLAT_KB);
	siege_end(&s);
}
END_TEST

START_TEST(a_line_of_ten_megabytes_is_cut_and_he_is_told)
{
	const struct mud_conf conf = { 0 };
	struct siege s;
	struct talk t;

	siege_begin(&s, &conf);
	siege_open(&s, &t, 2);
	talk_enter_guest(&t);
	talk_bytes(&t, "think ", 6);
	ck_assert_uint_eq(siege_send_times(&t, SPAN("0123456789"), 1 << 20), 10 << 20);
	siege_calm(&s);
	siege_flat(&s, 1024);
	put(&t, SPAN("\r\n"));
	talk_expect(&t, "That line was too long; the end of it was left out.");
	expect_alive(&t);
	talk_close(&t);
	siege_end(&s);
}
END_TEST

START_TEST(one_who_sends_too_many_bytes_a_second_is_read_slowly)
{
	const char *const sets[] = { "gateway.byte_rate=16K", NULL };
	const struct mud_conf conf = { .sets = sets };
	int small = 4096;
	struct siege s;
	struct talk t;

	siege_begin(&s, &conf);
	siege_open(&s, &t, 2);
	talk_enter_guest(&t);
	setsockopt(t.fd, SOL_SOCKET, SO_SNDBUF, &small, sizeof(small));
	/* What is in buffers on the way is taken, and then no more. */
	for (size_t sent = 0;; siege_calm(&s)) {
		char bytes[4096] = { 0 };
		ssize_t n = send(t.fd, bytes, sizeof(bytes), MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n < 0)
			break;
		sent += (size_t)n;
		ck_assert_uint_lt(sent, 64 << 20);
	}
	ck_assert_int_ge(t.fd, 0);
	talk_close(&t);
	siege_end(&s);
}
END_TEST

START_TEST(lines_that_come_faster_than_they_are_done_are_refused_with_a_sentence)
{
	const char *const sets[] = { "gateway.input_rate=10", "gateway.input_burst=10",
				     "gateway.input_queue=20", NULL };
	const struct mud_conf conf = { .sets = sets };
	struct siege s;
	struct talk t;

	siege_begin(&s, &conf);
	siege_open(&s, &t, 2);
	talk_enter_guest(&t);
	siege_send_times(&t, SPAN("look\r\n"), 2000);
	talk_expect(&t, "Too many of your lines are waiting");
	siege_calm(&s);
	talk_close(&t);
	siege_end(&s);
}
END_TEST

/* Connections */

START_TEST(the_fifth_connection_of_an_address_is_told_so_and_others_are_welcome)
{
	const char *const sets[] = { "gateway.max_conns_per_ip=4", NULL };
	const struct mud_conf conf = { .sets = sets };
	struct talk four[4], t;
	struct siege s;

	siege_begin(&s, &conf);
	for (unsigned i = 0; i < 4; i++) {
		siege_open(&s, &four[i], 2);
		talk_expect(&four[i], "Name:");
	}
	for (unsigned i = 0; i < 200; i++) {
		siege_open(&s, &t, 2);
		siege_refused(&t, "There are too many connections from your address.");
	}
	siege_open(&s, &t, 3);
	talk_expect(&t, "Name:");
	talk_close(&t);
	for (unsigned i = 0; i < 4; i++)
		talk_close(&four[i]);
	siege_end(&s);
}
END_TEST

START_TEST(a_network_has_its_own_bound)
{
	const char *const sets[] = { "gateway.max_conns_per_net=6", NULL };
	const struct mud_conf conf = { .sets = sets };
	struct talk five[5], t;
	struct siege s;

	siege_begin(&s, &conf); /* he is the first of it */
	for (unsigned i = 0; i < 5; i++) {
		siege_open(&s, &five[i], 2 + i);
		talk_expect(&five[i], "Name:");
	}
	for (unsigned i = 0; i < 50; i++) {
		siege_open(&s, &t, 100 + i);
		siege_refused(&t, "There are too many connections from your network.");
	}
	talk_open_by(&t, "a neighbour",
		     &(struct talk_way){ .port = s.mud.telnet, .from = "127.0.1.2" });
	talk_expect(&t, "Name:");
	talk_close(&t);
	for (unsigned i = 0; i < 5; i++)
		talk_close(&five[i]);
	siege_end(&s);
}
END_TEST

START_TEST(an_address_that_connects_again_and_again_has_to_wait)
{
	const char *const sets[] = { "gateway.conn_rate=10", NULL };
	const struct mud_conf conf = { .sets = sets };
	struct siege s;
	struct talk t;

	siege_begin(&s, &conf);
	for (unsigned i = 0; i < 10; i++) {
		siege_open(&s, &t, 2);
		talk_expect(&t, "Name:");
		talk_close(&t);
	}
	for (unsigned i = 0; i < 200; i++) {
		siege_open(&s, &t, 2);
		siege_refused(&t, "You connect too often. Please wait a minute.");
	}
	siege_end(&s);
}
END_TEST

START_TEST(when_all_places_are_taken_one_is_told_and_a_place_that_is_left_is_free)
{
	const char *const sets[] = { "gateway.max_conns=50", NULL };
	const struct mud_conf conf = { .sets = sets };
	struct talk crowd[49], t;
	struct siege s;

	siege_begin(&s, &conf);
	for (unsigned i = 0; i < ARRAY_LEN(crowd); i++) {
		siege_open(&s, &crowd[i], 2 + i);
		talk_expect(&crowd[i], "Name:");
	}
	siege_open(&s, &t, 200);
	siege_refused(&t, "Mudlark is full at the moment.");
	for (unsigned i = 0; i < ARRAY_LEN(crowd); i++)
		talk_close(&crowd[i]);
	siege_calm(&s);
	siege_open(&s, &t, 200);
	talk_expect(&t, "Name:");
	talk_close(&t);
	siege_end(&s);
}
END_TEST

START_TEST(guessing_passwords_from_many_connections_is_slowed_and_enters_nowhere)
{
	const struct mud_conf conf = { 0 };
	struct talk owner, guess[ATTACKERS];
	struct siege s;

	siege_begin(&s, &conf);
	talk_open(&owner, "owner", s.mud.telnet);
	talk_enter_new(&owner, "Tobin", "right horse battery");
	talk_line(&owner, "quit");
	talk_expect_end(&owner);
	talk_close(&owner);
	for (unsigned i = 0; i < ATTACKERS; i++) {
		siege_open(&s, &guess[i], 2 + i % 4);
		siege_send_times(&guess[i], SPAN("Tobin\r\nwrong horse battery\r\n"), 8);
	}
	for (unsigned i = 0; i < 10; i++)
		siege_calm(&s);
	for (unsigned i = 0; i < ATTACKERS; i++) {
		talk_read(&guess[i], 0);
		ck_assert_uint_eq(talk_count(&guess[i], "Exits:"), 0);
		talk_close(&guess[i]);
	}
	siege_end(&s);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		{ who_types_a_name_for_ever_is_told_that_it_took_too_long, 1 },
		{ one_who_never_reads_is_closed, 1 },
		{ a_player_who_sends_byte_by_byte_plays_like_any_other, 1 },
		{ telnet_commands_without_end_close_the_connection, 1 },
		{ options_that_flip_are_answered_a_few_times_and_then_no_more, 1 },
		{ one_who_answers_every_answer_does_not_keep_us_talking, 1 },
		{ a_subnegotiation_that_never_ends_costs_no_memory_and_may_still_end, 1 },
		{ the_third_subnegotiation_that_is_too_long_closes_the_connection, 1 },
		{ data_of_a_hundred_thousand_levels_is_passed_over, 1 },
		{ a_compressed_bomb_is_not_inflated, 1 },
		{ garbage_of_all_bytes_hurts_nobody, 1 },
		{ a_line_of_ten_megabytes_is_cut_and_he_is_told, 1 },
		{ one_who_sends_too_many_bytes_a_second_is_read_slowly, 1 },
		{ lines_that_come_faster_than_they_are_done_are_refused_with_a_sentence, 1 },
		{ the_fifth_connection_of_an_address_is_told_so_and_others_are_welcome, 1 },
		{ a_network_has_its_own_bound, 1 },
		{ an_address_that_connects_again_and_again_has_to_wait, 1 },
		{ when_all_places_are_taken_one_is_told_and_a_place_that_is_left_is_free, 1 },
		{ guessing_passwords_from_many_connections_is_slowed_and_enters_nowhere, 1 },
	};

	return suite_main("hostile", 60, tests, ARRAY_LEN(tests));
}
