/* tool.c - the flags of mudlark-persist that do something at once; see tool.h. */
#include "persist/tool.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "persist/dump.h"
#include "persist/migrate.h"
#include "persist/store.h"
#include "persist/tool_file.h"
#include "persist/undump.h"
#include "rt/proc.h"

bool tool_is(const struct tool_ask *ask)
{
	return ask->migrate || ask->to || ask->from || ask->look;
}

/* What went wrong, for a person; the status by what it is. `refused`: when it is for the operator to change. */
static int fail(int r, struct buf *why, int refused, int away)
{
	fprintf(stderr, "mudlark-persist: %.*s\n", (int)why->n, buf_p(why));
	buf_done(why);
	return r == -EADDRINUSE ? EXIT_IN_USE : r > 0 ? refused : away;
}

static int open_store(const struct tool_ask *ask, const struct store_ops **ret_ops,
		      struct store **ret)
{
	const struct store_ops *ops = store_for(ask->store);
	struct buf why = { 0 };

	if (!ops) {
		buf_addf(&why, "nothing can open the store %s", ask->store);
		return fail(STORE_BAD, &why, EXIT_USAGE, EXIT_USAGE);
	}
	/* To be read: nothing is made there, and nothing changed. */
	const int r = (ask->to ? ops->look : ops->open)(ret, ask->store, &why);
	if (r)
		return fail(r, &why, EXIT_USAGE, EXIT_UNAVAILABLE);
	*ret_ops = ops;
	return EXIT_DONE;
}

static int run_migrate(const struct store_ops *ops, struct store *s, const struct tool_ask *ask)
{
	uint32_t was, is;

	(void)ask;
	ops->schema(s, &was, &is);
	if (was == is)
		printf("the schema is %u already\n", is);
	else if (was)
		printf("migrated from schema %u to %u\n", was, is);
	else
		printf("made schema %u\n", is);
	return EXIT_DONE;
}

static int copy_dump(struct dump *d, struct tool_target *to, struct buf *why)
{
	struct buf piece = { 0 };
	bool last = false;
	int r = 0;

	while (!r && !last) {
		buf_reset(&piece);
		r = dump_next(d, &piece, &last, why);
		if (!r)
			r = tool_target_write(to, buf_span(&piece), why);
	}
	buf_done(&piece);
	return r ? r : tool_target_commit(to, why);
}

static void report(const char *state, uint64_t rows)
{
	printf("state %s\nrows %llu\n", state, (unsigned long long)rows);
}

static int run_export(const struct store_ops *ops, struct store *s, const struct tool_ask *ask)
{
	struct tool_target to;
	struct buf why = { 0 };
	struct dump *d = NULL;
	char state[DUMP_HASH_HEX];
	int r = tool_target_open(&to, ask->to, &why);

	if (!r)
		r = ops->dump(s, &d, &why);
	if (!r)
		r = copy_dump(d, &to, &why);
	/* To the standard output go the lines alone: the last one has the same. */
	if (!r && to.path) {
		dump_sum_state(dump_so_far(d), state);
		report(state, dump_so_far(d)->total);
	}
	dump_close(d);
	tool_target_close(&to);
	if (r)
		return fail(r, &why, EXIT_FAULT, EXIT_FAULT);
	buf_done(&why);
	return EXIT_DONE;
}

static int run_import(const struct store_ops *ops, struct store *s, const struct tool_ask *ask)
{
	struct tool_source *from = NULL;
	struct store_import got = { 0 };
	struct buf why = { 0 };
	int r = tool_source_open(&from, ask->from, &why);

	if (!r)
		r = ops->import(s, tool_source_read, from, &got, &why);
	if (!r)
		report(got.state, got.rows);
	tool_source_close(from);
	if (r)
		return fail(r, &why, EXIT_PACK, EXIT_FAULT);
	buf_done(&why);
	return EXIT_DONE;
}

static int read_through(struct tool_source *from, struct undump *u, struct buf *why)
{
	struct span bytes;
	int r;

	while (!(r = tool_source_read(from, &bytes, why)) && bytes.n) {
		r = undump_feed(u, bytes, why);
		if (r)
			return r;
	}
	return r ? r : undump_end(u, why);
}

static void report_export(const struct undump *u)
{
	const time_t at = (time_t)(u->at_ms / 1000);
	char state[DUMP_HASH_HEX], made[32];
	struct tm tm;

	dump_sum_state(&u->sum, state);
	report(state, u->sum.total);
	strftime(made, sizeof(made), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&at, &tm));
	printf("schema %u\nmade %s\n", u->sum.schema, made);
	if (u->where.n)
		printf("%.*s\n", (int)u->where.n, buf_p(&u->where));
}

static int run_verify(const struct tool_ask *ask)
{
	const struct undump_sink nowhere = { 0 };
	struct tool_source *from = NULL;
	struct undump u;
	struct buf why = { 0 };
	/* Both dialects have the same migrations. */
	undump_init(&u, migrate_newest("sqlite"), &nowhere);
	int r = tool_source_open(&from, ask->look, &why);

	if (!r)
		r = read_through(from, &u, &why);
	if (!r)
		report_export(&u);
	tool_source_close(from);
	undump_done(&u);
	if (r)
		return fail(r, &why, EXIT_PACK, EXIT_FAULT);
	buf_done(&why);
	return EXIT_DONE;
}

int tool_run(const struct tool_ask *ask)
{
	const struct store_ops *ops;
	struct store *s = NULL;

	if (ask->migrate + (ask->to != NULL) + (ask->from != NULL) + (ask->look != NULL) > 1) {
		fprintf(stderr, "mudlark-persist: one of --migrate, --export, --import, --verify"
				" at a time\n");
		return EXIT_USAGE;
	}
	if (ask->look)
		return run_verify(ask);
	int status = open_store(ask, &ops, &s);
	if (status)
		return status;
	status = (ask->migrate ? run_migrate : ask->to ? run_export : run_import)(ops, s, ask);
	ops->close(s);
	return fflush(stdout) ? EXIT_FAULT : status;
}
