/*
 * test_telopt.c - option negotiation: answers to changes only, no loops, ECHO for passwords with
 * clients that answer late, never, or ask for it themselves.
 */
#include "gateway/telopt.h"

#include "rt/rand.h"
#include "tests/unit/gateway/bytes.h"

static struct telopt t;
static struct buf out;
static struct telopt_change change;

static bool hear_at(uint8_t command, uint8_t option, uint64_t now_us)
{
	struct telnet_event ev = {
		.kind = TELNET_KIND_OPTION,
		.command = command,
		.option = option,
	};

	return telopt_receive(&t, &ev, now_us, &out, &change);
}

static bool hear(uint8_t command, uint8_t option)
{
	return hear_at(command, option, 0);
}

static void start(void)
{
	t = (struct telopt){ 0 };
	buf_clear(&out);
	telopt_start(&t, true, &out);
	buf_clear(&out);
}

START_TEST(the_start_offers_and_asks)
{
	telopt_start(&t, true, &out);
	ck_assert_bytes(&out,
			"\xff\xfd\x18\xff\xfb\x19\xff\xfd\x1f\xff\xfd\x27\xff\xfb\x2a\xff\xfb\x45"
			"\xff\xfb\x46\xff\xfb\x5b\xff\xfb\xc9\xff\xfb\x56\xff\xfb\x57");
	buf_done(&out);
}
END_TEST

START_TEST(an_answer_to_our_offer_is_not_answered)
{
	start();
	ck_assert(hear(TELNET_DO, OPTION_EOR));
	ck_assert(change.us && change.on && change.option == OPTION_EOR);
	ck_assert(telopt_us(&t, OPTION_EOR));
	ck_assert(hear(TELNET_WILL, OPTION_NAWS));
	ck_assert(telopt_him(&t, OPTION_NAWS));
	ck_assert(!hear(TELNET_DONT, OPTION_GMCP));
	ck_assert(!telopt_us(&t, OPTION_GMCP));
	ck_assert_uint_eq(out.n, 0);
	ck_assert(!hear(TELNET_DO, OPTION_EOR));
	ck_assert_uint_eq(out.n, 0);
}
END_TEST

START_TEST(an_unknown_option_is_refused)
{
	start();
	hear(TELNET_WILL, 34); /* LINEMODE */
	hear(TELNET_DO, 6);    /* TIMING MARK: some clients wait for this */
	hear(TELNET_WONT, 36);
	hear(TELNET_DONT, 85);
	ck_assert_bytes(&out, "\xff\xfe\x22\xff\xfc\x06");
	buf_done(&out);
}
END_TEST

START_TEST(compression_that_is_not_offered_is_refused)
{
	t = (struct telopt){ 0 };
	buf_clear(&out);
	telopt_start(&t, false, &out);
	ck_assert_ptr_null(memmem(buf_p(&out), out.n, "\xff\xfb\x56", 3));
	ck_assert_ptr_null(memmem(buf_p(&out), out.n, "\xff\xfb\x57", 3));
	buf_clear(&out);
	ck_assert(!hear(TELNET_DO, OPTION_MCCP2));
	ck_assert(!hear(TELNET_DO, OPTION_MCCP3));
	ck_assert(!hear(TELNET_WILL, OPTION_MCCP2));
	ck_assert_bytes(&out, "\xff\xfc\x56\xff\xfc\x57\xff\xfe\x56");
	buf_done(&out);
}
END_TEST

START_TEST(refusals_are_bounded_in_a_minute)
{
	start();
	for (int i = 0; i < 1000; i++)
		hear_at(TELNET_WILL, (uint8_t)(100 + i % 50), 5);
	ck_assert_uint_eq(out.n, 3 * TELOPT_REFUSALS);
	hear_at(TELNET_WILL, 100, 61000000);
	ck_assert_uint_eq(out.n, 3 * (TELOPT_REFUSALS + 1));
	buf_done(&out);
}
END_TEST

START_TEST(an_option_that_flaps_stays_off)
{
	unsigned changes = 0;

	start();
	for (int i = 0; i < 100; i++) {
		changes += hear(TELNET_DO, OPTION_SGA);
		changes += hear(TELNET_DONT, OPTION_SGA);
	}
	ck_assert_uint_eq(changes, 2 * TELOPT_CHANGES);
	ck_assert(!telopt_us(&t, OPTION_SGA));
	buf_done(&out);
}
END_TEST

START_TEST(turning_off_is_always_obeyed)
{
	start();
	for (int i = 0; i < TELOPT_CHANGES; i++) {
		hear(TELNET_DO, OPTION_SGA);
		if (i < TELOPT_CHANGES - 1)
			hear(TELNET_DONT, OPTION_SGA);
	}
	ck_assert(telopt_us(&t, OPTION_SGA));
	ck_assert(hear(TELNET_DONT, OPTION_SGA));
	ck_assert(!telopt_us(&t, OPTION_SGA));
	buf_done(&out);
}
END_TEST

START_TEST(a_password_is_hidden_and_shown_again)
{
	start();
	telopt_hide(&t, true, &out);
	ck_assert_bytes(&out, "\xff\xfb\x01");
	ck_assert(hear(TELNET_DO, OPTION_ECHO));
	ck_assert(!telopt_echoes(&t));
	telopt_hide(&t, false, &out);
	ck_assert_bytes(&out, "\xff\xfb\x01\xff\xfc\x01");
	hear(TELNET_DONT, OPTION_ECHO);
	ck_assert_bytes(&out, "\xff\xfb\x01\xff\xfc\x01");
	buf_done(&out);
}
END_TEST

START_TEST(a_client_that_never_answers_wont_can_hide_again)
{
	start();
	for (int i = 0; i < 3; i++) {
		buf_clear(&out);
		telopt_hide(&t, true, &out);
		ck_assert_bytes(&out, "\xff\xfb\x01");
		hear(TELNET_DO, OPTION_ECHO);
		buf_clear(&out);
		telopt_hide(&t, false, &out);
		ck_assert_bytes(&out, "\xff\xfc\x01");
	}
	buf_done(&out);
}
END_TEST

START_TEST(a_silent_client_is_told_all_the_same)
{
	start();
	telopt_hide(&t, true, &out);
	telopt_hide(&t, false, &out);
	telopt_hide(&t, true, &out);
	ck_assert_bytes(&out, "\xff\xfb\x01\xff\xfc\x01\xff\xfb\x01");
	buf_done(&out);
}
END_TEST

START_TEST(an_answer_that_comes_late_is_no_wish_for_echo)
{
	start();
	telopt_hide(&t, true, &out);
	telopt_hide(&t, false, &out);
	buf_clear(&out);
	hear(TELNET_DO, OPTION_ECHO); /* to the WILL of before */
	ck_assert_uint_eq(out.n, 0);
	ck_assert(!telopt_echoes(&t));
	hear(TELNET_DONT, OPTION_ECHO); /* to the WONT */
	ck_assert_uint_eq(out.n, 0);
	ck_assert(!telopt_us(&t, OPTION_ECHO));
}
END_TEST

START_TEST(a_client_may_ask_us_to_echo)
{
	start();
	ck_assert(hear(TELNET_DO, OPTION_ECHO));
	ck_assert_bytes(&out, "\xff\xfb\x01");
	ck_assert(telopt_echoes(&t));
	telopt_hide(&t, true, &out);
	ck_assert(!telopt_echoes(&t));
	telopt_hide(&t, false, &out);
	ck_assert(telopt_echoes(&t));
	ck_assert_bytes(&out, "\xff\xfb\x01");
	ck_assert(hear(TELNET_DONT, OPTION_ECHO));
	ck_assert(!telopt_echoes(&t));
	buf_done(&out);
}
END_TEST

/* A peer that obeys RFC 1143 for one side of one option, and wants it changed now and then. */
START_TEST(two_sides_that_answer_come_to_rest)
{
	static const uint8_t words[] = { TELNET_WILL, TELNET_WONT, TELNET_DO, TELNET_DONT };
	struct rng r;

	rng_seed(&r, 7);
	for (int round = 0; round < 2000; round++) {
		unsigned exchanges = 0;

		start();
		for (int i = 0; i < 8; i++) {
			uint8_t option = rng_below(&r, 2) ? OPTION_SGA : OPTION_CHARSET;

			hear(words[rng_below(&r, 4)], option);
			if (rng_below(&r, 4) == 0)
				telopt_hide(&t, !t.hidden, &out);
		}
		/* The peer says yes to all we said; we must fall silent soon. */
		while (out.n > 0 && exchanges++ < 50) {
			struct buf said = out;

			out = (struct buf){ 0 };
			for (size_t i = 0; i + 2 < said.n; i += 3) {
				uint8_t word = (uint8_t)buf_p(&said)[i + 1];
				uint8_t answer = word == TELNET_WILL   ? TELNET_DO
						 : word == TELNET_DO   ? TELNET_WILL
						 : word == TELNET_WONT ? TELNET_DONT
								       : TELNET_WONT;

				hear(answer, (uint8_t)buf_p(&said)[i + 2]);
			}
			buf_done(&said);
		}
		ck_assert_uint_lt(exchanges, 8);
		buf_clear(&out);
	}
}
END_TEST

START_TEST(a_storm_of_everything_is_answered_within_bounds)
{
	size_t answered;
	struct rng r;

	start();
	rng_seed(&r, 11);
	for (int i = 0; i < 100000; i++)
		hear((uint8_t)(TELNET_WILL + rng_below(&r, 4)), (uint8_t)rng_below(&r, 256));
	answered = out.n / 3;
	ck_assert_uint_le(answered, TELOPT_REFUSALS + 2 * TELOPT_N * (TELOPT_CHANGES + 2));
	/* A minute later it listens again. */
	buf_clear(&out);
	hear_at(TELNET_DONT, OPTION_EOR, 61000000);
	hear_at(TELNET_DO, OPTION_EOR, 61000000);
	ck_assert(telopt_us(&t, OPTION_EOR));
	buf_done(&out);
}
END_TEST

UNIT_MAIN("telopt", the_start_offers_and_asks, an_answer_to_our_offer_is_not_answered,
	  an_unknown_option_is_refused, compression_that_is_not_offered_is_refused,
	  refusals_are_bounded_in_a_minute, an_option_that_flaps_stays_off,
	  turning_off_is_always_obeyed, a_password_is_hidden_and_shown_again,
	  a_client_that_never_answers_wont_can_hide_again, a_silent_client_is_told_all_the_same,
	  an_answer_that_comes_late_is_no_wish_for_echo, a_client_may_ask_us_to_echo,
	  two_sides_that_answer_come_to_rest, a_storm_of_everything_is_answered_within_bounds)
