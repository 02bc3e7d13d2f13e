/* test_bus_keys.c - files with keys: how they are read, and what is kept of keys that are refused. */
#include "rt/bus_keys.h"

#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rt/log.h"

struct folder {
	char dir[64], file[160];
};

static void start(struct folder *t)
{
	log_set(LOG_ERROR, false);
	strcpy(t->dir, "/tmp/mudlark-keys-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(t->dir));
	snprintf(t->file, sizeof(t->file), "%s/file", t->dir);
}

static void finish(const struct folder *t)
{
	ck_assert_int_eq(unlink(t->file), 0);
	ck_assert_int_eq(rmdir(t->dir), 0);
}

static void write_file(const struct folder *t, const char *text)
{
	FILE *f = fopen(t->file, "w");

	ck_assert_ptr_nonnull(f);
	ck_assert_int_ge(fputs(text, f), 0);
	ck_assert_int_eq(fclose(f), 0);
}

/* What is logged from here on. */
static FILE *log_kept(int *ret_fd)
{
	FILE *f = tmpfile();

	ck_assert_ptr_nonnull(f);
	*ret_fd = dup(STDERR_FILENO);
	ck_assert_int_ge(dup2(fileno(f), STDERR_FILENO), 0);
	log_set(LOG_WARNING, false);
	return f;
}

/* How many lines of it have the text. */
static unsigned lines_with(FILE *f, const char *text)
{
	char line[1024];
	unsigned n = 0;

	rewind(f);
	while (fgets(line, sizeof(line), f))
		n += strstr(line, text) != NULL;
	return n;
}

START_TEST(keys_beyond_number_are_refused_without_being_kept)
{
	enum { MANY = 1000 };
	struct folder t;
	struct bus_allow list;
	FILE *log;
	int kept;

	start(&t);
	write_file(&t, "");
	bus_allow_init(&list, t.file);
	log = log_kept(&kept);
	for (unsigned i = 0; i < 2 * MANY; i++) {
		char key[BUS_KEY_SIZE];

		snprintf(key, sizeof(key), "%040u", i % MANY);
		ck_assert(!bus_allowed(&list, key, SPAN("192.0.2.1")));
	}
	log_set(LOG_ERROR, false);
	ck_assert_int_ge(dup2(kept, STDERR_FILENO), 0);
	close(kept);
	ck_assert_uint_lt(list.refused.n, MANY);
	ck_assert_uint_eq(lines_with(log, "event=bus_key_refused"), list.refused.n);
	ck_assert_uint_eq(lines_with(log, "event=bus_keys_refused"), 1);
	bus_allow_done(&list);
	fclose(log);
	finish(&t);
}
END_TEST

START_TEST(one_file_has_the_keys_of_all_who_are_dialled)
{
	static const char world[] = "abcdefghijklmnopqrstuvwxyz0123456789WRLD";
	static const char persist[] = "abcdefghijklmnopqrstuvwxyz0123456789STOR";
	struct folder t;
	char key[BUS_KEY_SIZE], text[160];

	start(&t);
	log_set(LOG_ERROR, false);
	snprintf(text, sizeof(text), "# who is dialled\nworld %s\npersist %s # the store\n", world,
		 persist);
	write_file(&t, text);
	ck_assert_int_eq(bus_keys_peer(t.file, "persist", key), 0);
	ck_assert_str_eq(key, persist);
	ck_assert_int_eq(bus_keys_peer(t.file, "world", key), 0);
	ck_assert_str_eq(key, world);
	ck_assert_int_eq(bus_keys_peer(t.file, "gateway", key), -EINVAL);
	ck_assert_int_eq(bus_keys_peer(t.file, NULL, key), -EINVAL);
	/* A role without a line is served by a line for all. */
	snprintf(text, sizeof(text), "persist %s\npublic %s\n", persist, world);
	write_file(&t, text);
	ck_assert_int_eq(bus_keys_peer(t.file, "world", key), 0);
	ck_assert_str_eq(key, world);
	finish(&t);
}
END_TEST

/* '#' begins comments and is a letter of keys as well. */
START_TEST(keys_are_read_whatever_letters_they_have)
{
	static const char *const lines[] = {
		"public #bcdefghijklmnopqrstuvwxyz0123456789ABCD\n",
		"public abcdefghijklmnopqrstuvwxyz0123456789#BCD # gateway # two\r\n",
		"abcdefghijklmnopqrstuvwxyz0123456789#BCD bridge,ops # two\n",
		"# a comment\n\n \t#bcdefghijklmnopqrstuvwxyz0123456789ABCD",
		"abcdefghijklmnopqrstuvwxyz0123456789ABC# #",
	};
	static const char *const bad[] = {
		"public abcdefghijklmnopqrstuvwxyz0123456789ABC\n",
		"public abcdefghijklmnopqrstuvwxyz0123456789ABCDE\n",
		"public abcdefghijklmnopqrstuvwxyz0123456789ABCD and more\n",
		"public abcdefghijklmnopqrstuvwxyz0123456789ABCD ops,\n",
		"public abcdefghijklmnopqrstuvwxyz0123456789ABCD self\n",
		"publicabcdefghijklmnopqrstuvwxyz0123456789ABCD\n",
		"# public\n",
		"",
	};
	struct folder t;
	char key[BUS_KEY_SIZE];

	start(&t);
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		write_file(&t, lines[i]);
		ck_assert_msg(bus_keys_peer(t.file, NULL, key) == 0, "line %zu", i);
		ck_assert_uint_eq(strlen(key), 40);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		write_file(&t, bad[i]);
		ck_assert_msg(bus_keys_peer(t.file, NULL, key) == -EINVAL, "line %zu", i);
	}
	ck_assert_int_eq(bus_keys_peer("abcdefghijklmnopqrstuvwxyz0123456789ABC#", NULL, key), 0);
	finish(&t);
}
END_TEST

#define KEY_A "abcdefghijklmnopqrstuvwxyz0123456789AAAA"
#define KEY_B "abcdefghijklmnopqrstuvwxyz0123456789BBBB"
#define KEY_C "abcdefghijklmnopqrstuvwxyz0123456789CCCC"
#define KEY_D "abcdefghijklmnopqrstuvwxyz0123456789DDDD"

START_TEST(a_key_is_for_the_roles_that_stand_behind_it)
{
	struct folder t;
	struct bus_allow list;
	FILE *log;
	int kept;

	start(&t);
	/* One line that names no role and one that does: the latter holds. */
	write_file(&t, KEY_A " bridge # irc\n" KEY_B " # east\npublic " KEY_C " world,ops\n" KEY_D
			     " # rss\n" KEY_D " bridge # rss\n");
	bus_allow_init(&list, t.file);
	log = log_kept(&kept);
	ck_assert(bus_allowed(&list, KEY_A, SPAN("192.0.2.1")));
	ck_assert(bus_allowed(&list, KEY_D, SPAN("192.0.2.1")));
	ck_assert_ptr_null(bus_allow_fault(&list, KEY_A, "bridge"));
	for (int i = 0; i < 3; i++)
		ck_assert_ptr_nonnull(bus_allow_fault(&list, KEY_A, "ops"));
	ck_assert_ptr_nonnull(bus_allow_fault(&list, KEY_A, "anything"));
	ck_assert_ptr_null(bus_allow_fault(&list, KEY_B, "ops"));
	ck_assert_ptr_null(bus_allow_fault(&list, KEY_C, "world"));
	ck_assert_ptr_null(bus_allow_fault(&list, KEY_C, "ops"));
	ck_assert_ptr_nonnull(bus_allow_fault(&list, KEY_C, "bridge"));
	ck_assert_ptr_nonnull(bus_allow_fault(&list, KEY_D, "ops"));
	ck_assert_ptr_nonnull(bus_allow_fault(&list, "", "bridge"));
	/* Off the list since it connected. */
	write_file(&t, KEY_B " ops\n");
	ck_assert_ptr_nonnull(bus_allow_fault(&list, KEY_A, "bridge"));
	log_set(LOG_ERROR, false);
	ck_assert_int_ge(dup2(kept, STDERR_FILENO), 0);
	close(kept);
	ck_assert_uint_eq(lines_with(log, "event=bus_key_of_any_role"), 1);
	ck_assert_uint_eq(lines_with(log, "event=bus_role_refused"), 4);
	bus_allow_done(&list);
	fclose(log);
	finish(&t);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("bus_keys");
	TCase *c = tcase_create("bus_keys");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_test(c, keys_beyond_number_are_refused_without_being_kept);
	tcase_add_test(c, one_file_has_the_keys_of_all_who_are_dialled);
	tcase_add_test(c, a_key_is_for_the_roles_that_stand_behind_it);
	tcase_add_test(c, keys_are_read_whatever_letters_they_have);
	suite_add_tcase(s, c);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
