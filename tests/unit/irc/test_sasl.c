/*
 * test_sasl.c - logins: the vectors of RFC 4616 and RFC 7677, pieces of 400 bytes, and servers that lie.
 */
#include "bridges/irc/sasl.h"

#include <sodium.h>
#include <string.h>

#include "tests/unit/rt/unit.h"

#define NONCE "rOprNGfwEbeRWgbNEkqO"
#define FIRST "r=" NONCE "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"
#define FINAL "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="

static void begin(struct sasl *s, enum sasl_mechanism m, const char *account, const char *password)
{
	const struct sasl_login login = { m, account, password };

	sasl_init(s, &login, &entropy_system);
}

static void begin_scram(struct sasl *s)
{
	begin(s, SASL_SCRAM, "user", "pencil");
	memcpy(s->nonce, NONCE, sizeof(NONCE));
}

/* What the server sends, as one piece of base64. */
static int hears(struct sasl *s, const char *text, struct buf *out)
{
	char coded[1000];

	buf_clear(out);
	sodium_bin2base64(coded, sizeof(coded), (const unsigned char *)text, strlen(text),
			  sodium_base64_VARIANT_ORIGINAL);
	return sasl_take(s, (struct span){ coded, strlen(coded) }, out);
}

/* The lines that were answered, joined and decoded. */
static void answers(const struct buf *out, const char *want, size_t n)
{
	char coded[4000] = "", plain[4000];
	const char *p = buf_p(out), *end = p + out->n;
	size_t got;

	while (p < end) {
		const char *stop = memchr(p, '\r', (size_t)(end - p));

		ck_assert_msg(stop && !strncmp(p, "AUTHENTICATE ", 13), "%.*s", (int)out->n, p);
		p += 13;
		if (*p != '+' || stop - p > 1)
			strncat(coded, p, (size_t)(stop - p));
		p = stop + 2;
	}
	ck_assert_int_eq(sodium_base642bin((unsigned char *)plain, sizeof(plain), coded,
					   strlen(coded), NULL, &got, NULL,
					   sodium_base64_VARIANT_ORIGINAL),
			 0);
	ck_assert_uint_eq(got, n);
	ck_assert_mem_eq(plain, want, n);
}

START_TEST(plain_says_account_and_password)
{
	struct sasl s;
	CLEANUP(buf_done) struct buf out = { 0 };

	begin(&s, SASL_PLAIN, "tim", "tanstaaftanstaaf");
	ck_assert(!sasl_is_done(&s));
	ck_assert_int_eq(sasl_take(&s, SPAN("+"), &out), 0);
	answers(&out, "\0tim\0tanstaaftanstaaf", 21);
	ck_assert(sasl_is_done(&s));
	ck_assert_int_eq(sasl_take(&s, SPAN("+"), &out), 1);
	sasl_done(&s);
}
END_TEST

START_TEST(external_says_the_account_alone)
{
	struct sasl s;
	CLEANUP(buf_done) struct buf out = { 0 };

	begin(&s, SASL_EXTERNAL, "", "");
	ck_assert_int_eq(sasl_take(&s, SPAN("+"), &out), 0);
	ck_assert_mem_eq(buf_p(&out), "AUTHENTICATE +\r\n", 16);
	ck_assert_uint_eq(out.n, 16);
	sasl_done(&s);
}
END_TEST

/* 300 bytes are 400 of base64, and then there has to be an empty piece. */
START_TEST(a_full_piece_has_another_behind_it)
{
	char password[600];
	struct sasl s;

	for (size_t n = 290; n < 600; n += 1) {
		struct buf out = { 0 };
		const size_t coded = (n + 5 + 2) / 3 * 4;
		size_t lines = 0;

		memset(password, 'x', n);
		password[n] = '\0';
		begin(&s, SASL_PLAIN, "tim", password);
		ck_assert_int_eq(sasl_take(&s, SPAN("+"), &out), 0);
		for (size_t i = 0; i < out.n; i++)
			lines += buf_p(&out)[i] == '\n';
		ck_assert_uint_eq(lines, coded / SASL_PIECE + 1);
		if (coded % SASL_PIECE == 0)
			ck_assert_mem_eq(buf_p(&out) + out.n - 4, " +\r\n", 4);
		buf_done(&out);
		sasl_done(&s);
	}
}
END_TEST

START_TEST(scram_is_that_of_rfc_7677)
{
	static const char proof[] =
		"c=biws,r=" NONCE
		"%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";
	struct sasl s;
	CLEANUP(buf_done) struct buf out = { 0 };

	begin_scram(&s);
	ck_assert_int_eq(sasl_take(&s, SPAN("+"), &out), 0);
	answers(&out, "n,,n=user,r=" NONCE, strlen("n,,n=user,r=" NONCE));
	ck_assert_int_eq(hears(&s, FIRST, &out), 0);
	answers(&out, proof, strlen(proof));
	ck_assert(!sasl_is_done(&s));
	ck_assert_int_eq(hears(&s, FINAL, &out), 0);
	ck_assert(sasl_is_done(&s));
	sasl_done(&s);
}
END_TEST

START_TEST(an_account_with_commas_is_escaped)
{
	struct sasl s;
	CLEANUP(buf_done) struct buf out = { 0 };

	begin(&s, SASL_SCRAM, "a,b=c", "x");
	memcpy(s.nonce, "n", 2);
	ck_assert_int_eq(sasl_take(&s, SPAN("+"), &out), 0);
	answers(&out, "n,,n=a=2Cb=3Dc,r=n", 18);
	sasl_done(&s);
}
END_TEST

static const char *const lies[] = {
	"r=somebody,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",	       /* not our nonce */
	"r=" NONCE ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",       /* nothing behind it */
	"r=" NONCE "x,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=1",	       /* too few */
	"r=" NONCE "x,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=999999999", /* too many */
	"r=" NONCE "x,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=-4096",
	"r=" NONCE "x,s=,i=4096",
	"r=" NONCE "x,s=*,i=4096",
	"m=ext,r=" NONCE "x,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
	"r=" NONCE "x",
	"",
};

START_TEST(a_challenge_that_is_not_one_ends_it)
{
	struct sasl s;
	CLEANUP(buf_done) struct buf out = { 0 };

	begin_scram(&s);
	ck_assert_int_eq(sasl_take(&s, SPAN("+"), &out), 0);
	ck_assert_int_eq(lies[_i][0] ? hears(&s, lies[_i], &out) : sasl_take(&s, SPAN("+"), &out),
			 1);
	ck_assert(s.why[0] && !sasl_is_done(&s));
	sasl_done(&s);
}
END_TEST

static const char *const false_ends[] = {
	"v=7rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
	"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl9",
	"v=",
	"e=invalid-proof",
	"x",
};

START_TEST(a_server_that_does_not_know_the_password_is_found_out)
{
	struct sasl s;
	CLEANUP(buf_done) struct buf out = { 0 };

	begin_scram(&s);
	ck_assert_int_eq(sasl_take(&s, SPAN("+"), &out), 0);
	ck_assert_int_eq(hears(&s, FIRST, &out), 0);
	ck_assert_int_eq(hears(&s, false_ends[_i], &out), 1);
	ck_assert(!sasl_is_done(&s));
	sasl_done(&s);
}
END_TEST

START_TEST(a_challenge_without_end_is_bounded)
{
	char piece[SASL_PIECE];
	struct sasl s;
	CLEANUP(buf_done) struct buf out = { 0 };
	int n = 0;

	memset(piece, 'A', sizeof(piece));
	begin_scram(&s);
	while (sasl_take(&s, (struct span){ piece, sizeof(piece) }, &out) == 0)
		ck_assert_int_lt(n++, 100);
	ck_assert_uint_eq(out.n, 0);
	sasl_done(&s);
	begin_scram(&s);
	ck_assert_int_eq(sasl_take(&s, SPAN("?!"), &out), 1);
	sasl_done(&s);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("sasl");
	TCase *t = tcase_create("sasl");
	SRunner *runner;
	int failed;

	tcase_add_test(t, plain_says_account_and_password);
	tcase_add_test(t, external_says_the_account_alone);
	tcase_add_test(t, a_full_piece_has_another_behind_it);
	tcase_add_test(t, scram_is_that_of_rfc_7677);
	tcase_add_test(t, an_account_with_commas_is_escaped);
	tcase_add_loop_test(t, a_challenge_that_is_not_one_ends_it, 0, ARRAY_LEN(lies));
	tcase_add_loop_test(t, a_server_that_does_not_know_the_password_is_found_out, 0,
			    ARRAY_LEN(false_ends));
	tcase_add_test(t, a_challenge_without_end_is_bounded);
	suite_add_tcase(suite, t);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
