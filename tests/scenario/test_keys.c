/*
 * test_keys.c - processes that meet over tcp with a key each, made by `mudlark keys --all`: who is on the list plays,
 * who is not is told so, once.
 */
#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/child.h"
#include "tests/support/die.h"
#include "tests/support/talk.h"
#include "tests/support/tmp.h"

enum { WAIT_US = 15000000, ROLES = 8, SETS_MAX = 12 };

static const char *const roles[ROLES] = { "gateway", "world",	"persist", "aibridge",
					  "irc",     "discord", "rss",	   "ops" };

static char *run_keys(const char *const *words, int *ret_status)
{
	const char *argv[16] = { child_program("mudlark"), "keys" };

	for (size_t i = 0; words[i]; i++)
		argv[i + 2] = words[i];
	return child_output(argv, NULL, WAIT_US, ret_status);
}

/* Its output; the command must end with that status. */
static char *keys(int status, const char *const *words)
{
	int got;
	char *text = run_keys(words, &got);

	ck_assert_msg(got == status, "status %d: %s", got, text);
	return text;
}

static void make_all(const char *dir, const char *more)
{
	const char *const words[] = { "--all", dir, more, NULL };

	free(keys(0, words));
}

static size_t count(const char *text, const char *what)
{
	size_t n = 0;

	while ((text = strstr(text, what))) {
		text += strlen(what);
		n++;
	}
	return n;
}

/* How often a file of the folder has the text. */
static size_t count_in(const char *dir, const char *file, const char *what)
{
	CLEANUP(base_freep) char *path = tmp_path(dir, file);
	CLEANUP(base_freep) char *text = tmp_read(path);

	return count(text, what);
}

static struct stat stat_of(const char *dir, const char *file)
{
	CLEANUP(base_freep) char *path = tmp_path(dir, file);
	struct stat st;

	ck_assert_msg(stat(path, &st) == 0, "no %s", path);
	return st;
}

START_TEST(every_role_has_a_pair_and_the_lists_have_who_dials_there)
{
	const char *dir = tmp_dir();

	make_all(dir, NULL);
	for (size_t i = 0; i < ROLES; i++) {
		char key[32], label[32];

		snprintf(key, sizeof(key), "%s.key", roles[i]);
		snprintf(label, sizeof(label), " # %s\n", roles[i]);
		ck_assert_uint_eq(stat_of(dir, key).st_mode & 0777, 0600);
		ck_assert_uint_eq(count_in(dir, "world.allow", label),
				  strcmp(roles[i], "world") && strcmp(roles[i], "persist"));
		ck_assert_uint_eq(count_in(dir, "persist.allow", label),
				  strcmp(roles[i], "gateway") && strcmp(roles[i], "persist"));
	}
	ck_assert_uint_eq(count_in(dir, "peers", "\n"), 2);
	ck_assert_uint_eq(stat_of(dir, "postgres.password").st_mode & 0777, 0400);
	ck_assert_uint_eq(stat_of(dir, "persist.pgpass").st_mode & 0777, 0600);
	ck_assert_uint_eq(stat_of(dir, "tls/key.pem").st_mode & 0777, 0600);
	ck_assert_uint_eq(count_in(dir, "tls/cert.pem", "BEGIN CERTIFICATE"), 1);
}
END_TEST

START_TEST(the_store_and_who_asks_it_have_the_same_password)
{
	const char *dir = tmp_dir();
	CLEANUP(base_freep) char *path = tmp_path(dir, "postgres.password");

	make_all(dir, NULL);
	CLEANUP(base_freep) char *password = tmp_read(path);
	ck_assert_uint_gt(strlen(password), 40);
	ck_assert_uint_eq(count_in(dir, "persist.pgpass", password), 1);
}
END_TEST

/* What a container has mounted is the file that was there when it began: lists must stay that file. */
START_TEST(what_is_there_stays_and_a_list_grows_in_its_place)
{
	const char *dir = tmp_dir();
	CLEANUP(base_freep) char *path = tmp_path(dir, "gateway.key");
	struct stat before;

	make_all(dir, NULL);
	CLEANUP(base_freep) char *pair = tmp_read(path);
	before = stat_of(dir, "world.allow");
	make_all(dir, "gateway-east");
	make_all(dir, "gateway-east");
	ck_assert_uint_eq(count_in(dir, "gateway.key", pair), 1);
	ck_assert_uint_eq(stat_of(dir, "world.allow").st_ino, before.st_ino);
	ck_assert_uint_eq(count_in(dir, "world.allow", "# gateway\n"), 1);
	ck_assert_uint_eq(count_in(dir, "world.allow", "# gateway-east\n"), 1);
	ck_assert_uint_eq(count_in(dir, "persist.allow", "east"), 0);
}
END_TEST

static void put(const char *dir, const char *file, const char *text)
{
	CLEANUP(base_freep) char *path = tmp_path(dir, file);

	tmp_write(path, text);
}

static void drop(const char *dir, const char *file)
{
	CLEANUP(base_freep) char *path = tmp_path(dir, file);

	ck_assert_int_eq(unlink(path), 0);
}

static char *read_in(const char *dir, const char *file)
{
	CLEANUP(base_freep) char *path = tmp_path(dir, file);

	return tmp_read(path);
}

START_TEST(a_line_names_the_role_and_one_that_does_not_is_followed_by_one_that_does)
{
	const char *dir = tmp_dir();

	make_all(dir, NULL);
	ck_assert_uint_eq(count_in(dir, "persist.allow", " bridge # irc\n"), 1);
	ck_assert_uint_eq(count_in(dir, "persist.allow", " ops # ops\n"), 1);
	ck_assert_uint_eq(count_in(dir, "world.allow", " gateway # gateway\n"), 1);
	CLEANUP(base_freep) char *line = read_in(dir, "irc.pub");
	ck_assert_ptr_nonnull(strstr(line, " bridge # irc\n"));
	/* As it was written before there were roles. */
	CLEANUP(base_freep) char *bare = base_dup(line, 40);
	put(dir, "persist.allow", bare);
	make_all(dir, NULL);
	make_all(dir, NULL);
	ck_assert_uint_eq(count_in(dir, "persist.allow", bare), 2);
	ck_assert_uint_eq(count_in(dir, "persist.allow", line), 1);
}
END_TEST

START_TEST(half_a_pair_is_made_whole_from_its_secret_and_refused_without_it)
{
	const char *dir = tmp_dir();
	const char *const all[] = { "--all", dir, NULL }, *const one[] = { dir, "irc", NULL };

	make_all(dir, NULL);
	CLEANUP(base_freep) char *before = read_in(dir, "irc.pub");
	drop(dir, "irc.pub");
	make_all(dir, NULL);
	CLEANUP(base_freep) char *after = read_in(dir, "irc.pub");
	ck_assert_str_eq(before, after);
	drop(dir, "irc.key");
	CLEANUP(base_freep) char *why = keys(1, all);
	ck_assert_ptr_nonnull(strstr(why, "irc.pub is there without"));
	CLEANUP(base_freep) char *again = keys(1, one);
	ck_assert_ptr_nonnull(strstr(again, "irc.pub is there without"));
	ck_assert_ptr_null(strstr(again, "already"));
	drop(dir, "irc.pub");
	make_all(dir, NULL);
	/* The public key of another pair. */
	put(dir, "irc.pub", before);
	CLEANUP(base_freep) char *other = keys(1, all);
	ck_assert_ptr_nonnull(strstr(other, "is not the public key of"));
}
END_TEST

START_TEST(a_name_that_no_role_has_is_refused_before_anything_is_made)
{
	const char *dir = tmp_dir();
	CLEANUP(base_freep) char *path = tmp_path(dir, "world.key");
	const char *const words[] = { "--all", dir, "gateway-east", "east", NULL };

	free(keys(64, words));
	ck_assert_int_ne(access(path, F_OK), 0);
}
END_TEST

/* --- processes --- */

struct town {
	const char *dir;
	uint16_t telnet;
	char world_bus[64], persist_bus[64];
	struct child persist, world, gateway, stranger;
};

/* A process with the pair NAME.key; `sets` are further options, NULL-terminated. */
static void begin(struct town *t, struct child *c, const char *program, const char *name,
		  const char *const *sets)
{
	char key[300], peers[300], log[64];
	const char *const common[] = { key, peers, t->world_bus, t->persist_bus };
	const char *argv[2 * SETS_MAX + 2] = { child_program(program) };
	CLEANUP(base_freep) char *out = NULL;
	size_t n = 1;

	snprintf(key, sizeof(key), "bus.key_file=%s/%s.key", t->dir, name);
	snprintf(peers, sizeof(peers), "bus.peer_key=%s/peers", t->dir);
	snprintf(log, sizeof(log), "%s.log", name);
	for (size_t i = 0; i < ARRAY_LEN(common); i++) {
		argv[n++] = "--set";
		argv[n++] = common[i];
	}
	for (size_t i = 0; sets[i] && n + 2 < ARRAY_LEN(argv); i++) {
		argv[n++] = "--set";
		argv[n++] = sets[i];
	}
	out = tmp_path(t->dir, log);
	child_start(c, argv, out);
}

static void town_open(struct town *t)
{
	char store[300], allow_persist[300], allow_world[300], telnet[64], note[300];
	const char *const of_persist[] = { store, allow_persist, NULL };
	const char *const of_world[] = { allow_world, "world.pack_path=world/packs", note, NULL };
	const char *const of_gateway[] = { telnet, "gateway.console=", NULL };

	*t = (struct town){ .dir = tmp_dir(), .telnet = tmp_port() };
	make_all(t->dir, NULL);
	snprintf(t->world_bus, sizeof(t->world_bus), "world.bus=tcp://127.0.0.1:%u", tmp_port());
	snprintf(t->persist_bus, sizeof(t->persist_bus), "persist.bus=tcp://127.0.0.1:%u",
		 tmp_port());
	snprintf(store, sizeof(store), "persist.store=sqlite:%s/mudlark.db", t->dir);
	snprintf(allow_persist, sizeof(allow_persist), "bus.allow_file=%s/persist.allow", t->dir);
	snprintf(allow_world, sizeof(allow_world), "bus.allow_file=%s/world.allow", t->dir);
	snprintf(note, sizeof(note), "world.crash_note=%s/crash.note", t->dir);
	snprintf(telnet, sizeof(telnet), "gateway.telnet=127.0.0.1:%u", t->telnet);
	begin(t, &t->persist, "mudlark-persist", "persist", of_persist);
	begin(t, &t->world, "mudlark-world", "world", of_world);
	begin(t, &t->gateway, "mudlark-gateway", "gateway", of_gateway);
}

static void town_close(struct town *t)
{
	ck_assert_int_eq(child_end(&t->gateway, SIGTERM, WAIT_US), 0);
	ck_assert_int_eq(child_end(&t->world, SIGTERM, WAIT_US), 0);
	ck_assert_int_eq(child_end(&t->persist, SIGTERM, WAIT_US), 0);
}

static size_t count_said(const struct child *c, const char *what)
{
	CLEANUP(base_freep) char *text = tmp_read(c->log);

	return count(text, what);
}

START_TEST(with_a_key_each_one_plays_and_a_key_off_the_list_is_refused_once_until_it_is_on)
{
	struct town t;
	struct talk player;
	char telnet[64];
	const char *const of_stranger[] = { telnet, "gateway.console=", "log.level=debug", NULL };

	town_open(&t);
	ck_assert(child_says(&t.gateway, "event=ready", WAIT_US));
	const char *const pair[] = { t.dir, "gateway-late", NULL };
	free(keys(0, pair));
	snprintf(telnet, sizeof(telnet), "gateway.telnet=127.0.0.1:%u", tmp_port());
	begin(&t, &t.stranger, "mudlark-gateway", "gateway-late", of_stranger);
	ck_assert(child_says(&t.stranger, "event=bus_turned_away", WAIT_US));
	ck_assert(child_says(&t.world, "event=bus_key_refused", WAIT_US));
	/* Others are not held up, and it tries again meanwhile. */
	talk_open(&player, "player", t.telnet);
	talk_expect(&player, "Name:");
	talk_line(&player, "guest");
	talk_expect(&player, TALK_PROMPT);
	talk_close(&player);
	make_all(t.dir, "gateway-late");
	ck_assert(child_says(&t.stranger, "event=ready", WAIT_US));
	ck_assert_uint_eq(count_said(&t.world, "event=bus_key_refused"), 1);
	ck_assert_uint_eq(count_said(&t.stranger, "event=bus_turned_away"), 1);
	ck_assert_int_eq(child_end(&t.stranger, SIGTERM, WAIT_US), 0);
	town_close(&t);
}
END_TEST

/* Asks persist for the accounts, as the operator does, with the pair NAME.key. */
static char *ask_as(const struct town *t, const char *name, int *ret_status)
{
	char key[300], peers[300];
	const char *const argv[] = { child_program("mudlark"),
				     "account",
				     "grant",
				     "Eve",
				     "implementor",
				     "--data",
				     "nowhere",
				     "--set",
				     t->persist_bus,
				     "--set",
				     key,
				     "--set",
				     peers,
				     NULL };

	snprintf(key, sizeof(key), "bus.key_file=%s/%s.key", t->dir, name);
	snprintf(peers, sizeof(peers), "bus.peer_key=%s/peers", t->dir);
	return child_output(argv, NULL, WAIT_US, ret_status);
}

START_TEST(a_key_is_for_its_role_alone)
{
	struct town t;
	int status;
	const char *const of_nothing[] = { NULL };

	town_open(&t);
	ck_assert(child_says(&t.gateway, "event=ready", WAIT_US));
	for (int i = 0; i < 2; i++) {
		CLEANUP(base_freep) char *why = ask_as(&t, "irc", &status);
		ck_assert_int_ne(status, 0);
		ck_assert_msg(strstr(why, "its key is on the list for another role") != NULL, "%s",
			      why);
	}
	ck_assert_uint_eq(count_said(&t.persist, "event=bus_role_refused"), 1);
	/* The operator's own gets as far as the question. */
	CLEANUP(base_freep) char *answer = ask_as(&t, "ops", &status);
	ck_assert_msg(strstr(answer, "there is no") != NULL, "%s", answer);
	begin(&t, &t.stranger, "mudlark-aibridge", "gateway", of_nothing);
	ck_assert(child_says(&t.world, "event=bus_role_refused", WAIT_US));
	ck_assert(child_says(&t.stranger, "its key is on the list for another role", WAIT_US));
	ck_assert_int_ge(child_end(&t.stranger, SIGTERM, WAIT_US), 0);
	town_close(&t);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("keys");
	TCase *c = tcase_create("keys");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_set_timeout(c, 60);
	tcase_add_test(c, every_role_has_a_pair_and_the_lists_have_who_dials_there);
	tcase_add_test(c, the_store_and_who_asks_it_have_the_same_password);
	tcase_add_test(c, what_is_there_stays_and_a_list_grows_in_its_place);
	tcase_add_test(c, a_line_names_the_role_and_one_that_does_not_is_followed_by_one_that_does);
	tcase_add_test(c, half_a_pair_is_made_whole_from_its_secret_and_refused_without_it);
	tcase_add_test(c, a_key_is_for_its_role_alone);
	tcase_add_test(c, a_name_that_no_role_has_is_refused_before_anything_is_made);
	tcase_add_test(
		c, with_a_key_each_one_plays_and_a_key_off_the_list_is_refused_once_until_it_is_on);
	suite_add_tcase(s, c);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
