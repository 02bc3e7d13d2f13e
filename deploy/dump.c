/*
 * dump.c - see dump.h.
 *
 *	begin --number--> read 0 --lines, all written--> read 1 ... --last lines, written--> done
 *
 * However it ends, persist is told so: the next one need not wait until it finds out.
 */
#include "dump.h"

#include <stdio.h>
#include <string.h>

#include "ops.h"
#include "program.h"
#include "rt/proc.h"
#include "settings.h"
#include "spout.h"

/* Beginning waits for what stands in line before it; the end is a courtesy. */
enum { BEGIN_MS = 30000, READ_MS = 30000, END_MS = 1000 };

struct dump {
	const struct dump_to *to;
	struct ops *ops;
	struct spout *spout;
	uint64_t id, piece;
	bool has_last;
};

static void begin(void *ctx, struct ops *o)
{
	struct dump *d = ctx;
	Mudlark__DumpBegin body = MUDLARK__DUMP_BEGIN__INIT;
	Mudlark__PersistCall call = MUDLARK__PERSIST_CALL__INIT;
	call.body_case = MUDLARK__PERSIST_CALL__BODY_DUMP_BEGIN;
	call.dump_begin = &body;
	d->ops = o;
	ops_call(o, &call, BEGIN_MS);
}

static void read_piece(struct dump *d)
{
	Mudlark__DumpRead body = MUDLARK__DUMP_READ__INIT;
	Mudlark__PersistCall call = MUDLARK__PERSIST_CALL__INIT;
	body.id = d->id;
	body.piece = d->piece;
	call.body_case = MUDLARK__PERSIST_CALL__BODY_DUMP_READ;
	call.dump_read = &body;
	ops_call(d->ops, &call, READ_MS);
}

static void give_back(struct dump *d, int status)
{
	Mudlark__DumpEnd body = MUDLARK__DUMP_END__INIT;
	Mudlark__PersistCall call = MUDLARK__PERSIST_CALL__INIT;
	body.id = d->id;
	call.body_case = MUDLARK__PERSIST_CALL__BODY_DUMP_END;
	call.dump_end = &body;
	ops_leave(d->ops, &call, END_MS, status);
}

static void on_written(void *ctx, int r)
{
	struct dump *d = ctx;
	if (r < 0) {
		fprintf(stderr, "mudlark: writing: %s\n", strerror(-r));
		give_back(d, EXIT_FAULT);
	} else if (d->has_last) {
		give_back(d, EXIT_DONE);
	} else {
		d->piece++;
		read_piece(d);
	}
}

static int open_spout(struct dump *d)
{
	int r = spout_open(&d->spout, ops_loop(d->ops), d->to->fd, d->to->is_packed, on_written, d);
	if (r < 0)
		fprintf(stderr, "mudlark: writing: %s\n", strerror(-r));
	return r;
}

static void take(struct dump *d, const Mudlark__Dump *dump)
{
	if (!d->spout) {
		d->id = dump->id;
		if (open_spout(d) < 0)
			give_back(d, EXIT_FAULT);
		else
			read_piece(d);
		return;
	}
	d->has_last = dump->last;
	spout_put(d->spout, (struct span){ (const char *)dump->lines.data, dump->lines.len },
		  dump->last);
}

static void on_answer(void *ctx, struct ops *o, Mudlark__PersistReply *reply)
{
	int status = ops_explain(reply, NULL);
	if (status == EXIT_DONE && !reply->dump) {
		fprintf(stderr, "mudlark: this persist is too old to be asked for a dump.\n");
		status = EXIT_FAULT;
	}
	if (status == EXIT_DONE)
		take(ctx, reply->dump);
	else
		ops_end(o, status);
	mudlark__persist_reply__free_unpacked(reply, NULL);
}

static void on_halt(void *ctx, struct ops *o, int status)
{
	struct dump *d = ctx;
	if (d->spout)
		give_back(d, status);
	else
		ops_end(o, status);
}

static void on_over(void *ctx)
{
	struct dump *d = ctx;
	spout_close(d->spout);
}

int dump_run(const struct args *a, const struct dump_to *to)
{
	struct dump d = { .to = to };
	return ops_run(&(struct ops_conf){ .args = a,
					   .halt = to->halt,
					   .up = begin,
					   .answer = on_answer,
					   .halted = on_halt,
					   .over = on_over,
					   .ctx = &d });
}

static int dump_store(const struct args *a, int fd, int halt)
{
	pid_t pid = 0;
	char **argv = program_argv("mudlark-persist", a,
				   (const char *[]){ PROGRAM_QUIET, "--export", "-", NULL });
	int r = program_start(&pid, argv, -1, fd);
	settings_free(argv);
	if (r == 0)
		return program_wait(pid, halt);
	fprintf(stderr, "mudlark: mudlark-persist: %s\n", strerror(-r));
	return EXIT_FAULT;
}

int dump_any(const struct args *a, int fd, int halt)
{
	CLEANUP(base_freep) char *bus = settings_find(a, "persist.bus");
	/* Who names a server means that one, not what happens to lie in a folder here. */
	if (!bus && ops_is_nobody(a))
		return dump_store(a, fd, halt);
	return dump_run(a, &(struct dump_to){ .fd = fd, .halt = halt });
}
