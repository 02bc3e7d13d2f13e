/*
 * test_irc_sasl.c - the bridge logs in to an account of a network, or does not go in at all: PLAIN, EXTERNAL and
 * SCRAM-SHA-256 against a server that checks what it is shown, and one that lies.
 *
 * The bridge is alone with the server: neither world nor persist is there.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/scenario/suite.h"
#include "tests/support/die.h"
#include "tests/support/irc_alone.h"
#include "tests/support/irc_sasl.h"
#include "tests/support/secure.h"
#include "tests/support/tmp.h"

#define ACCOUNT "mud"
#define PASSWORD "correct-horse:battery"

enum { LONG_PASSWORD = 295, QUIET_US = 700000, OPENSSL_US = 20000000 };

static void start_with(struct irc_alone *a, const char *mechanism, const char *password)
{
	CLEANUP(base_freep) char *path = NULL;
	char sasl[64], file[300];
	const char *const sets[] = {
		sasl, file, "irc.account=" ACCOUNT, "irc.retry_min=100ms", "irc.retry_max=200ms",
		NULL
	};
	char *dir = tmp_dir();

	path = tmp_path(dir, "irc.password");
	tmp_write(path, password);
	must(chmod(path, 0600), "chmod");
	snprintf(sasl, sizeof(sasl), "irc.sasl=%s", mechanism);
	snprintf(file, sizeof(file), "irc.password_file=%s", path);
	irc_alone_start(a, sets, dir, false);
	ck_assert(irc_script_accept(&a->script, IRC_US));
}

/* It is let in and goes about its business. */
static void goes_in(struct irc_alone *a)
{
	irc_sasl_welcome(&a->script, ACCOUNT);
	irc_script_take(&a->script, "CAP");
	ck_assert_str_eq(a->script.line, "END");
	irc_script_let_in(&a->script);
	irc_script_join(&a->script, "#mud", "@op");
}

/* It says why, and neither ends the negotiation nor joins, whatever the server says now. */
static void stays_out(struct irc_alone *a, const char *why)
{
	ck_assert_msg(irc_alone_says(a, why, IRC_US), "nothing was said of %s", why);
	irc_script_say(&a->script, ":irc.test 903 x :SASL authentication successful");
	irc_script_let_in(&a->script);
	ck_assert_ptr_null(irc_script_takes(&a->script, "JOIN", QUIET_US));
	ck_assert_uint_eq(irc_alone_count(a, PASSWORD), 0);
}

START_TEST(plain_shows_account_and_password)
{
	static const char want[] = "\0" ACCOUNT "\0" PASSWORD;
	struct irc_alone a;
	struct buf got;

	start_with(&a, "plain", PASSWORD "\n");
	ck_assert_str_eq(irc_script_negotiate(&a.script, "sasl=PLAIN,EXTERNAL"), "PLAIN");
	irc_sasl_go_on(&a.script);
	got = irc_sasl_take(&a.script);
	ck_assert_uint_eq(got.n, sizeof(want) - 1);
	ck_assert_mem_eq(buf_p(&got), want, got.n);
	buf_done(&got);
	goes_in(&a);
	ck_assert_uint_eq(irc_alone_count(&a, PASSWORD), 0);
	irc_alone_stop(&a);
}
END_TEST

/* Exactly 400 bytes of base64 are followed by an empty piece. */
START_TEST(a_payload_of_exactly_one_piece_is_ended)
{
	char password[LONG_PASSWORD + 1];
	struct irc_alone a;
	struct buf got;

	memset(password, 'p', LONG_PASSWORD);
	password[LONG_PASSWORD] = '\0';
	start_with(&a, "plain", password);
	irc_script_negotiate(&a.script, "sasl=PLAIN");
	irc_sasl_go_on(&a.script);
	got = irc_sasl_take(&a.script);
	ck_assert_uint_eq(got.n, LONG_PASSWORD + 2 + strlen(ACCOUNT));
	buf_done(&got);
	goes_in(&a);
	irc_alone_stop(&a);
}
END_TEST

START_TEST(who_is_refused_says_so_and_does_not_go_in)
{
	struct irc_alone a;
	struct buf got;

	start_with(&a, "plain", PASSWORD);
	irc_script_negotiate(&a.script, "sasl=PLAIN");
	irc_sasl_go_on(&a.script);
	got = irc_sasl_take(&a.script);
	buf_done(&got);
	irc_script_say(&a.script, ":irc.test 904 * :Nobody of that name");
	stays_out(&a, "Nobody of that name");
	irc_alone_stop(&a);
}
END_TEST

/* A server, or somebody in between, that takes SASL away gets no password and no bridge. */
START_TEST(without_the_mechanism_nothing_is_shown)
{
	static const char *const offers[] = { "", "multi-prefix", "sasl=EXTERNAL", "sasl=PLAIN" };
	struct irc_alone a;

	start_with(&a, _i == 3 ? "scram" : "plain", PASSWORD);
	ck_assert_int_eq(strncmp(irc_script_take(&a.script, "CAP"), "LS", 2), 0);
	irc_script_say(&a.script, ":irc.test CAP * LS :%s", offers[_i]);
	if (irc_script_takes(&a.script, "CAP", QUIET_US))
		irc_script_say(&a.script, ":irc.test CAP * ACK %s", strchr(a.script.line, ':'));
	stays_out(&a, "SASL");
	ck_assert_uint_eq(irc_pipe_count(&a.script.pipe, "AUTHENTICATE"), 0);
	irc_alone_stop(&a);
}
END_TEST

START_TEST(scram_proves_that_both_know_the_password)
{
	struct irc_alone a;

	start_with(&a, "scram", PASSWORD);
	ck_assert_str_eq(irc_script_negotiate(&a.script, "sasl=PLAIN,SCRAM-SHA-256"),
			 "SCRAM-SHA-256");
	ck_assert(irc_scram_serve(&a.script, PASSWORD, SCRAM_HONEST));
	ck_assert_uint_eq(irc_pipe_count(&a.script.pipe, PASSWORD), 0);
	goes_in(&a);
	irc_alone_stop(&a);
}
END_TEST

START_TEST(scram_with_another_password_proves_nothing)
{
	struct irc_alone a;

	start_with(&a, "scram", "another-one");
	irc_script_negotiate(&a.script, "sasl=SCRAM-SHA-256");
	ck_assert(!irc_scram_serve(&a.script, PASSWORD, SCRAM_HONEST));
	irc_script_say(&a.script, ":irc.test 904 * :SASL authentication failed");
	stays_out(&a, "SASL authentication failed");
	irc_alone_stop(&a);
}
END_TEST

START_TEST(a_server_that_lies_in_scram_gets_no_bridge)
{
	static const enum irc_scram_lie lies[] = { SCRAM_WRONG_SIGNATURE, SCRAM_NO_SIGNATURE,
						   SCRAM_WRONG_NONCE, SCRAM_FEW_ROUNDS };
	struct irc_alone a;
	bool taken;

	start_with(&a, "scram", PASSWORD);
	irc_script_negotiate(&a.script, "sasl=SCRAM-SHA-256");
	taken = irc_scram_serve(&a.script, PASSWORD, lies[_i]);
	ck_assert(taken == (lies[_i] == SCRAM_NO_SIGNATURE));
	if (taken)
		irc_sasl_welcome(&a.script, ACCOUNT);
	stays_out(&a, "cannot log in");
	irc_alone_stop(&a);
}
END_TEST

static void make_certificate(const char *dir, const char *name, const char *subject)
{
	CLEANUP(base_freep) char *cert = tmp_path(dir, name);
	CLEANUP(base_freep) char *out = NULL, *key = NULL;
	const char *argv[] = { "openssl",
			       "req",
			       "-x509",
			       "-newkey",
			       "ec",
			       "-pkeyopt",
			       "ec_paramgen_curve:prime256v1",
			       "-nodes",
			       "-days",
			       "2",
			       "-subj",
			       subject,
			       "-addext",
			       "subjectAltName=DNS:localhost,IP:127.0.0.1",
			       "-out",
			       cert,
			       "-keyout",
			       NULL,
			       NULL };
	int status;

	key = strcmp(name, "cert.pem") ? tmp_path(dir, "own_key.pem") : tmp_path(dir, "key.pem");
	argv[ARRAY_LEN(argv) - 2] = key;
	out = child_output(argv, NULL, OPENSSL_US, &status);
	if (status)
		die("openssl: %s", out);
}

/* Certificate and key in one file. */
static void join_files(const char *dir)
{
	CLEANUP(base_freep) char *cert = tmp_path(dir, "own.pem");
	CLEANUP(base_freep) char *key = tmp_path(dir, "own_key.pem");
	CLEANUP(base_freep) char *a = tmp_read(cert);
	CLEANUP(base_freep) char *b = tmp_read(key);
	CLEANUP(base_freep) char *both = NULL;

	must(asprintf(&both, "%s%s", a, b), "asprintf");
	tmp_write(cert, both);
	must(chmod(cert, 0600), "chmod");
}

START_TEST(external_shows_a_certificate)
{
	char file[300];
	const char *const sets[] = { "irc.sasl=external", file, NULL };
	char *dir = tmp_dir();
	struct irc_alone a;
	struct buf got;

	make_certificate(dir, "cert.pem", "/CN=localhost");
	make_certificate(dir, "own.pem", "/CN=mudlark");
	join_files(dir);
	snprintf(file, sizeof(file), "irc.cert_file=%s/own.pem", dir);
	irc_alone_start(&a, sets, dir, true);
	ck_assert(irc_script_accept(&a.script, IRC_US));
	ck_assert_str_eq(irc_script_negotiate(&a.script, "sasl=EXTERNAL"), "EXTERNAL");
	ck_assert(secure_has_certificate(a.script.pipe.secure));
	irc_sasl_go_on(&a.script);
	got = irc_sasl_take(&a.script);
	ck_assert_uint_le(got.n, strlen(ACCOUNT));
	buf_done(&got);
	goes_in(&a);
	irc_alone_stop(&a);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		{ plain_shows_account_and_password, 1 },
		{ a_payload_of_exactly_one_piece_is_ended, 1 },
		{ who_is_refused_says_so_and_does_not_go_in, 1 },
		{ without_the_mechanism_nothing_is_shown, 4 },
		{ scram_proves_that_both_know_the_password, 1 },
		{ scram_with_another_password_proves_nothing, 1 },
		{ a_server_that_lies_in_scram_gets_no_bridge, 4 },
		{ external_shows_a_certificate, 1 },
	};

	return suite_together("irc_sasl", 60, tests, ARRAY_LEN(tests));
}
