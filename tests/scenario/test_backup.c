/*
 * test_backup.c - a server is backed up while people play and is made again from that, in either kind of store,
 * with the same hash of its state; and whatever comes in between leaves a sentence and no file.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/scenario/backup.h"
#include "tests/scenario/storm.h"
#include "tests/scenario/suite.h"
#include "tests/support/die.h"
#include "tests/support/tmp.h"

enum { PLAYERS = 40, BACKUPS = 3, LAP_US = 100000, STEP_US = 1000, LONG_US = 45000000 };
enum { THINGS = STORM_ROOMS * (STORM_PEBBLES + 1) };

#define PASSWORD "some long password"

static const char count_items[] = "SELECT count(*) FROM entity WHERE kind = 'item'";
static const char count_astray[] =
	"SELECT count(*) FROM entity e WHERE kind = 'item' AND (e.owner = 0 OR EXISTS ("
	"SELECT 1 FROM entity o WHERE o.id = e.owner AND o.owner = e.id))";

#define WORDS(...) ((const char *const[]){ __VA_ARGS__, NULL })

struct scene {
	char *dir, *folder; /* --data; where backups go */
	char url[300], packs[300];
	struct mud mud;
};

static char *fresh_folder(void)
{
	char *dir = tmp_dir();

	must(access(dir, W_OK), dir);
	return dir;
}

static void begin(struct scene *s, int kind, bool heavy)
{
	struct mud m;

	s->dir = fresh_folder();
	s->folder = fresh_folder();
	snprintf(s->url, sizeof(s->url), "%s", store_url((enum store_kind)kind, s->dir));
	if (!heavy)
		return;
	/* The tables are there once a server was. */
	mud_start(&m, &(struct mud_conf){ .dir = s->dir, .store = s->url });
	ck_assert_int_eq(mud_stop(&m), 0);
	backup_ballast(s->url);
}

static void play(struct scene *s, const char *dir, const char *url)
{
	const char *const sets[] = { "world.packs=storm", s->packs, NULL };

	snprintf(s->packs, sizeof(s->packs), "world.pack_path=%s", s->dir);
	mud_start(&s->mud,
		  &(struct mud_conf){
			  .dir = dir, .store = url, .sets = sets, .tls = true, .web = true });
}

/* A player with a pebble that will be looked for. */
static void leave_something(struct scene *s)
{
	struct talk t;

	talk_open(&t, "Ottoline", s->mud.telnet);
	talk_enter_new(&t, "Ottoline", PASSWORD);
	talk_line(&t, "north");
	talk_expect(&t, "Room 0");
	talk_line(&t, "get pebble");
	talk_expect(&t, "You pick up");
	talk_line(&t, "quit");
	talk_expect_end(&t);
	talk_close(&t);
}

static void find_it_again(struct scene *s)
{
	struct talk t;

	talk_open(&t, "Ottoline again", s->mud.telnet);
	talk_enter(&t, "Ottoline", PASSWORD);
	talk_line(&t, "inventory");
	talk_expect(&t, "pebble");
	talk_line(&t, "drop pebble");
	talk_expect(&t, "You drop");
	talk_close(&t);
}

static void start_backup(const struct scene *s, struct child *c, const char *log)
{
	child_start(c,
		    WORDS(child_program("mudlark"), "backup", "--data", s->dir, "--to", s->folder),
		    log);
}

/* People play on while it runs. */
static void back_up_in_the_storm(struct scene *s, struct storm *storm, const char *log)
{
	struct child c;
	int status;

	start_backup(s, &c, log);
	for (const uint64_t end = now_us() + BACKUP_US;;) {
		storm_play(storm, now_us() + LAP_US);
		status = child_wait(&c, 0);
		if (status >= 0)
			break;
		if (now_us() > end)
			die("mudlark backup does not end");
	}
	CLEANUP(base_freep) char *said = tmp_read(log);
	ck_assert_msg(status == 0, "status %d: %s", status, said);
	ck_assert_ptr_nonnull(strstr(said, "verified, state "));
}

/* Into an empty store of this kind; it has the hash, and each thing in one place. Its address into url. */
static char *restore(const char *file, int kind, const char *state, char *url, size_t n)
{
	char *dir = fresh_folder();
	int status;

	snprintf(url, n, "%s", store_url((enum store_kind)kind, dir));
	backup_expect(dir, url, WORDS("restore", file), 0, state);
	CLEANUP(base_freep) char *said = backup_command(dir, url, WORDS("verify"), &status);
	CLEANUP(base_freep) char *now = backup_state(said);
	ck_assert_int_eq(status, 0);
	ck_assert_str_eq(now, state);
	ck_assert_int_eq(store_number(url, count_items), THINGS);
	ck_assert_int_eq(store_number(url, count_astray), 0);
	return dir;
}

/* From one store to the other by an export, and again: nothing is lost on the way. */
static void move_on(const char *dir, const char *url, int kind, const char *state)
{
	CLEANUP(base_freep) char *lines = tmp_path(dir, "everything.jsonl");
	char other[300];
	struct stat st;

	backup_expect(dir, url, WORDS("export", lines), 0, "");
	must(stat(lines, &st), lines);
	ck_assert_int_eq(st.st_mode & 0777, 0600);
	backup_expect(dir, url, WORDS("verify", lines), 0, state);
	backup_expect(dir, url, WORDS("export", lines), 1, "exists");
	restore(lines, kind, state, other, sizeof(other));
}

START_TEST(a_backup_under_load_becomes_the_same_world_in_either_store)
{
	int other = _i == STORE_OF_SQLITE ? STORE_OF_PG : STORE_OF_SQLITE;
	CLEANUP(base_freep) char *file = NULL;
	char url[300];
	struct storm storm;
	struct scene s;
	int status;

	begin(&s, _i, false);
	CLEANUP(base_freep) char *log = tmp_path(s.dir, "backup.out");
	storm_pack(s.dir);
	play(&s, s.dir, s.url);
	leave_something(&s);
	storm_enter(&storm, &s.mud, PLAYERS, (uint64_t)_i + 1);
	for (int i = 0; i < BACKUPS; i++)
		back_up_in_the_storm(&s, &storm, log);
	ck_assert_uint_eq(backup_files(s.folder), BACKUPS);
	backup_expect(s.dir, NULL, WORDS("backup", "--to", s.folder, "--keep", "1"), 0, "deleted");
	file = backup_only(s.folder, ".gz");
	ck_assert_ptr_nonnull(file);
	storm_finish(&storm);
	storm_done(&storm);
	ck_assert_int_eq(mud_stop(&s.mud), 0);

	CLEANUP(base_freep)
	char *said = backup_command(s.dir, NULL, WORDS("verify", file), &status);
	CLEANUP(base_freep) char *state = backup_state(said);
	ck_assert_int_eq(status, 0);
	char *dir = restore(file, other, state, url, sizeof(url));
	move_on(dir, url, _i, state);
	play(&s, dir, url);
	find_it_again(&s);
	ck_assert_int_eq(mud_stop(&s.mud), 0);
}
END_TEST

/* Waits until a backup has written something, and lets it stand there. */
static void catch_in_the_middle(const struct scene *s, struct child *c, const char *log)
{
	struct stat st = { 0 };

	start_backup(s, c, log);
	for (const uint64_t end = now_us() + LONG_US; st.st_size == 0; usleep(STEP_US)) {
		CLEANUP(base_freep) char *part = backup_only(s->folder, ".part");

		if (now_us() > end || (part && stat(part, &st) < 0)) {
			CLEANUP(base_freep) char *said = tmp_read(log);

			die("no backup was caught: %s", said);
		}
	}
	kill(c->pid, SIGSTOP);
}

/* It goes on, ends with this status and these words, and nothing of it is left. */
static void expect_end(const struct scene *s, struct child *c, int status, const char *words)
{
	kill(c->pid, SIGCONT);
	const int got = child_wait(c, LONG_US);
	CLEANUP(base_freep) char *said = tmp_read(c->log);

	ck_assert_msg(got == status && strstr(said, words), "status %d, not %d with \"%s\": %s",
		      got, status, words, said);
	ck_assert_uint_eq(backup_files(s->folder), 0);
	unlink(c->log);
}

static void still_plays(struct talk *t)
{
	talk_line(t, "think still here");
	talk_expect(t, "still here");
}

/* At a pipe that nobody reads an export stands still, in the middle. The pipe's end. */
static int stuck_export(const struct scene *s, struct child *c, const char *log)
{
	CLEANUP(base_freep) char *fifo = tmp_path(s->dir, "fifo");
	char command[1024];

	must(mkfifo(fifo, 0600), fifo);
	const int fd = must(open(fifo, O_RDONLY | O_NONBLOCK | O_CLOEXEC), fifo);
	snprintf(command, sizeof(command), "exec %s export --data %s >%s", child_program("mudlark"),
		 s->dir, fifo);
	child_start(c, WORDS("/bin/sh", "-c", command), log);
	struct pollfd p = { .fd = fd, .events = POLLIN };
	ck_assert_int_eq(poll(&p, 1, LONG_US / 1000), 1);
	unlink(fifo);
	return fd;
}

/* One is under way; when it ended by Ctrl-C the next may begin at once. */
static void one_at_a_time(struct scene *s, const char *log)
{
	struct child c;
	const int fd = stuck_export(s, &c, log);

	backup_expect(s->dir, NULL, WORDS("backup", "--to", s->folder), 73, "nother dump");
	kill(c.pid, SIGINT);
	expect_end(s, &c, 130, "");
	close(fd);
	catch_in_the_middle(s, &c, log);
	kill(c.pid, SIGINT);
	expect_end(s, &c, 130, "interrupted");
}

/* After persist or its database went away. */
static void wait_until_ready(const struct scene *s)
{
	int status = 1;

	for (const uint64_t end = now_us() + LONG_US; status && now_us() < end;)
		free(backup_command(s->dir, NULL, WORDS("account", "list"), &status));
	ck_assert_int_eq(status, 0);
}

static void persist_dies(struct scene *s, const char *log)
{
	struct child c;

	catch_in_the_middle(s, &c, log);
	const pid_t old = mud_kill(&s->mud, "persist");
	expect_end(s, &c, 69, "mudlark: ");
	mud_wait_pid(&s->mud, "persist", old);
	wait_until_ready(s);
}

static void database_goes(struct scene *s, const char *log)
{
	struct child c;

	catch_in_the_middle(s, &c, log);
	store_pg_crash();
	expect_end(s, &c, 69, "mudlark: ");
	store_pg_again();
	wait_until_ready(s);
}

START_TEST(what_comes_in_between_leaves_a_sentence_and_no_file)
{
	struct scene s;
	struct talk t;

	begin(&s, _i, true);
	CLEANUP(base_freep) char *log = tmp_path(s.dir, "backup.out");
	mud_start(&s.mud, &(struct mud_conf){ .dir = s.dir, .store = s.url });
	talk_open(&t, "player", s.mud.telnet);
	talk_enter_guest(&t);
	one_at_a_time(&s, log);
	still_plays(&t);
	persist_dies(&s, log);
	still_plays(&t);
	if (_i == STORE_OF_PG)
		database_goes(&s, log);
	still_plays(&t);
	backup_expect(s.dir, NULL, WORDS("backup", "--to", s.folder), 0, "verified");
	talk_close(&t);
	ck_assert_int_eq(mud_stop(&s.mud), 0);
}
END_TEST

/* A file may not grow beyond 64 KiB, as on a full disk. */
static void full_disk(const struct scene *s)
{
	char command[1024];
	int status;

	snprintf(command, sizeof(command), "ulimit -f 128; exec %s backup --data %s --to %s",
		 child_program("mudlark"), s->dir, s->folder);
	CLEANUP(base_freep)
	char *said = child_output(WORDS("/bin/sh", "-c", command), NULL, LONG_US, &status);
	ck_assert_msg(status == 1 && strstr(said, "writing: "), "status %d: %s", status, said);
	ck_assert_uint_eq(backup_files(s->folder), 0);
}

/* A file whose first n bytes are those of another. */
static char *cut(const char *dir, const char *file, const char *name, size_t n)
{
	char *path = tmp_path(dir, name), bytes[4096];
	const int in = must(open(file, O_RDONLY | O_CLOEXEC), file);
	const int out = must(open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600), path);

	for (ssize_t got; n && (got = read(in, bytes, n < sizeof(bytes) ? n : sizeof(bytes))) > 0;
	     n -= (size_t)got)
		must((int)write(out, bytes, (size_t)got), path);
	close(in);
	close(out);
	return path;
}

/* What is no whole backup is neither verified nor restored, and leaves the store empty. */
static void refuse(const char *file, const char *name)
{
	char *dir = fresh_folder();

	backup_expect(dir, NULL, WORDS("verify", file), 65, "mudlark-persist: ");
	backup_expect(dir, NULL, WORDS("restore", file), 65, "mudlark-persist: ");
	CLEANUP(base_freep) char *url = tmp_path(dir, "mudlark.db");
	char store[320];
	snprintf(store, sizeof(store), "sqlite:%s", url);
	ck_assert_msg(store_number(store, "SELECT count(*) FROM entity") == 0, "%s", name);
}

static void spoil(const struct scene *s, const char *file)
{
	CLEANUP(base_freep) char *half = cut(s->dir, file, "half", 600);
	CLEANUP(base_freep) char *spoiled = cut(s->dir, file, "spoiled", SIZE_MAX);
	CLEANUP(base_freep) char *other = tmp_path(s->dir, "other");
	const int fd = must(open(spoiled, O_RDWR | O_CLOEXEC), spoiled);
	uint8_t byte;

	must((int)pread(fd, &byte, 1, 1000), spoiled);
	byte ^= 0x10;
	must((int)pwrite(fd, &byte, 1, 1000), spoiled);
	close(fd);
	tmp_write(other, "{\"name\": \"something else\"}\n");
	refuse(half, "half of a backup");
	refuse(spoiled, "a backup with a wrong bit");
	refuse(other, "another kind of file");
}

START_TEST(what_cannot_be_is_said_with_a_status_of_its_own)
{
	struct scene s;
	char bus[320];

	begin(&s, STORE_OF_SQLITE, false);
	CLEANUP(base_freep) char *lines = tmp_path(s.dir, "lines");
	backup_expect(s.dir, NULL, WORDS("backup", "--to", s.folder), 69, "no persist");
	backup_expect(s.dir, NULL, WORDS("export", lines), 69, "no store");
	backup_expect(s.dir, NULL, WORDS("verify"), 69, "no store");
	ck_assert_uint_eq(backup_files(s.folder), 0);
	mud_start(&s.mud, &(struct mud_conf){ .dir = s.dir });
	backup_expect(s.dir, NULL, WORDS("backup", "--to", "/nonexistent/folder"), 1, "No such");
	backup_expect(s.dir, NULL, WORDS("backup", "--to", "/proc/self"), 1, "/proc/self");
	backup_expect(s.dir, NULL, WORDS("export", lines), 0, "");
	backup_expect(s.dir, NULL, WORDS("export", lines), 1, "exists");
	backup_expect(s.dir, NULL, WORDS("restore", lines), 73, "mudlark stop");
	backup_expect(s.dir, NULL, WORDS("backup", "--to", s.folder, "--quiet"), 0, "");
	CLEANUP(base_freep) char *file = backup_only(s.folder, ".gz");
	ck_assert_ptr_nonnull(file);
	ck_assert_int_eq(mud_stop(&s.mud), 0);
	/* A server that is named is meant, not the store that lies here. */
	snprintf(bus, sizeof(bus), "persist.bus=ipc://%s/nobody.bus", s.dir);
	backup_expect(s.dir, NULL, WORDS("verify", "--set", bus), 69, "no persist");
	backup_expect(s.dir, NULL, WORDS("restore", file), 65, "not empty");
	spoil(&s, file);
	unlink(file);
	backup_ballast(s.url);
	mud_start(&s.mud, &(struct mud_conf){ .dir = s.dir });
	full_disk(&s);
	ck_assert_int_eq(mud_stop(&s.mud), 0);
}
END_TEST

/* Pairs of keys: of the server's processes, of the operator, and of somebody who is on no list. */
static void make_keys(const char *dir)
{
	static const char *const names[] = { "server", "ops", "stranger" };
	CLEANUP(base_freep) char *allow = tmp_path(dir, "allow");
	CLEANUP(base_freep) char *server = tmp_path(dir, "server.pub");
	CLEANUP(base_freep) char *ops = tmp_path(dir, "ops.pub");
	char both[256];
	int status;

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		free(child_output(WORDS(child_program("mudlark"), "keys", dir, names[i]), NULL,
				  LONG_US, &status));
		ck_assert_int_eq(status, 0);
	}
	CLEANUP(base_freep) char *first = tmp_read(server);
	CLEANUP(base_freep) char *second = tmp_read(ops);
	snprintf(both, sizeof(both), "%s\n%s\n", first, second);
	tmp_write(allow, both);
}

/* As from another machine: no folder of the server's, its address and keys alone. */
static void back_up_from_afar(const struct scene *s, const char *bus, const char *name, int status,
			      const char *text)
{
	CLEANUP(base_freep) char *nowhere = fresh_folder();
	char key[320], peer[320];

	snprintf(key, sizeof(key), "bus.key_file=%s/%s.key", s->dir, name);
	snprintf(peer, sizeof(peer), "bus.peer_key=%s/server.pub", s->dir);
	backup_expect(nowhere, NULL,
		      WORDS("backup", "--to", s->folder, "--set", bus, "--set", key, "--set", peer),
		      status, text);
}

START_TEST(a_backup_comes_over_tcp_with_a_key_that_is_known)
{
	char bus[64], key[320], peer[320], allow[320];
	const char *const sets[] = { bus, key, peer, allow, NULL };
	struct scene s;

	begin(&s, STORE_OF_SQLITE, false);
	make_keys(s.dir);
	snprintf(bus, sizeof(bus), "persist.bus=tcp://127.0.0.1:%u", tmp_port());
	snprintf(key, sizeof(key), "bus.key_file=%s/server.key", s.dir);
	snprintf(peer, sizeof(peer), "bus.peer_key=%s/server.pub", s.dir);
	snprintf(allow, sizeof(allow), "bus.allow_file=%s/allow", s.dir);
	mud_start(&s.mud, &(struct mud_conf){ .dir = s.dir, .sets = sets });
	back_up_from_afar(&s, bus, "stranger", 69, "bus.allow_file");
	ck_assert_uint_eq(backup_files(s.folder), 0);
	back_up_from_afar(&s, bus, "ops", 0, "verified");
	ck_assert_uint_eq(backup_files(s.folder), 1);
	ck_assert_int_eq(mud_stop(&s.mud), 0);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		{ a_backup_under_load_becomes_the_same_world_in_either_store, STORES },
		{ what_comes_in_between_leaves_a_sentence_and_no_file, STORES },
		{ what_cannot_be_is_said_with_a_status_of_its_own, 1 },
		{ a_backup_comes_over_tcp_with_a_key_that_is_known, 1 },
	};

	return suite_together("backup", 100, tests, ARRAY_LEN(tests));
}
