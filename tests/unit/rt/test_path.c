/*
 * test_path.c - folders that are missing are made, for nobody else; those that are there stay as they are.
 */
#include "rt/path.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "unit.h"

static char base[64], path[256];

static const char *below(const char *rest)
{
	snprintf(path, sizeof(path), "%s/%s", base, rest);
	return path;
}

static void begin(void)
{
	snprintf(base, sizeof(base), "/tmp/mudlark-path-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(base));
}

/* Its rights; 0: it is not there. */
static unsigned mode_of(const char *rest)
{
	struct stat st;

	return stat(below(rest), &st) < 0 ? 0 : st.st_mode & 0777;
}

static void end(void)
{
	static const char *const made[] = { "a/b/c", "a/b", "a", "file", "" };

	for (size_t i = 0; i < ARRAY_LEN(made); i++)
		(void)remove(below(made[i]));
}

START_TEST(a_folder_is_made_with_those_above_it)
{
	begin();
	ck_assert_int_eq(path_make(below("a/b/c")), 0);
	ck_assert_uint_eq(mode_of("a/b/c"), 0700);
	ck_assert_uint_eq(mode_of("a"), 0700);
	ck_assert_int_eq(path_make(below("a/b/c/")), 0);
	end();
}
END_TEST

START_TEST(for_a_file_only_its_folder_is_made)
{
	begin();
	ck_assert_int_eq(path_make_for(below("a/b/key.pem")), 0);
	ck_assert_uint_eq(mode_of("a/b"), 0700);
	ck_assert_uint_eq(mode_of("a/b/key.pem"), 0);
	ck_assert_int_eq(path_make_for("key.pem"), 0);
	ck_assert_int_eq(path_make_for("/key.pem"), 0);
	end();
}
END_TEST

START_TEST(what_is_there_keeps_its_rights)
{
	begin();
	ck_assert_int_eq(mkdir(below("a"), 0755), 0);
	ck_assert_int_eq(chmod(below("a"), 0755), 0);
	ck_assert_int_eq(path_make(below("a")), 0);
	ck_assert_uint_eq(mode_of("a"), 0755);
	end();
}
END_TEST

START_TEST(below_a_file_nothing_can_be_made)
{
	FILE *f;

	begin();
	f = fopen(below("file"), "w");
	ck_assert_ptr_nonnull(f);
	fclose(f);
	ck_assert_int_eq(path_make(below("file/a/b")), -ENOTDIR);
	end();
}
END_TEST

UNIT_MAIN("path", a_folder_is_made_with_those_above_it, for_a_file_only_its_folder_is_made,
	  what_is_there_keeps_its_rights, below_a_file_nothing_can_be_made)
