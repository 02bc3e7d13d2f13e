/*
 * test_edge.c - what surrounds the core: passwords kept out of it, the crash note, the options.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "world/crashnote.h"
#include "world/options.h"
#include "world/secrets.h"
#include "world/server.h"

static uint64_t now_us;

static uint64_t fake_now(void *ctx)
{
	(void)ctx;
	return now_us;
}

static const struct clock fake = { .mono_us = fake_now };
static struct secrets *s;
static char path[] = "/tmp/mudlark-note-XXXXXX";

static void setup(void)
{
	int fd = mkstemp(path);

	ck_assert_int_ge(fd, 0);
	close(fd);
	unlink(path);
	now_us = 1;
	s = secrets_new(&fake);
}

static void teardown(void)
{
	secrets_free(s);
	unlink(path);
}

static bool verify(const char *token, char out[64])
{
	Mudlark__PersistCall c = MUDLARK__PERSIST_CALL__INIT;
	Mudlark__AccountVerify m = MUDLARK__ACCOUNT_VERIFY__INIT;
	bool ok;

	m.password.data = (uint8_t *)(uintptr_t)token;
	m.password.len = strlen(token);
	c.body_case = MUDLARK__PERSIST_CALL__BODY_ACCOUNT_VERIFY;
	c.account_verify = &m;
	ok = secrets_reveal(s, &c);
	if (ok)
		snprintf(out, 64, "%.*s", (int)m.password.len, (char *)m.password.data);
	return ok;
}

START_TEST(a_secret_becomes_a_token_and_comes_back_in_a_call)
{
	char token[SECRET_TOKEN + 1], out[64];
	struct span t = secrets_put(s, SPAN("correct horse"), token);

	ck_assert_uint_eq(t.n, SECRET_TOKEN);
	ck_assert_ptr_null(strstr(token, "horse"));
	ck_assert(verify(token, out));
	ck_assert_str_eq(out, "correct horse");
}
END_TEST

START_TEST(equal_texts_have_equal_tokens_and_others_not)
{
	char a[SECRET_TOKEN + 1], b[SECRET_TOKEN + 1], c[SECRET_TOKEN + 1];

	secrets_put(s, SPAN("one"), a);
	secrets_put(s, SPAN("one"), b);
	secrets_put(s, SPAN("two"), c);
	ck_assert_str_eq(a, b);
	ck_assert_str_ne(a, c);
	ck_assert_uint_eq(secrets_put(s, SPAN(""), a).n, 0);
}
END_TEST

START_TEST(a_token_nobody_got_reveals_nothing)
{
	char out[64], token[SECRET_TOKEN + 1];

	ck_assert(!verify("#0123456789abcdef", out));
	ck_assert(!verify("correct horse", out));
	secrets_put(s, SPAN("correct horse"), token);
	now_us += (uint64_t)601 * 1000000;
	secrets_sweep(s);
	ck_assert(!verify(token, out));
}
END_TEST

START_TEST(there_is_an_end_to_secrets)
{
	char first[SECRET_TOKEN + 1], token[SECRET_TOKEN + 1], out[64], text[32];

	secrets_put(s, SPAN("first"), first);
	for (int i = 0; i < SECRETS_MAX + 1; i++) {
		snprintf(text, sizeof(text), "number %d", i);
		secrets_put(s, (struct span){ text, strlen(text) }, token);
	}
	secrets_sweep(s);
	ck_assert(!verify(first, out));
	ck_assert(verify(token, out));
}
END_TEST

static size_t reopen(struct crashnote **c, struct crashnote_found found[CRASHNOTE_MAX])
{
	size_t n;

	crashnote_close(*c);
	ck_assert_int_eq(crashnote_open(c, path, found, &n), 0);
	return n;
}

/* What is left of a client's message; the bytes it came in must be wiped of the secret. */
static const char *hidden(const char *package, const char *json)
{
	static char left[4096];
	Mudlark__SessionData m = MUDLARK__SESSION_DATA__INIT;
	size_t n = strlen(json);
	char *bytes = strdup(json);
	bool is_login;
	struct arena a;

	arena_init(&a, 0);
	m.package = (char *)(uintptr_t)package;
	m.json.data = (uint8_t *)bytes;
	m.json.len = n;
	secrets_hide_data(s, &m, &a);
	is_login = m.json.data != (uint8_t *)bytes;
	ck_assert(!is_login || !memmem(bytes, n, "horse", 5));
	snprintf(left, sizeof(left), "%.*s", (int)m.json.len, (char *)m.json.data);
	free(bytes);
	arena_done(&a);
	return left;
}

START_TEST(a_password_sent_as_data_becomes_a_token_like_a_typed_one)
{
	char token[SECRET_TOKEN + 1], expected[128], out[64];
	struct span typed = secrets_put(s, SPAN("right \xc3\xa9 horse"), token);

	snprintf(expected, sizeof(expected), "{\"account\":\"Ana\",\"password\":\"%.*s\"}",
		 (int)typed.n, typed.p);
	/* composed, as a typed line is */
	ck_assert_str_eq(hidden("char.login.credentials",
				"{\"account\":\"Ana\",\"password\":\"right e\\u0301 horse\","
				"\"more\":\"horse\"}"),
			 expected);
	ck_assert(verify(token, out));
	ck_assert_str_eq(out, "right \xc3\xa9 horse");
}
END_TEST

START_TEST(nothing_of_a_login_that_is_not_understood_is_left)
{
	static const char *const wrong[] = {
		"",
		"horse",
		"\"horse\"",
		"{\"password\":\"horse\"",
		"[\"horse\"]",
		"{}",
		"{\"password\":[\"horse\"],\"account\":\"Ana\"}",
		"{\"password\":\"horse\"}",
		"{\"account\":\"Ana\",\"password\":\"\"}",
		"{\"name\":\"Ana\",\"password\":\"horse\"}",
		"{\"account\":\"Ana\",\"password\":\"a\",\"password\":\"horse\"}",
	};

	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		ck_assert_str_eq(hidden("char.login.credentials", wrong[i]), "{}");
		ck_assert_str_eq(hidden("Char.LOGIN", wrong[i]), "{}");
		ck_assert_str_eq(hidden("char.login.password.of", wrong[i]), "{}");
	}
	ck_assert_str_eq(hidden("char.items.inv", "\"horse\""), "\"horse\"");
	ck_assert_str_eq(hidden("char.logins", "\"horse\""), "\"horse\"");
}
END_TEST

START_TEST(a_line_that_was_running_is_found_by_the_next_world)
{
	struct crashnote *c = NULL;
	struct crashnote_found found[CRASHNOTE_MAX];

	ck_assert_uint_eq(reopen(&c, found), 0);
	crashnote_set(c, 7, 12);
	ck_assert_uint_eq(reopen(&c, found), 1);
	ck_assert_uint_eq(found[0].session, 7);
	ck_assert_uint_eq(found[0].seq, 12);
	ck_assert_uint_eq(found[0].crashes, 1);
	crashnote_set(c, 7, 12);
	ck_assert_uint_eq(reopen(&c, found), 1);
	ck_assert_uint_eq(found[0].crashes, 2);
	crashnote_set(c, 7, 13);
	crashnote_set(c, 0, 0); /* done: no crash */
	ck_assert_uint_eq(reopen(&c, found), 1);
	ck_assert_uint_eq(found[0].crashes, 2);
	crashnote_close(c);
}
END_TEST

START_TEST(the_note_forgets_the_oldest)
{
	struct crashnote *c = NULL;
	struct crashnote_found found[CRASHNOTE_MAX];
	size_t n = 0;

	for (uint64_t i = 1; i <= CRASHNOTE_MAX + 3; i++) {
		reopen(&c, found);
		crashnote_set(c, i, 1);
	}
	n = reopen(&c, found);
	ck_assert_uint_eq(n, CRASHNOTE_MAX);
	ck_assert_uint_eq(found[0].session, 4);
	crashnote_close(c);
}
END_TEST

START_TEST(a_file_that_is_no_note_is_made_one)
{
	struct crashnote *c = NULL;
	struct crashnote_found found[CRASHNOTE_MAX];
	FILE *f = fopen(path, "w");

	fputs("something else altogether, longer than a magic number", f);
	fclose(f);
	ck_assert_uint_eq(reopen(&c, found), 0);
	crashnote_close(c);
	ck_assert_int_lt(crashnote_open(&c, "/nonexistent/note", found, &(size_t){ 0 }), 0);
}
END_TEST

START_TEST(the_crash_note_is_beside_an_ipc_bus)
{
	struct options o = { .bus = "ipc://var/run/world.bus", .crash_note = "" };
	char *note = options_crash_note(&o);

	ck_assert_str_eq(note, "var/run/world.crash");
	free(note);
	o.bus = "tcp://127.0.0.1:5000";
	note = options_crash_note(&o);
	ck_assert_str_eq(note, "");
	free(note);
	o.crash_note = "elsewhere";
	note = options_crash_note(&o);
	ck_assert_str_eq(note, "elsewhere");
	free(note);
}
END_TEST

START_TEST(every_option_has_help_and_a_default_that_is_valid)
{
	struct options o = { 0 };
	struct conf_source none = { .environ_ = (char *[]){ NULL } };
	struct buf errors = { 0 };

	for (size_t i = 0; i < options_table.n; i++)
		ck_assert_ptr_nonnull(options_table.options[i].help);
	ck_assert_int_eq(conf_load(&options_table, &none, &o, &errors), 0);
	ck_assert_int_eq(o.tick_rate, 10);
	ck_assert_int_eq(o.stall_grace, 3000000);
	ck_assert_str_eq(o.packs[0], "foreshore");
	conf_done(&options_table, &o);
	buf_done(&errors);
}
END_TEST

START_TEST(a_world_that_was_held_up_runs_a_few_ticks_and_forgets_the_others)
{
	uint64_t next = 1000, lost;

	ck_assert_uint_eq(server_ticks_due(&next, 999, 100, false, &lost), 0);
	ck_assert_uint_eq(server_ticks_due(&next, 1000, 100, false, &lost), 1);
	ck_assert_uint_eq(next, 1100);
	ck_assert_uint_eq(server_ticks_due(&next, 1350, 100, false, &lost), 3);
	ck_assert_uint_eq(lost, 0);
	ck_assert_uint_eq(next, 1400);
	ck_assert_uint_eq(server_ticks_due(&next, 2400, 100, false, &lost), 3);
	ck_assert_uint_eq(lost, 8);
	ck_assert_uint_eq(next, 2500);
}
END_TEST

START_TEST(while_the_backlog_is_full_every_tick_is_lost_and_none_is_run_later)
{
	uint64_t next = 1000, lost, all = 0;

	for (uint64_t now = 1000; now < 11000; now += 100) {
		ck_assert_uint_eq(server_ticks_due(&next, now, 100, true, &lost), 0);
		ck_assert_uint_gt(next, now);
		all += lost;
	}
	ck_assert_uint_eq(all, 100);
	ck_assert_uint_eq(server_ticks_due(&next, 11000, 100, false, &lost), 1);
	ck_assert_uint_eq(lost, 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("edge");
	TCase *c = tcase_create("edge");
	SRunner *run;
	int failed;

	tcase_add_checked_fixture(c, setup, teardown);
	tcase_add_test(c, a_secret_becomes_a_token_and_comes_back_in_a_call);
	tcase_add_test(c, equal_texts_have_equal_tokens_and_others_not);
	tcase_add_test(c, a_token_nobody_got_reveals_nothing);
	tcase_add_test(c, there_is_an_end_to_secrets);
	tcase_add_test(c, a_password_sent_as_data_becomes_a_token_like_a_typed_one);
	tcase_add_test(c, nothing_of_a_login_that_is_not_understood_is_left);
	tcase_add_test(c, a_line_that_was_running_is_found_by_the_next_world);
	tcase_add_test(c, the_note_forgets_the_oldest);
	tcase_add_test(c, a_file_that_is_no_note_is_made_one);
	tcase_add_test(c, the_crash_note_is_beside_an_ipc_bus);
	tcase_add_test(c, every_option_has_help_and_a_default_that_is_valid);
	tcase_add_test(c, a_world_that_was_held_up_runs_a_few_ticks_and_forgets_the_others);
	tcase_add_test(c, while_the_backlog_is_full_every_tick_is_lost_and_none_is_run_later);
	suite_add_tcase(suite, c);
	run = srunner_create(suite);
	srunner_run_all(run, CK_NORMAL);
	failed = srunner_ntests_failed(run);
	srunner_free(run);
	return failed != 0;
}
