/* A new file is there whole or not at all, for its owner alone, never in place of another. */
#include "deploy/newfile.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char dir[64], path[96], part[128];

static void setup(void)
{
	snprintf(dir, sizeof(dir), "/tmp/mudlark-newfile-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/file", dir);
	snprintf(part, sizeof(part), "%s" NEWFILE_PART, path);
}

static void teardown(void)
{
	unlink(path);
	unlink(part);
	ck_assert_int_eq(rmdir(dir), 0); /* nothing else was left */
}

static bool is_there(const char *name)
{
	return access(name, F_OK) == 0;
}

static void put(const char *name, const char *text, mode_t mode)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_CLOEXEC, mode);
	ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}

START_TEST(it_has_its_name_only_when_it_is_kept)
{
	struct newfile f;
	struct stat st;
	ck_assert_int_eq(newfile_open(&f, path), 0);
	ck_assert_int_eq(write(f.fd, "all", 3), 3);
	ck_assert(!is_there(path));
	ck_assert_int_eq(newfile_keep(&f), 0);
	newfile_done(&f);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(st.st_size, 3);
	ck_assert_int_eq(st.st_mode & 0777, 0600);
	ck_assert(!is_there(part));
}
END_TEST

START_TEST(what_is_not_kept_was_never_there)
{
	struct newfile f;
	ck_assert_int_eq(newfile_open(&f, path), 0);
	newfile_done(&f);
	ck_assert(!is_there(path) && !is_there(part));
	newfile_done(&f);
}
END_TEST

START_TEST(another_file_is_not_replaced)
{
	struct newfile f;
	put(path, "other", 0600);
	ck_assert_int_eq(newfile_open(&f, path), -EEXIST);
	unlink(path);
	ck_assert_int_eq(newfile_open(&f, path), 0);
	put(path, "other", 0600);
	ck_assert_int_eq(newfile_keep(&f), -EEXIST);
	newfile_done(&f);
	ck_assert(is_there(path) && !is_there(part));
}
END_TEST

START_TEST(two_do_not_write_one_file)
{
	struct newfile f, g;
	ck_assert_int_eq(newfile_open(&f, path), 0);
	ck_assert_int_eq(newfile_open(&g, path), -EEXIST);
	ck_assert_int_eq(newfile_keep(&f), 0);
	newfile_done(&f);
}
END_TEST

START_TEST(what_a_kill_left_behind_is_taken_over)
{
	struct newfile f;
	struct stat st;
	put(part, "half of it", 0644);
	ck_assert_int_eq(newfile_open(&f, path), 0);
	ck_assert_int_eq(fstat(f.fd, &st), 0);
	ck_assert_int_eq(st.st_size, 0);
	ck_assert_int_eq(st.st_mode & 0777, 0600);
	newfile_done(&f);
}
END_TEST

/* Whoever comes between another's opening of the part and its lock must not write into what has its name by then. */
START_TEST(many_at_once_and_one_has_it_whole)
{
	enum { MANY = 8, ROUNDS = 200 };
	for (int round = 0; round < ROUNDS; round++) {
		int gate[2], kept = 0, winners = 0;
		char c, text[8] = "";
		ck_assert_int_eq(pipe2(gate, O_CLOEXEC), 0);
		for (int i = 0; i < MANY; i++) {
			if (fork() != 0)
				continue;
			struct newfile f;
			close(gate[1]);
			(void)!read(gate[0], &c, 1);
			bool done = newfile_open(&f, path) == 0 &&
				    write(f.fd, &(char){ (char)('a' + i) }, 1) == 1 &&
				    newfile_keep(&f) == 0;
			newfile_done(&f);
			_exit(done ? 'a' + i : 0);
		}
		close(gate[0]);
		close(gate[1]);
		for (int i = 0, status; i < MANY; i++) {
			ck_assert_int_gt(wait(&status), 0);
			kept += WEXITSTATUS(status);
			winners += WEXITSTATUS(status) != 0;
		}
		int fd = open(path, O_RDONLY | O_CLOEXEC);
		ck_assert_int_eq(read(fd, text, sizeof(text)), 1);
		close(fd);
		ck_assert_int_eq(winners, 1);
		ck_assert_int_eq(text[0], kept);
		unlink(path);
	}
}
END_TEST

START_TEST(a_folder_that_is_not_there_is_said)
{
	struct newfile f;
	ck_assert_int_eq(newfile_open(&f, "/nonexistent/folder/file"), -ENOENT);
	newfile_done(&f);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("newfile");
	TCase *tc = tcase_create("newfile");
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, it_has_its_name_only_when_it_is_kept);
	tcase_add_test(tc, what_is_not_kept_was_never_there);
	tcase_add_test(tc, another_file_is_not_replaced);
	tcase_add_test(tc, two_do_not_write_one_file);
	tcase_add_test(tc, what_a_kill_left_behind_is_taken_over);
	tcase_add_test(tc, many_at_once_and_one_has_it_whole);
	tcase_add_test(tc, a_folder_that_is_not_there_is_said);
	suite_add_tcase(s, tc);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
