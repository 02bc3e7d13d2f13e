/*
 * test_fault.c - what the databases do to us: crash, stop, fill up, become read-only, come with weak
 * settings, or belong to another program.  After each fault everything that was acknowledged is there, and
 * what was not can be brought again.
 */
#include <errno.h>
#include <pthread.h>
#include <sqlite3.h>
#include <sys/mount.h>
#include <sys/resource.h>

#include "both.h"

static void open_fails(struct both *b, int want, const char *sentence)
{
	const int r = both_try_open(b);
	buf_addc(&b->why, '\0');
	ck_assert_msg(r == want, "%d instead of %d: %s", r, want, buf_p(&b->why));
	ck_assert_msg(strstr(buf_p(&b->why), sentence) != NULL, "%s", buf_p(&b->why));
	b->s = NULL;
}

static void sqlite_do(const struct both *b, const char *sql)
{
	sqlite3 *c;
	ck_assert_int_eq(sqlite3_open(b->where + 7, &c), SQLITE_OK);
	char *error = NULL;
	ck_assert_msg(sqlite3_exec(c, sql, NULL, NULL, &error) == SQLITE_OK, "%s", error);
	sqlite3_close(c);
}

static void do_sql(const struct both *b, int which, const char *sql)
{
	if (which == ON_SQLITE)
		sqlite_do(b, sql);
	else
		ck_assert(pg_server_sql(b->where, sql));
}

/* Both refuse the row that is made when the condition is false. */
static void holds(const struct both *b, int which, const char *condition)
{
	char sql[256];

	snprintf(sql, sizeof(sql),
		 "INSERT INTO document (collection, key, body, version)"
		 " SELECT 'false', 'false', NULL, 1 WHERE NOT (%s)",
		 condition);
	do_sql(b, which, sql);
}

/* A session that nothing can be written of, as a damaged index or a rule of the operator's would do. */
static void seal_sessions(const struct both *b, int which)
{
	if (which == ON_SQLITE) {
		do_sql(b, which,
		       "CREATE TRIGGER seal BEFORE UPDATE ON session"
		       " BEGIN SELECT RAISE(ABORT, 'sealed'); END");
		return;
	}
	do_sql(b, which,
	       "CREATE FUNCTION seal() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN"
	       " RAISE EXCEPTION 'sealed' USING ERRCODE = '23514'; END$$");
	do_sql(b, which,
	       "CREATE TRIGGER seal BEFORE UPDATE ON session"
	       " FOR EACH ROW EXECUTE FUNCTION seal()");
}

START_TEST(a_batch_whose_sessions_are_refused_is_passed_without_them)
{
	struct both b;
	both_open(&b, _i);
	const uint64_t epoch = both_grant(&b, 11);
	Mudlark__Commit *c = a_commit(&b.a, epoch, 1);
	session(&b.a, c, 100, 1, 4);
	both_must_commit(&b, c);
	b.ops->close(b.s);
	seal_sessions(&b, _i);
	ck_assert_int_eq(both_try_open(&b), 0);
	c = a_commit(&b.a, epoch, 2);
	session(&b.a, c, 100, 1, 5);
	ck_assert_int_eq(both_commit(&b, c), STORE_POISON);
	ck_assert_int_eq(b.ops->set_aside(b.s, c, "because"), 0);
	ck_assert_uint_eq(both_batch(&b), 2);
	Mudlark__Page *p = both_page(&b, MUDLARK__LOAD_PAGE__WHAT__SESSIONS, 0);
	ck_assert_uint_eq(p->sessions->rows[0]->applied, 4);
	both_close(&b);
}
END_TEST

START_TEST(of_dead_letters_the_newest_thousand_are_kept)
{
	struct both b;
	both_open(&b, _i);
	const uint64_t epoch = both_grant(&b, 11);
	both_must_commit(&b, a_commit(&b.a, epoch, 1));
	do_sql(&b, _i,
	       "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1203)"
	       " INSERT INTO dead_letter SELECT 1 + i / 1201, 0, i, '', 'old', 0 FROM n");
	ck_assert_int_eq(b.ops->set_aside(b.s, a_commit(&b.a, epoch, 2), "new"), 0);
	holds(&b, _i, "(SELECT count(*) FROM dead_letter WHERE world = 1) = 1000");
	holds(&b, _i, "(SELECT min(batch) FROM dead_letter WHERE world = 1 AND epoch = 0) = 202");
	holds(&b, _i, "(SELECT count(*) FROM dead_letter WHERE world = 2) = 3");
	both_close(&b);
}
END_TEST

START_TEST(a_newer_schema_is_refused)
{
	struct both b;
	both_open(&b, _i);
	b.ops->close(b.s);
	do_sql(&b, _i, "INSERT INTO schema_version VALUES (99, 'x', 0)");
	open_fails(&b, STORE_BAD, "use a newer program");
	do_sql(&b, _i, "DELETE FROM schema_version WHERE version = 99");
	ck_assert_int_eq(both_try_open(&b), 0);
	both_close(&b);
}
END_TEST

START_TEST(a_schema_made_by_another_text_is_refused)
{
	struct both b;
	both_open(&b, _i);
	b.ops->close(b.s);
	do_sql(&b, _i, "UPDATE schema_version SET checksum = 'beef' WHERE version = 1");
	open_fails(&b, STORE_BAD, "checksum beef");
	both_close(&b);
}
END_TEST

START_TEST(a_second_opening_migrates_nothing)
{
	struct both b;
	both_open(&b, _i);
	const uint64_t epoch = both_grant(&b, 11);
	both_must_commit(&b, a_commit(&b.a, epoch, 1));
	both_reopen(&b);
	ck_assert_uint_eq(both_batch(&b), 1);
	both_close(&b);
}
END_TEST

START_TEST(a_file_in_use_by_another_process_is_refused)
{
	struct both b;
	int go[2], ready[2];
	char c;
	both_where(&b, ON_SQLITE);
	ck_assert(pipe(go) == 0 && pipe(ready) == 0);
	const pid_t other = fork();
	if (other == 0) {
		_exit(both_try_open(&b) == 0 && write(ready[1], "x", 1) == 1 &&
				      read(go[0], &c, 1) >= 0
			      ? 0
			      : 1);
	}
	close(go[0]);
	ck_assert_int_eq(read(ready[0], &c, 1), 1);
	open_fails(&b, -EADDRINUSE, "in use by another process");
	ck_assert_int_eq(kill(other, SIGKILL), 0);
	ck_assert_int_eq(waitpid(other, NULL, 0), other);
	/* The lock went with its holder. */
	ck_assert_int_eq(both_try_open(&b), 0);
	both_close(&b);
}
END_TEST

START_TEST(the_file_and_its_folder_are_for_us_alone)
{
	struct both b;
	struct stat st;
	char path[128];
	both_open(&b, ON_SQLITE);
	both_must_commit(&b, a_commit(&b.a, both_grant(&b, 11), 1));
	const char *const files[] = { "var/mudlark.db", "var/mudlark.db-wal",
				      "var/mudlark.db-shm" };
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		snprintf(path, sizeof(path), "%s/%s", b.dir, files[i]);
		ck_assert_int_eq(stat(path, &st), 0);
		ck_assert_uint_eq(st.st_mode & 0777, 0600);
	}
	snprintf(path, sizeof(path), "%s/var", b.dir);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0700);
	both_close(&b);
}
END_TEST

/* A commit that is large enough to need new pages. */
static Mudlark__Commit *large(struct both *b, uint64_t epoch, uint64_t batch)
{
	static char body[200001];
	Mudlark__Commit *c = a_commit(&b->a, epoch, batch);

	memset(body, 'x', sizeof(body) - 1);
	memcpy(body, "{\"t\":\"", 6);
	memcpy(body + sizeof(body) - 3, "\"}", 3);
	put(&b->a, c, batch * 10, 9, "item", body);
	put(&b->a, c, batch * 10 + 1, 9, "item", body);
	return c;
}

START_TEST(a_full_disk_fails_a_commit_whole_and_passes)
{
	struct both b;
	both_where(&b, ON_SQLITE);
	if (mount("tmpfs", b.dir, "tmpfs", 0, "size=2m") < 0) {
		both_close(&b);
		return; /* only root may mount; the next test has the like */
	}
	ck_assert_int_eq(both_try_open(&b), 0);
	const uint64_t epoch = both_grant(&b, 11);
	uint64_t batch = 0;
	int r;
	while (!(r = both_commit(&b, large(&b, epoch, batch + 1))))
		batch++;
	ck_assert_uint_gt(batch, 0);
	ck_assert_msg(r == -ENOSPC || r == -EIO, "%d %.*s", r, (int)b.why.n, buf_p(&b.why));
	b.ops->close(b.s);
	b.s = NULL;
	ck_assert_int_eq(mount("tmpfs", b.dir, "tmpfs", MS_REMOUNT, "size=64m"), 0);
	ck_assert_int_eq(both_try_open(&b), 0);
	ck_assert_uint_eq(both_batch(&b), batch);
	both_must_commit(&b, large(&b, epoch, batch + 1));
	b.ops->close(b.s);
	b.s = NULL;
	ck_assert_int_eq(umount(b.dir), 0);
	both_close(&b);
}
END_TEST

START_TEST(a_limit_of_the_file_size_fails_a_commit_whole)
{
	struct both b;
	struct rlimit limit;
	both_open(&b, ON_SQLITE);
	const uint64_t epoch = both_grant(&b, 11);
	both_must_commit(&b, large(&b, epoch, 1));
	signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
	const struct rlimit small = { 1 << 20, limit.rlim_max };
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &small), 0);
	uint64_t batch = 1;
	while (!both_commit(&b, large(&b, epoch, batch + 1)))
		ck_assert_uint_lt(++batch, 20);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	both_reopen(&b);
	ck_assert_uint_eq(both_batch(&b), batch);
	both_must_commit(&b, large(&b, epoch, batch + 1));
	both_close(&b);
}
END_TEST

START_TEST(a_read_only_file_is_an_outage_and_passes)
{
	struct both b;
	both_open(&b, ON_SQLITE);
	const uint64_t epoch = both_grant(&b, 11);
	both_must_commit(&b, a_commit(&b.a, epoch, 1));
	b.ops->close(b.s);
	b.s = NULL;
	if (mount(b.dir, b.dir, NULL, MS_BIND, NULL) < 0) {
		both_close(&b);
		return;
	}
	ck_assert_int_eq(mount(b.dir, b.dir, NULL, MS_BIND | MS_REMOUNT | MS_RDONLY, NULL), 0);
	const int r = both_try_open(&b);
	ck_assert_msg(r == -EROFS, "%d", r);
	b.s = NULL;
	ck_assert_int_eq(umount(b.dir), 0);
	ck_assert_int_eq(both_try_open(&b), 0);
	both_must_commit(&b, a_commit(&b.a, epoch, 2));
	both_close(&b);
}
END_TEST

START_TEST(a_damaged_file_is_refused)
{
	struct both b;
	char path[128], junk[65536];
	both_open(&b, ON_SQLITE);
	for (uint64_t i = 1, epoch = both_grant(&b, 11); i < 6; i++)
		both_must_commit(&b, large(&b, epoch, i));
	b.ops->close(b.s);
	b.s = NULL;
	snprintf(path, sizeof(path), "%s/var/mudlark.db", b.dir);
	memset(junk, 0x5a, sizeof(junk));
	const int fd = open(path, O_WRONLY);
	ck_assert(pwrite(fd, junk, sizeof(junk), 0) == (ssize_t)sizeof(junk));
	close(fd);
	const int r = both_try_open(&b);
	ck_assert_msg(r == -EBADMSG || r == STORE_BAD, "%d", r);
	b.s = NULL;
	both_close(&b);
}
END_TEST

static uint64_t acknowledged(struct both *b, uint64_t epoch, int ack_fd)
{
	for (uint64_t batch = 1;; batch++) {
		Mudlark__Commit *c = a_commit(&b->a, epoch, batch);
		put(&b->a, c, batch, UINT64_MAX, "item", "{}");
		event(&b->a, c, batch, "item:made");
		if (both_commit(b, c))
			return batch - 1;
		if (write(ack_fd, &batch, sizeof(batch)) != sizeof(batch))
			return batch;
		arena_reset(&b->a);
	}
}

/* What a killed writer was acknowledged is there, whole, and nothing of more than the batch after it. */
static void nothing_is_lost(struct both *b, uint64_t acked)
{
	const uint64_t batch = both_batch(b);
	Mudlark__EntityRow **rows;
	size_t n;

	ck_assert_uint_ge(batch, acked);
	ck_assert_uint_le(batch, acked + 1);
	if (batch)
		ck_assert_int_eq(b->ops->load_tree(b->s, batch, &rows, &n, &b->a), 0);
	ck_assert_int_eq(b->ops->load_tree(b->s, batch + 1, &rows, &n, &b->a), STORE_ABSENT);
}

START_TEST(a_writer_killed_in_mid_commit_loses_nothing_acknowledged)
{
	struct both b;
	both_open(&b, _i);
	const uint64_t epoch = both_grant(&b, 11);
	b.ops->close(b.s);
	b.s = NULL;
	for (unsigned round = 0; round < 10; round++) {
		int acks[2];
		uint64_t acked = 0, got;
		ck_assert_int_eq(pipe(acks), 0);
		ck_assert_int_eq(both_try_open(&b), 0);
		const uint64_t instance = 100 + round;
		const uint64_t now = both_grant(&b, instance);
		ck_assert_uint_gt(now, epoch);
		b.ops->close(b.s);
		b.s = NULL;
		const pid_t writer = fork();
		if (writer == 0) {
			close(acks[0]);
			_exit(both_try_open(&b) == 0 && acknowledged(&b, now, acks[1]) ? 0 : 1);
		}
		close(acks[1]);
		while (acked < 20 + round * 3 && read(acks[0], &got, sizeof(got)) == sizeof(got))
			acked = got;
		kill(writer, SIGKILL);
		waitpid(writer, NULL, 0);
		while (read(acks[0], &got, sizeof(got)) == sizeof(got))
			acked = got;
		close(acks[0]);
		ck_assert_int_eq(both_try_open(&b), 0);
		ck_assert_uint_gt(acked, 0);
		ck_assert_uint_ge(both_batch(&b), acked);
		ck_assert_uint_le(both_batch(&b), acked + 1);
		b.ops->close(b.s);
		b.s = NULL;
	}
	both_close(&b);
}
END_TEST

/* A server of its own, since it is killed. */
static void own_server(struct pg_server *server, struct both *b)
{
	ck_assert(pg_server_start(server));
	memset(b, 0, sizeof(*b));
	snprintf(b->where, sizeof(b->where), "%s", server->url);
	snprintf(b->dir, sizeof(b->dir), "/tmp/mudlark-store-none");
	b->ops = store_for(b->where);
	ck_assert_int_eq(both_try_open(b), 0);
}

static void *kill_soon(void *arg)
{
	nanosleep(&(struct timespec){ .tv_nsec = 30000000 }, NULL);
	kill(*(pid_t *)arg, SIGKILL);
	return NULL;
}

START_TEST(postgres_killed_in_mid_commit_loses_nothing_acknowledged)
{
	struct pg_server server;
	struct both b;
	own_server(&server, &b);
	for (unsigned round = 0; round < 3; round++) {
		pthread_t killer;
		int acks[2];
		uint64_t acked = 0, got;
		const uint64_t epoch = both_grant(&b, 100 + round);
		ck_assert_int_eq(pipe2(acks, O_NONBLOCK), 0);
		pthread_create(&killer, NULL, kill_soon, &server.pid);
		const uint64_t told = acknowledged(&b, epoch, acks[1]);
		pthread_join(killer, NULL);
		while (read(acks[0], &got, sizeof(got)) == sizeof(got))
			acked = got;
		close(acks[0]);
		close(acks[1]);
		ck_assert_uint_gt(told, 0);
		ck_assert_uint_le(acked, told);
		pg_server_kill(&server, SIGKILL);
		b.ops->close(b.s);
		b.s = NULL;
		ck_assert_int_lt(both_try_open(&b), 0);
		ck_assert(pg_server_up(&server, NULL));
		ck_assert_int_eq(both_try_open(&b), 0);
		nothing_is_lost(&b, told);
		/* The batch whose outcome was unknown is brought again, harmlessly. */
		Mudlark__Commit *c = a_commit(&b.a, epoch, told + 1);
		put(&b.a, c, told + 1, UINT64_MAX, "item", "{}");
		both_must_commit(&b, c);
		ck_assert_uint_eq(both_batch(&b), told + 1);
		Mudlark__Commit *sweep = a_commit(&b.a, epoch, told + 2);
		for (uint64_t id = 1; id <= told + 1; id++)
			del(&b.a, sweep, id);
		both_must_commit(&b, sweep);
	}
	both_close(&b);
	pg_server_stop(&server);
}
END_TEST

/* The server and the processes it made: the one at the other end of our connection is among them. */
static void signal_all(const struct pg_server *server, int signo)
{
	char path[64];
	int child;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)server->pid,
		 (int)server->pid);
	FILE *children = fopen(path, "r");
	ck_assert_ptr_nonnull(children);
	while (fscanf(children, "%d", &child) == 1)
		kill(child, signo);
	fclose(children);
	kill(server->pid, signo);
}

START_TEST(a_stopped_postgres_is_given_up_in_time)
{
	struct pg_server server;
	struct both b;
	own_server(&server, &b);
	const uint64_t epoch = both_grant(&b, 11);
	struct timespec start, end;
	signal_all(&server, SIGSTOP);
	clock_gettime(CLOCK_MONOTONIC, &start);
	ck_assert_int_eq(both_commit(&b, a_commit(&b.a, epoch, 1)), -ETIMEDOUT);
	clock_gettime(CLOCK_MONOTONIC, &end);
	ck_assert_int_le(end.tv_sec - start.tv_sec, 8);
	b.ops->close(b.s);
	signal_all(&server, SIGCONT);
	ck_assert_int_eq(both_try_open(&b), 0);
	both_must_commit(&b, a_commit(&b.a, epoch, 1));
	both_close(&b);
	pg_server_stop(&server);
}
END_TEST

START_TEST(a_postgres_with_weak_settings_is_refused)
{
	static const char *const weak[] = { "fsync=off", "synchronous_commit=off",
					    "full_page_writes=off" };
	struct pg_server server;
	struct both b;
	own_server(&server, &b);
	b.ops->close(b.s);
	for (size_t i = 0; i < ARRAY_LEN(weak); i++) {
		pg_server_kill(&server, SIGINT);
		ck_assert(pg_server_up(&server, weak[i]));
		open_fails(&b, STORE_BAD, "acknowledged commits could be lost");
	}
	both_close(&b);
	pg_server_stop(&server);
}
END_TEST

START_TEST(a_read_only_postgres_is_an_outage_and_passes)
{
	struct both b;
	both_open(&b, ON_PG);
	const uint64_t epoch = both_grant(&b, 11);
	char sql[128];
	snprintf(sql, sizeof(sql), "ALTER DATABASE test_%d SET default_transaction_read_only = on",
		 (int)getpid());
	ck_assert(pg_server_sql(both_server.url, sql));
	b.ops->close(b.s);
	b.s = NULL;
	ck_assert_int_eq(both_try_open(&b), 0);
	ck_assert_int_eq(both_commit(&b, a_commit(&b.a, epoch, 1)), -EROFS);
	snprintf(sql, sizeof(sql), "ALTER DATABASE test_%d SET default_transaction_read_only = off",
		 (int)getpid());
	ck_assert(pg_server_sql(both_server.url, sql));
	both_reopen(&b);
	both_must_commit(&b, a_commit(&b.a, epoch, 1));
	both_close(&b);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("fault");
	TCase *t = tcase_create("both");

	tcase_set_timeout(t, 90);
	tcase_add_loop_test(t, a_batch_whose_sessions_are_refused_is_passed_without_them, 0,
			    STORES);
	tcase_add_loop_test(t, of_dead_letters_the_newest_thousand_are_kept, 0, STORES);
	tcase_add_loop_test(t, a_newer_schema_is_refused, 0, STORES);
	tcase_add_loop_test(t, a_schema_made_by_another_text_is_refused, 0, STORES);
	tcase_add_loop_test(t, a_second_opening_migrates_nothing, 0, STORES);
	tcase_add_test(t, a_file_in_use_by_another_process_is_refused);
	tcase_add_test(t, the_file_and_its_folder_are_for_us_alone);
	tcase_add_test(t, a_full_disk_fails_a_commit_whole_and_passes);
	tcase_add_test(t, a_limit_of_the_file_size_fails_a_commit_whole);
	tcase_add_test(t, a_read_only_file_is_an_outage_and_passes);
	tcase_add_test(t, a_damaged_file_is_refused);
	tcase_add_loop_test(t, a_writer_killed_in_mid_commit_loses_nothing_acknowledged, 0, STORES);
	tcase_add_test(t, postgres_killed_in_mid_commit_loses_nothing_acknowledged);
	tcase_add_test(t, a_stopped_postgres_is_given_up_in_time);
	tcase_add_test(t, a_postgres_with_weak_settings_is_refused);
	tcase_add_test(t, a_read_only_postgres_is_an_outage_and_passes);
	suite_add_tcase(s, t);
	return both_main(s);
}
