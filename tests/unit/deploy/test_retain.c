/* Which backups stay: by number, by days, by both; what is not ours is never touched. */
#include "deploy/retain.h"

#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DAY = 24 * 60 * 60, DAYS = 5, NOW = 1790000000 };

struct place {
	char dir[64];
	char days[DAYS][RETAIN_NAME]; /* [0] is of now, [1] of a day ago ... */
	char heard[512];	      /* names that were deleted, each behind a space */
	char left[1024];	      /* names that were left alone, and why */
};

static void make(const struct place *p, const char *name)
{
	char path[160];
	snprintf(path, sizeof(path), "%s/%s", p->dir, name);
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, "all", 3), 3);
	close(fd);
}

static bool has(const struct place *p, const char *name)
{
	char path[160];
	snprintf(path, sizeof(path), "%s/%s", p->dir, name);
	return faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static void setup(struct place *p)
{
	*p = (struct place){ .dir = "/tmp/mudlark-retain-XXXXXX" };
	ck_assert_ptr_nonnull(mkdtemp(p->dir));
	for (int i = 0; i < DAYS; i++) {
		retain_name(NOW - i * DAY, p->days[i]);
		make(p, p->days[i]);
	}
}

static void teardown(struct place *p)
{
	char command[128];
	snprintf(command, sizeof(command), "rm -rf %s", p->dir);
	ck_assert_int_eq(system(command), 0);
}

static void on_told(void *ctx, const char *name, const char *left)
{
	struct place *p = ctx;
	size_t n = strlen(p->heard), m = strlen(p->left);
	if (left)
		snprintf(p->left + m, sizeof(p->left) - m, " %s: %s", name, left);
	else
		snprintf(p->heard + n, sizeof(p->heard) - n, " %s", name);
}

static int apply(struct place *p, const char *fresh, unsigned keep, unsigned days)
{
	const struct retain rule = { keep, days };
	return retain_apply(p->dir, fresh, &rule, NOW + 60, on_told, p);
}

/* The newest n are there and no others. */
static void expect_days(const struct place *p, int n)
{
	for (int i = 0; i < DAYS; i++)
		ck_assert_msg(has(p, p->days[i]) == (i < n), "%s", p->days[i]);
}

START_TEST(without_a_rule_all_stay)
{
	struct place p;
	setup(&p);
	ck_assert_int_eq(apply(&p, p.days[0], 0, 0), 0);
	expect_days(&p, DAYS);
	ck_assert_str_eq(p.heard, "");
	teardown(&p);
}
END_TEST

START_TEST(the_newest_stay_and_each_that_goes_is_told)
{
	struct place p;
	char both[100];
	setup(&p);
	ck_assert_int_eq(apply(&p, p.days[0], 3, 0), 0);
	expect_days(&p, 3);
	snprintf(both, sizeof(both), " %s %s", p.days[3], p.days[4]);
	ck_assert_str_eq(p.heard, both);
	teardown(&p);
}
END_TEST

START_TEST(those_of_the_last_days_stay)
{
	struct place p;
	setup(&p);
	ck_assert_int_eq(apply(&p, p.days[0], 0, 2), 0);
	expect_days(&p, 2);
	teardown(&p);
}
END_TEST

START_TEST(with_both_rules_one_goes_when_both_say_so)
{
	struct place p;
	setup(&p);
	ck_assert_int_eq(apply(&p, p.days[0], 3, 1), 0);
	expect_days(&p, 3);
	ck_assert_int_eq(apply(&p, p.days[0], 1, 3), 0);
	expect_days(&p, 3);
	teardown(&p);
}
END_TEST

START_TEST(the_fresh_one_stays_though_the_clock_was_set_back)
{
	struct place p;
	setup(&p);
	ck_assert_int_eq(apply(&p, p.days[4], 2, 0), 0);
	ck_assert(has(&p, p.days[0]) && has(&p, p.days[1]) && has(&p, p.days[4]));
	ck_assert(!has(&p, p.days[2]) && !has(&p, p.days[3]));
	teardown(&p);
}
END_TEST

/* A clock that was ahead, and what only looks like a backup: the newest three are still three good ones. */
START_TEST(what_is_no_backup_to_rely_on_does_not_count_among_the_newest)
{
	static const char folder[] = "mudlark-20260101-000000Z.jsonl.gz";
	static const char link_name[] = "mudlark-20260102-000000Z.jsonl.gz";
	static const char empty[] = "mudlark-20260103-000000Z.jsonl.gz";
	struct place p;
	char ahead[RETAIN_NAME], path[160];
	setup(&p);
	retain_name(NOW + DAY, ahead);
	make(&p, ahead);
	make(&p, empty);
	for (int i = 0; i < 2; i++) {
		char name[RETAIN_NAME];
		retain_name(NOW - 3600 * (i + 1), name);
		snprintf(path, sizeof(path), "%s/%s", p.dir, name);
		ck_assert_int_eq(i ? mkdir(path, 0700) : symlink("notes.txt", path), 0);
	}
	snprintf(path, sizeof(path), "%s/%s", p.dir, folder);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	snprintf(path, sizeof(path), "%s/%s", p.dir, link_name);
	ck_assert_int_eq(symlink("notes.txt", path), 0);
	snprintf(path, sizeof(path), "%s/%s", p.dir, empty);
	ck_assert_int_eq(truncate(path, 0), 0);
	ck_assert_int_eq(apply(&p, p.days[0], 3, 0), 0);
	expect_days(&p, 3);
	ck_assert(has(&p, ahead) && has(&p, empty) && has(&p, folder) && has(&p, link_name));
	ck_assert_ptr_nonnull(strstr(p.left, "its time has not come yet"));
	ck_assert_ptr_nonnull(strstr(p.left, "it is empty"));
	ck_assert_ptr_nonnull(strstr(p.left, "it is no plain file"));
	teardown(&p);
}
END_TEST

START_TEST(other_names_are_never_touched)
{
	static const char *const others[] = {
		"notes.txt",
		"mudlark.db",
		"mudlark-20010101-000000Z.jsonl",
		"mudlark-20010101-000000Z.jsonl.gz.keep",
		"my-mudlark-20010101-000000Z.jsonl.gz",
		"mudlark-20010101-000000.jsonl.gz",
		"mudlark-2001011-000000Z.jsonl.gz",
		"mudlark-20010231-000000Z.jsonl.gz",
		"mudlark-20010101-000000Z.part",
	};
	struct place p;
	char dir[160];
	setup(&p);
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		make(&p, others[i]);
	snprintf(dir, sizeof(dir), "%s/mudlark-20010101-000000Z.jsonl.gz", p.dir);
	ck_assert_int_eq(mkdir(dir, 0700), 0);
	snprintf(dir, sizeof(dir), "%s/mudlark-20010102-000000Z.jsonl.gz", p.dir);
	ck_assert_int_eq(symlink("notes.txt", dir), 0);
	ck_assert_int_eq(apply(&p, p.days[0], 1, 1), 0);
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		ck_assert_msg(has(&p, others[i]), "%s", others[i]);
	ck_assert(has(&p, "mudlark-20010101-000000Z.jsonl.gz"));
	ck_assert(has(&p, "mudlark-20010102-000000Z.jsonl.gz"));
	expect_days(&p, 1);
	teardown(&p);
}
END_TEST

START_TEST(what_a_killed_backup_left_goes_but_not_what_is_being_written)
{
	struct place p;
	char path[200];
	setup(&p);
	make(&p, "mudlark-20010101-000000Z.jsonl.gz.part");
	make(&p, "mudlark-20010102-000000Z.jsonl.gz.part");
	snprintf(path, sizeof(path), "%s/mudlark-20010102-000000Z.jsonl.gz.part", p.dir);
	int fd = open(path, O_RDWR | O_CLOEXEC);
	ck_assert_int_eq(flock(fd, LOCK_EX), 0);
	ck_assert_int_eq(apply(&p, p.days[0], 0, 0), 0);
	ck_assert(!has(&p, "mudlark-20010101-000000Z.jsonl.gz.part"));
	ck_assert(has(&p, "mudlark-20010102-000000Z.jsonl.gz.part"));
	expect_days(&p, DAYS);
	close(fd);
	teardown(&p);
}
END_TEST

START_TEST(a_folder_that_is_not_there_is_an_error)
{
	struct place p = { .dir = "/nonexistent/folder" };
	ck_assert_int_lt(apply(&p, "x", 1, 0), 0);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("retain");
	TCase *tc = tcase_create("retain");
	tcase_add_test(tc, without_a_rule_all_stay);
	tcase_add_test(tc, the_newest_stay_and_each_that_goes_is_told);
	tcase_add_test(tc, those_of_the_last_days_stay);
	tcase_add_test(tc, with_both_rules_one_goes_when_both_say_so);
	tcase_add_test(tc, the_fresh_one_stays_though_the_clock_was_set_back);
	tcase_add_test(tc, what_is_no_backup_to_rely_on_does_not_count_among_the_newest);
	tcase_add_test(tc, other_names_are_never_touched);
	tcase_add_test(tc, what_a_killed_backup_left_goes_but_not_what_is_being_written);
	tcase_add_test(tc, a_folder_that_is_not_there_is_an_error);
	suite_add_tcase(s, tc);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
