/*
 * test_target.c - rows of the chart as channels of Discord; how far events are settled.
 */
#include "bridges/discord/target.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "../rt/unit.h"
#include "rt/secret.h"
#include "bridges/discord/settled.h"

static int read_rows(struct targets *ret, char *const *rows, struct buf *why)
{
	struct chart chart = { 0 };
	int r;

	ck_assert_int_eq(chart_read(&chart, rows, target_extras, why), 0);
	r = targets_read(ret, &chart, why);
	chart_done(&chart);
	return r;
}

START_TEST(rows_of_one_place_become_one_target)
{
	char *rows[] = { "12 = chat, advice", "12 = help in speak=linked deletes=yes",
			 "13 = chat out kinds=said,posted boards=gazette", NULL };
	CLEANUP(buf_done) struct buf why = { 0 };
	struct targets t;
	struct stream_spec spec;

	ck_assert_int_eq(read_rows(&t, rows, &why), 0);
	ck_assert_uint_eq(t.n, 2);
	ck_assert_str_eq(t.all[0].key, "discord/12");
	ck_assert_uint_eq(t.all[0].n_ways, 2);
	ck_assert_str_eq(t.all[0].ways[0].channel, "chat"); /* not on advice */
	ck_assert(!t.all[0].ways[0].linked_only);
	ck_assert_str_eq(t.all[0].ways[1].channel, "help");
	ck_assert(t.all[0].ways[1].linked_only);
	ck_assert(t.all[0].deletes);
	spec = target_spec(&t.all[0]);
	ck_assert_str_eq(spec.channels[0], "chat");
	ck_assert_str_eq(spec.channels[1], "advice");
	ck_assert_ptr_null(spec.channels[2]);
	ck_assert_uint_eq(t.all[1].n_ways, 0);
	spec = target_spec(&t.all[1]);
	ck_assert_str_eq(spec.boards[0], "gazette");
	ck_assert(spec.kinds & LINE(LINE_SAID));
	ck_assert_ptr_eq(targets_find(&t, SPAN("13")), &t.all[1]);
	ck_assert_ptr_null(targets_find(&t, SPAN("1")));
	targets_done(&t);
}
END_TEST

START_TEST(a_place_that_is_only_heard_is_told_nothing)
{
	char *rows[] = { "12 = chat in", NULL };
	CLEANUP(buf_done) struct buf why = { 0 };
	struct targets t;

	ck_assert_int_eq(read_rows(&t, rows, &why), 0);
	ck_assert_uint_eq(target_spec(&t.all[0]).kinds, 0);
	targets_done(&t);
}
END_TEST

START_TEST(a_place_is_a_number)
{
	char *rows[] = { "#quay = chat", NULL };
	CLEANUP(buf_done) struct buf why = { 0 };
	struct targets t;

	ck_assert_int_eq(read_rows(&t, rows, &why), 1);
	ck_assert(why.n > 0);
}
END_TEST

START_TEST(targets_that_say_the_same_are_equal)
{
	char *a[] = { "12 = chat", NULL }, *b[] = { "12 = chat joins=yes", NULL };
	CLEANUP(buf_done) struct buf why = { 0 };
	struct targets x, y, z;

	ck_assert_int_eq(read_rows(&x, a, &why), 0);
	ck_assert_int_eq(read_rows(&y, a, &why), 0);
	ck_assert_int_eq(read_rows(&z, b, &why), 0);
	ck_assert(target_equal(&x.all[0], &y.all[0]));
	ck_assert(!target_equal(&x.all[0], &z.all[0]));
	targets_done(&x);
	targets_done(&y);
	targets_done(&z);
}
END_TEST

static void write_file(const char *path, const char *text, mode_t mode)
{
	const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq((int)write(fd, text, strlen(text)), (int)strlen(text));
	ck_assert_int_eq(fchmod(fd, mode), 0);
	close(fd);
}

START_TEST(a_secret_is_one_line_in_a_file_of_its_owner)
{
	CLEANUP(buf_done) struct buf why = { 0 };
	char path[] = "/tmp/mudlark-secret-XXXXXX", *got;

	close(mkstemp(path));
	write_file(path, " abc.def \n", 0600);
	ck_assert_int_eq(secret_read(&got, path, false, &why), 0);
	ck_assert_str_eq(got, "abc.def");
	secret_free(got);
	write_file(path, "abc.def", 0640);
	ck_assert_int_eq(secret_read(&got, path, false, &why), 1);
	write_file(path, "abc\ndef", 0600);
	ck_assert_int_eq(secret_read(&got, path, false, &why), 1);
	write_file(path, "", 0600);
	ck_assert_int_eq(secret_read(&got, path, false, &why), 1);
	ck_assert(!memmem(buf_p(&why), why.n, "abc", 3));
	unlink(path);
	ck_assert_int_eq(secret_read(&got, path, false, &why), 1);
}
END_TEST

START_TEST(events_are_settled_up_to_the_first_that_is_open)
{
	struct settled s;
	struct settled_line *a, *b;

	settled_init(&s);
	ck_assert_uint_eq(settled_upto(&s, 9), 9);
	a = settled_open(&s, 10, NULL);
	b = settled_open(&s, 12, NULL);
	ck_assert_uint_eq(settled_upto(&s, 14), 9);
	settled_close(&s, a);
	ck_assert_uint_eq(settled_upto(&s, 14), 11);
	settled_close(&s, b);
	ck_assert_uint_eq(settled_upto(&s, 14), 14);
	/* Of another session, which counts from 1. */
	settled_open(&s, 500, NULL);
	ck_assert_uint_eq(settled_upto(&s, 2), 2);
	settled_open(&s, 3, NULL);
	ck_assert_uint_eq(settled_upto(&s, 4), 2);
	settled_done(&s);
}
END_TEST

UNIT_MAIN("target", rows_of_one_place_become_one_target, a_place_that_is_only_heard_is_told_nothing,
	  a_place_is_a_number, targets_that_say_the_same_are_equal,
	  a_secret_is_one_line_in_a_file_of_its_owner,
	  events_are_settled_up_to_the_first_that_is_open)
