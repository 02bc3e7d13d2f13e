/* Many processes' bytes into whole lines, and the file that keeps them. */
#include "deploy/logmux.h"

#include <check.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "deploy/logfile.h"

struct catch
{
	struct buf text;
	struct logmux mux;
};

static void on_line(void *ctx, size_t source, struct span line)
{
	struct catch *c = ctx;
	logmux_format(&c->mux, source, line, false, &c->text);
}

static void set_up(struct catch *c)
{
	*c = (struct catch){ 0 };
	logmux_init(&c->mux, on_line, c);
	logmux_add(&c->mux, "persist");
	logmux_add(&c->mux, "gw");
}

static void feed(struct catch *c, size_t source, const char *text)
{
	logmux_feed(&c->mux, source, text, strlen(text));
}

static void expect(struct catch *c, const char *text)
{
	buf_addc(&c->text, '\0');
	ck_assert_str_eq(buf_p(&c->text), text);
	buf_clear(&c->text);
}

static void tear_down(struct catch *c)
{
	logmux_done(&c->mux);
	buf_done(&c->text);
}

START_TEST(lines_of_two_processes_are_named_and_do_not_mix)
{
	struct catch c;
	set_up(&c);
	feed(&c, 0, "one ");
	feed(&c, 1, "two\nthr");
	feed(&c, 0, "line\n");
	feed(&c, 1, "ee\n");
	expect(&c, "gw      | two\n"
		   "persist | one line\n"
		   "gw      | three\n");
	tear_down(&c);
}
END_TEST

START_TEST(a_last_line_without_newline_is_not_lost)
{
	struct catch c;
	set_up(&c);
	feed(&c, 0, "last words");
	expect(&c, "");
	logmux_end(&c.mux, 0);
	logmux_end(&c.mux, 0);
	expect(&c, "persist | last words\n");
	tear_down(&c);
}
END_TEST

START_TEST(a_very_long_line_is_cut_and_the_next_is_whole)
{
	struct catch c;
	set_up(&c);
	for (int i = 0; i < 100000; i++)
		logmux_feed(&c.mux, 0, "x", 1);
	feed(&c, 0, "\nnext\n");
	ck_assert_uint_eq(c.text.n, strlen("persist | ") + LOGMUX_LINE + strlen(" [...]\n") +
					    strlen("persist | next\n"));
	ck_assert_ptr_nonnull(memmem(buf_p(&c.text), c.text.n, "x [...]\npersist | next\n", 22));
	tear_down(&c);
}
END_TEST

START_TEST(a_log_cannot_steer_the_terminal)
{
	struct catch c;
	set_up(&c);
	feed(&c, 1, "a\033[2Jb\tc\x7f\r\n\n\xc3\xa9\n");
	expect(&c, "gw      | a?[2Jb\tc?\ngw      | \xc3\xa9\n");
	tear_down(&c);
}
END_TEST

START_TEST(the_last_ten_lines_of_each_process_are_kept)
{
	struct catch c;
	set_up(&c);
	feed(&c, 1, "other\n");
	for (int i = 0; i < 25; i++) {
		char line[16];
		snprintf(line, sizeof(line), "%d\n", i);
		feed(&c, 0, line);
	}
	ck_assert_str_eq(logmux_last(&c.mux, 0, 0), "15");
	ck_assert_str_eq(logmux_last(&c.mux, 0, 9), "24");
	ck_assert_ptr_null(logmux_last(&c.mux, 0, 10));
	ck_assert_str_eq(logmux_last(&c.mux, 1, 0), "other");
	logmux_forget(&c.mux, 0);
	ck_assert_ptr_null(logmux_last(&c.mux, 0, 0));
	tear_down(&c);
}
END_TEST

static char *file_text(const char *path, int number)
{
	char name[256], *text = NULL;
	size_t n = 0;
	snprintf(name, sizeof(name), number ? "%s.%d" : "%s", path, number);
	FILE *f = fopen(name, "re");
	if (!f || getdelim(&text, &n, '\0', f) < 0) {
		free(text);
		text = NULL;
	}
	if (f)
		fclose(f);
	return text;
}

static void expect_file(const char *path, int number, const char *wanted)
{
	char *text = file_text(path, number);
	if (wanted)
		ck_assert_str_eq(text ? text : "(none)", wanted);
	else
		ck_assert_ptr_null(text);
	free(text);
}

START_TEST(the_file_is_private_turned_over_and_five_old_ones_stay)
{
	char dir[] = "/tmp/mudlark-test-XXXXXX", path[64], line[16];
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/a.log", dir);
	struct logfile f;
	struct stat st;
	ck_assert_int_eq(logfile_open(&f, path, 20), 0);
	for (int i = 0; i < 16; i++) {
		int n = snprintf(line, sizeof(line), "line %02d.\n", i);
		ck_assert_int_eq(logfile_write(&f, (struct span){ line, (size_t)n }), 0);
	}
	ck_assert_int_eq(fstat(f.fd, &st), 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0600);
	expect_file(path, 0, "line 14.\nline 15.\n");
	expect_file(path, 1, "line 12.\nline 13.\n");
	expect_file(path, 5, "line 04.\nline 05.\n");
	expect_file(path, 6, NULL);
	logfile_close(&f);
	ck_assert_int_eq(logfile_open(&f, path, 30), 0);
	ck_assert_uint_eq(f.size, 18);
	logfile_close(&f);
	for (int i = 0; i <= LOGFILE_KEEP; i++) {
		char name[80];
		snprintf(name, sizeof(name), i ? "%s.%d" : "%s", path, i);
		unlink(name);
	}
	ck_assert_int_eq(rmdir(dir), 0);
}
END_TEST

START_TEST(a_disk_that_takes_nothing_is_reported_and_survived)
{
	struct logfile f;
	ck_assert_int_eq(logfile_open(&f, "/dev/full", 1000), 0);
	ck_assert_int_lt(logfile_write(&f, SPAN("lost\n")), 0);
	ck_assert_int_lt(logfile_write(&f, SPAN("lost\n")), 0);
	logfile_close(&f);
	ck_assert_int_lt(logfile_open(&f, "/nowhere/at/all.log", 1000), 0);
	ck_assert_int_lt(logfile_write(&f, SPAN("lost\n")), 0);
	logfile_close(&f);
}
END_TEST

START_TEST(a_line_torn_by_a_full_disk_is_not_glued_to_the_next)
{
	char dir[] = "/tmp/mudlark-test-XXXXXX", path[64];
	struct rlimit was, limit;
	struct logfile f;
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/a.log", dir);
	ck_assert_int_eq(logfile_open(&f, path, 1000), 0);
	ck_assert_int_eq(logfile_write(&f, SPAN("first\n")), 0);
	/* The file may grow by three bytes more: a disk that takes half a line. */
	signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &was), 0);
	limit = was;
	limit.rlim_cur = 9;
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	ck_assert_int_eq(logfile_write(&f, SPAN("second\n")), -ENOSPC);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &was), 0);
	ck_assert_int_eq(logfile_write(&f, SPAN("third\n")), 0);
	ck_assert_uint_eq(f.size, 12);
	expect_file(path, 0, "first\nthird\n");
	logfile_close(&f);
	unlink(path);
	ck_assert_int_eq(rmdir(dir), 0);
}
END_TEST

int main(void)
{
	TCase *c = tcase_create("logmux");
	tcase_add_test(c, lines_of_two_processes_are_named_and_do_not_mix);
	tcase_add_test(c, a_last_line_without_newline_is_not_lost);
	tcase_add_test(c, a_very_long_line_is_cut_and_the_next_is_whole);
	tcase_add_test(c, a_log_cannot_steer_the_terminal);
	tcase_add_test(c, the_last_ten_lines_of_each_process_are_kept);
	tcase_add_test(c, the_file_is_private_turned_over_and_five_old_ones_stay);
	tcase_add_test(c, a_line_torn_by_a_full_disk_is_not_glued_to_the_next);
	tcase_add_test(c, a_disk_that_takes_nothing_is_reported_and_survived);
	Suite *s = suite_create("logmux");
	suite_add_tcase(s, c);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
