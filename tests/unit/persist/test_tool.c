/* test_tool.c - mudlark-persist --migrate, --export, --import, --verify: what they say, and how they end. */
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <sqlite3.h>
#include <zlib.h>

#include "both.h"
#include "export.h"
#include "persist/migrate.h"
#include "persist/tool.h"
#include "rt/proc.h"

/* Both outputs of the last run, which came with it. */
struct run {
	int status;
	char out[2048], err[2048];
};

static void slurp(const char *path, char *ret, size_t n)
{
	FILE *f = fopen(path, "r");

	ck_assert_ptr_nonnull(f);
	ret[fread(ret, 1, n - 1, f)] = '\0';
	fclose(f);
}

static void put_fd(const struct both *b, const char *name, int fd)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", b->dir, name);
	const int to = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	ck_assert(to >= 0 && dup2(to, fd) == fd);
	close(to);
}

/* In a process of its own, as it is. */
static struct run run_tool(const struct both *b, const struct tool_ask *ask)
{
	struct run ret = { 0 };
	char path[128];
	int status;

	fflush(NULL);
	const pid_t pid = fork();
	if (pid == 0) {
		put_fd(b, "out", STDOUT_FILENO);
		put_fd(b, "err", STDERR_FILENO);
		status = tool_run(ask);
		fflush(NULL);
		_exit(status);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status));
	ret.status = WEXITSTATUS(status);
	snprintf(path, sizeof(path), "%s/out", b->dir);
	slurp(path, ret.out, sizeof(ret.out));
	snprintf(path, sizeof(path), "%s/err", b->dir);
	slurp(path, ret.err, sizeof(ret.err));
	return ret;
}

static void holds(struct run r, int status, const char *out, const char *err)
{
	ck_assert_msg(r.status == status, "status %d: %s%s", r.status, r.out, r.err);
	ck_assert_msg(strstr(r.out, out) != NULL, "out: %s", r.out);
	ck_assert_msg(strstr(r.err, err) != NULL, "err: %s", r.err);
}

static struct run migrate_it(const struct both *b)
{
	return run_tool(b, &(struct tool_ask){ .store = b->where, .migrate = true });
}

static struct run export_to(const struct both *b, const char *path)
{
	return run_tool(b, &(struct tool_ask){ .store = b->where, .to = path });
}

static struct run import_from(const struct both *b, const char *path)
{
	return run_tool(b, &(struct tool_ask){ .store = b->where, .from = path });
}

static struct run verify(const struct both *b, const char *path)
{
	return run_tool(b, &(struct tool_ask){ .store = b->where, .look = path });
}

/* A store that is not open, in a folder that is there for files. */
static void scene(struct both *b, int which)
{
	both_where(b, which);
	if (which == ON_PG)
		ck_assert_ptr_nonnull(mkdtemp(b->dir));
}

static void name_file(const struct both *b, const char *name, char ret[128])
{
	snprintf(ret, 128, "%s/%s", b->dir, name);
}

static void write_file(const char *path, struct span bytes, bool packed)
{
	gzFile f = gzopen(path, packed ? "wb" : "wbT");

	ck_assert_ptr_nonnull(f);
	ck_assert_int_eq(gzwrite(f, bytes.p, (unsigned)bytes.n), (int)bytes.n);
	ck_assert_int_eq(gzclose(f), Z_OK);
}

START_TEST(a_store_goes_out_and_another_comes_of_it)
{
	struct both from, to;
	struct export e;
	char plain[128], packed[128], again[128], text[4096], other[4096];
	scene(&from, _i);
	scene(&to, !_i);
	export_random(&e, 3, 5);
	name_file(&from, "in.jsonl.gz", packed);
	name_file(&from, "plain.jsonl", plain);
	name_file(&from, "again.jsonl", again);
	write_file(packed, buf_span(&e.text), true);
	holds(import_from(&from, packed), EXIT_DONE, "rows 60\n", "");
	holds(export_to(&from, plain), EXIT_DONE, "rows 60\n", "");
	const struct run first = verify(&from, plain);
	holds(first, EXIT_DONE, "rows 60\nschema 4\nmade 20", "");
	ck_assert_ptr_nonnull(strstr(first.out, "Z\nworld 1: epoch "));
	ck_assert_int_eq(strncmp(first.out, "state ", 6), 0);
	holds(import_from(&to, plain), EXIT_DONE, "rows 60\n", "");
	holds(export_to(&to, again), EXIT_DONE, "rows 60\n", "");
	const struct run second = verify(&to, again);
	ck_assert_int_eq(strncmp(first.out, second.out, 6 + 64), 0);
	/* To the standard output: the lines alone. */
	const struct run direct = export_to(&to, "-");
	slurp(again, text, sizeof(text));
	snprintf(other, sizeof(other), "%s", strchr(direct.out, '\n'));
	ck_assert_int_eq(strncmp(strchr(text, '\n'), other, strlen(other)), 0);
	holds(direct, EXIT_DONE, "{\"mudlark\":\"export\"", "");
	ck_assert_ptr_null(strstr(direct.out, "\nrows 60\n"));
	ck_assert_ptr_null(strstr(direct.err, "rows 60"));
	both_close(&from);
	both_close(&to);
	buf_done(&e.text);
}
END_TEST

START_TEST(a_file_that_is_not_right_is_refused_and_changes_nothing)
{
	struct both b;
	struct export e;
	char path[128];
	scene(&b, _i);
	export_random(&e, 3, 5);
	name_file(&b, "in.jsonl", path);
	write_file(path, (struct span){ buf_p(&e.text), e.text.n - 10 }, false);
	holds(verify(&b, path), EXIT_PACK, "", "the file ends here, it was cut off");
	holds(import_from(&b, path), EXIT_PACK, "", "the file ends here, it was cut off");
	write_file(path, (struct span){ buf_p(&e.text), e.text.n - 10 }, true);
	holds(import_from(&b, path), EXIT_PACK, "", "the file ends here, it was cut off");
	/* What is cut is the file as it is compressed. */
	write_file(path, buf_span(&e.text), true);
	struct stat st;
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(truncate(path, st.st_size - 5), 0);
	holds(verify(&b, path), EXIT_PACK, "", "cut off in its compressed data");
	holds(import_from(&b, path), EXIT_PACK, "", "cut off in its compressed data");
	name_file(&b, "none", path);
	holds(import_from(&b, path), EXIT_FAULT, "", "cannot read");
	ck_assert_int_eq(both_try_open(&b), 0);
	struct buf text = { 0 };
	dump_all(b.ops, b.s, &text);
	ck_assert_uint_eq(rows_of(&text).n, 0);
	buf_done(&text);
	both_close(&b);
	buf_done(&e.text);
}
END_TEST

START_TEST(beside_a_running_persist_nothing_is_imported)
{
	struct both b;
	struct export e;
	char path[128];
	scene(&b, _i);
	export_random(&e, 3, 1);
	name_file(&b, "in.jsonl", path);
	write_file(path, buf_span(&e.text), false);
	ck_assert_int_eq(both_try_open(&b), 0);
	holds(import_from(&b, path), EXIT_IN_USE, "", "in use by another process");
	/* PostgreSQL lets others read, and look at its schema. */
	holds(export_to(&b, path), _i == ON_PG ? EXIT_DONE : EXIT_IN_USE, "", "");
	holds(migrate_it(&b), _i == ON_PG ? EXIT_DONE : EXIT_IN_USE, "", "");
	both_close(&b);
	buf_done(&e.text);
}
END_TEST

START_TEST(a_file_is_there_whole_or_as_it_was)
{
	struct both b;
	char path[128], part[160], text[64];
	struct stat st;
	scene(&b, ON_SQLITE);
	holds(migrate_it(&b), EXIT_DONE, "made schema", "");
	name_file(&b, "no/such/folder/out.jsonl", path);
	holds(export_to(&b, path), EXIT_FAULT, "", "cannot write");
	/* A file of somebody's in the way of the unfinished one. */
	name_file(&b, "out.jsonl", path);
	snprintf(part, sizeof(part), "%s.part", path);
	write_file(path, SPAN("as it was"), false);
	ck_assert_int_eq(symlink("/etc/passwd", part), 0);
	holds(export_to(&b, path), EXIT_FAULT, "", "cannot write");
	slurp(path, text, sizeof(text));
	ck_assert_str_eq(text, "as it was");
	ck_assert_int_eq(unlink(part), 0);
	holds(export_to(&b, path), EXIT_DONE, "rows 0\n", "");
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(st.st_mode & 0777, 0600);
	ck_assert_int_lt(stat(part, &st), 0);
	both_close(&b);
}
END_TEST

START_TEST(one_thing_at_a_time)
{
	struct both b;
	scene(&b, ON_SQLITE);
	holds(run_tool(&b, &(struct tool_ask){ .store = b.where, .migrate = true, .to = "-" }),
	      EXIT_USAGE, "", "at a time");
	holds(run_tool(&b, &(struct tool_ask){ .store = "floppy:a", .to = "-" }), EXIT_USAGE, "",
	      "nothing can open the store floppy:a");
	holds(run_tool(&b,
		       &(struct tool_ask){ .store = "postgresql:///x?host=/nowhere", .to = "-" }),
	      EXIT_UNAVAILABLE, "", "");
	ck_assert(!tool_is(&(struct tool_ask){ .store = b.where }));
	both_close(&b);
}
END_TEST

/* The file as an older program left it. */
static void make_schema(const struct both *b, uint32_t newest)
{
	char hex[33], sql[256], path[128];
	unsigned char hash[16];
	sqlite3 *c;

	name_file(b, "var", path);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	ck_assert_int_eq(sqlite3_open(b->where + 7, &c), SQLITE_OK);
	sqlite3_exec(c,
		     "CREATE TABLE schema_version (version bigint PRIMARY KEY, checksum text NOT"
		     " NULL, applied_at bigint NOT NULL)",
		     NULL, NULL, NULL);
	for (size_t i = 0; i < n_migrations; i++) {
		const struct migration *m = &migrations[i];
		if (strcmp(m->dialect, "sqlite") != 0 || m->number > newest)
			continue;
		ck_assert_int_eq(sqlite3_exec(c, m->text, NULL, NULL, NULL), SQLITE_OK);
		crypto_generichash(hash, sizeof(hash), (const unsigned char *)m->text,
				   strlen(m->text), NULL, 0);
		snprintf(sql, sizeof(sql), "INSERT INTO schema_version VALUES (%u, '%s', 1)",
			 m->number, sodium_bin2hex(hex, sizeof(hex), hash, sizeof(hash)));
		ck_assert_int_eq(sqlite3_exec(c, sql, NULL, NULL, NULL), SQLITE_OK);
	}
	sqlite3_close(c);
}

START_TEST(a_migration_says_from_where_to_where)
{
	struct both old, fresh;
	scene(&old, ON_SQLITE);
	make_schema(&old, 2);
	holds(migrate_it(&old), EXIT_DONE, "migrated from schema 2 to 4\n", "");
	holds(migrate_it(&old), EXIT_DONE, "the schema is 4 already\n", "");
	both_close(&old);
	scene(&fresh, ON_PG);
	holds(migrate_it(&fresh), EXIT_DONE, "made schema 4\n", "");
	holds(migrate_it(&fresh), EXIT_DONE, "the schema is 4 already\n", "");
	both_close(&fresh);
}
END_TEST

START_TEST(what_is_not_there_is_not_made_to_be_read)
{
	struct both b;
	char path[128], folder[128];
	struct stat st;
	scene(&b, _i);
	name_file(&b, "out.jsonl", path);
	name_file(&b, "var", folder);
	holds(export_to(&b, path), EXIT_UNAVAILABLE, "", "there is no store");
	holds(export_to(&b, "-"), EXIT_UNAVAILABLE, "", "there is no store");
	ck_assert_int_lt(stat(path, &st), 0);
	ck_assert_int_lt(stat(folder, &st), 0);
	holds(migrate_it(&b), EXIT_DONE, "made schema", "");
	holds(export_to(&b, path), EXIT_DONE, "rows 0\n", "");
	both_close(&b);
}
END_TEST

START_TEST(a_store_of_an_older_program_stays_as_it_is_when_read)
{
	struct both b;
	char path[128];
	scene(&b, ON_SQLITE);
	make_schema(&b, 2);
	name_file(&b, "out.jsonl", path);
	holds(export_to(&b, path), EXIT_USAGE, "", "the store has schema 2, this program needs 4");
	holds(migrate_it(&b), EXIT_DONE, "migrated from schema 2 to 4\n", "");
	both_close(&b);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("tool");
	TCase *t = tcase_create("tool");

	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, a_store_goes_out_and_another_comes_of_it, 0, STORES);
	tcase_add_loop_test(t, a_file_that_is_not_right_is_refused_and_changes_nothing, 0, STORES);
	tcase_add_loop_test(t, beside_a_running_persist_nothing_is_imported, 0, STORES);
	tcase_add_test(t, a_file_is_there_whole_or_as_it_was);
	tcase_add_test(t, one_thing_at_a_time);
	tcase_add_test(t, a_migration_says_from_where_to_where);
	tcase_add_loop_test(t, what_is_not_there_is_not_made_to_be_read, 0, STORES);
	tcase_add_test(t, a_store_of_an_older_program_stays_as_it_is_when_read);
	suite_add_tcase(s, t);
	return both_main(s);
}
