/*
 * test_store.c - the store does not answer: persist stopped (SIGSTOP), the disk full.  The world plays on or
 * holds, as world.durability says, and everything lands when the store is back.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/scenario/suite.h"
#include "tests/support/die.h"
#include "tests/support/mud.h"
#include "tests/support/store.h"
#include "tests/support/talk.h"
#include "tests/support/tmp.h"

enum { GRACE_US = 500000, FULL_BYTES = 12 << 20 };

static void start(struct mud *m, int kind, char *url, size_t n, const char *durability)
{
	const char *const sets[] = { durability, "world.stall_grace=500ms", NULL };
	char *dir = tmp_dir();
	struct mud_conf conf = { .dir = dir, .store = url, .sets = sets };

	snprintf(url, n, "%s", store_url((enum store_kind)kind, dir));
	mud_start(m, &conf);
}

START_TEST(available_plays_on_while_the_store_is_paused)
{
	char url[300];
	struct talk t;
	struct mud m;
	pid_t store;

	start(&m, _i, url, sizeof(url), "world.durability=available");
	talk_open(&t, "player", m.telnet);
	talk_enter_new(&t, "Ottoline", "some long password");
	store = mud_pid(&m, "persist");
	kill(store, SIGSTOP);
	talk_line(&t, "get boat");
	talk_expect(&t, "You pick up");
	talk_line(&t, "drop boat");
	talk_expect(&t, "You drop");
	talk_line(&t, "get boat");
	talk_expect(&t, "You pick up");
	/* The players were told in between. */
	ck_assert_ptr_nonnull(strstr(buf_p(&t.text), "hronicle"));
	kill(store, SIGCONT);
	talk_line(&t, "quit");
	talk_expect_end(&t);
	talk_close(&t);
	ck_assert_int_eq(mud_stop(&m), 0);
	ck_assert_int_eq(store_number(url, "SELECT count(*) FROM entity i JOIN entity p"
					   " ON i.owner = p.id WHERE p.kind = 'player'"),
			 1);
}
END_TEST

START_TEST(strict_tells_nothing_that_is_not_stored)
{
	char url[300];
	struct talk t;
	struct mud m;
	pid_t store;

	start(&m, _i, url, sizeof(url), "world.durability=strict");
	talk_open(&t, "player", m.telnet);
	talk_enter_guest(&t);
	store = mud_pid(&m, "persist");
	kill(store, SIGSTOP);
	talk_line(&t, "get boat");
	ck_assert(!talk_sees(&t, "You pick up", 3 * GRACE_US));
	kill(store, SIGCONT);
	talk_expect(&t, "You pick up");
	ck_assert_uint_eq(talk_count(&t, "You pick up"), 1);
	talk_close(&t);
	ck_assert_int_eq(mud_stop(&m), 0);
}
END_TEST

/* A small file system of its own; false: not allowed here. */
static bool small_disk(const char *dir)
{
	char size[32];

	snprintf(size, sizeof(size), "size=%d", FULL_BYTES);
	return !mount("mudlark", dir, "tmpfs", MS_NOSUID | MS_NODEV, size);
}

static char *mounted;

static void unmount(void)
{
	if (mounted)
		umount2(mounted, MNT_DETACH);
}

/* Takes all that is left of the disk. */
static void fill(const char *path)
{
	int fd = must(open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600), path);
	static char zeros[4096];

	while (write(fd, zeros, sizeof(zeros)) > 0)
		;
	close(fd);
}

START_TEST(a_full_disk_heals_and_nothing_is_lost)
{
	static const char *const sets[] = { "world.stall_grace=500ms", NULL };
	char *dir = tmp_dir(), url[300];
	CLEANUP(base_freep) char *ballast = tmp_path(dir, "ballast");
	struct mud_conf conf = { .dir = dir, .sets = sets };
	struct talk t;
	struct mud m;

	if (!small_disk(dir)) {
		printf("skipped: mounting a small disk is not allowed here\n");
		return;
	}
	mounted = dir;
	atexit(unmount);
	mud_start(&m, &conf);
	talk_open(&t, "player", m.telnet);
	talk_enter_new(&t, "Perpetua", "some long password");
	fill(ballast);
	for (int i = 0; i < 200; i++)
		talk_line(&t, i % 2 ? "drop boat" : "get boat");
	talk_line(&t, "get boat");
	talk_line(&t, "think all done");
	talk_expect(&t, "all done\n");
	must(unlink(ballast), "unlink");
	talk_line(&t, "think healed");
	talk_expect(&t, "healed\n");
	talk_line(&t, "quit");
	talk_expect_end(&t);
	talk_close(&t);
	ck_assert_int_eq(mud_stop(&m), 0);
	snprintf(url, sizeof(url), "sqlite:%s/mudlark.db", dir);
	ck_assert_int_eq(store_number(url, "SELECT count(*) FROM entity i JOIN entity p"
					   " ON i.owner = p.id WHERE p.kind = 'player'"),
			 1);
}
END_TEST

START_TEST(the_database_may_be_away_for_a_while)
{
	char url[300];
	struct talk t;
	struct mud m;

	start(&m, STORE_OF_PG, url, sizeof(url), "world.durability=available");
	talk_open(&t, "player", m.telnet);
	talk_enter_new(&t, "Quintin", "some long password");
	store_pg_crash();
	talk_line(&t, "get boat");
	talk_expect(&t, "You pick up");
	store_pg_again();
	talk_line(&t, "quit");
	talk_expect_end(&t);
	talk_close(&t);
	ck_assert_int_eq(mud_stop(&m), 0);
	ck_assert_int_eq(store_number(url, "SELECT count(*) FROM entity i JOIN entity p"
					   " ON i.owner = p.id WHERE p.kind = 'player'"),
			 1);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		{ available_plays_on_while_the_store_is_paused, STORES },
		{ strict_tells_nothing_that_is_not_stored, STORES },
		{ a_full_disk_heals_and_nothing_is_lost, 1 },
		{ the_database_may_be_away_for_a_while, 1 },
	};

	return suite_main("store", 90, tests, ARRAY_LEN(tests));
}
