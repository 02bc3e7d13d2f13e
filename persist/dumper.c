/* dumper.c - the dump that is under way over the links; see dumper.h. */
#include "persist/dumper.h"

#include "persist/account.h"
#include "persist/row.h"
#include "rt/log.h"

bool dumper_is(const Mudlark__PersistCall *q)
{
	return q->body_case == MUDLARK__PERSIST_CALL__BODY_DUMP_BEGIN ||
	       q->body_case == MUDLARK__PERSIST_CALL__BODY_DUMP_READ ||
	       q->body_case == MUDLARK__PERSIST_CALL__BODY_DUMP_END;
}

void dumper_end(struct dumper *d, const char *reason)
{
	if (!d->id)
		return;
	log_info("dump_ended", LOG_ID("dump", d->id), LOG_U64("pieces", d->next),
		 LOG_STR("reason", reason));
	dump_close(d->dump);
	buf_done(&d->piece);
	*d = (struct dumper){ 0 };
}

bool dumper_look(struct dumper *d, uint64_t now_us)
{
	if (!d->id)
		return false;
	if (now_us - d->read_us >= DUMPER_IDLE_US)
		dumper_end(d, "nobody read on");
	else if (now_us - d->since_us >= DUMPER_LIFE_US)
		dumper_end(d, "it took too long");
	return d->id != 0;
}

void dumper_leave(struct dumper *d, uint64_t peer)
{
	if (d->peer == peer)
		dumper_end(d, "who asked is gone");
}

static void refuse(const struct dumper_ask *ask, Mudlark__PersistReply *reply,
		   Mudlark__Status status, const char *what, const struct buf *why)
{
	char *text =
		arena_printf(ask->a, "%s%.*s", what, why ? (int)why->n : 0, why ? buf_p(why) : "");

	reply_say(reply, status, text ? text : what);
}

static Mudlark__Dump *answer(const struct dumper *d, const struct dumper_ask *ask,
			     Mudlark__PersistReply *reply)
{
	reply->dump = row_alloc(ask->a, sizeof(*reply->dump));
	mudlark__dump__init(reply->dump);
	reply->dump->id = d->id;
	return reply->dump;
}

static void begin(struct dumper *d, const struct dumper_ask *ask, Mudlark__PersistReply *reply)
{
	struct buf why = { 0 };

	/* Who begins again never heard of the first. */
	dumper_leave(d, ask->peer);
	if (d->dump) {
		refuse(ask, reply, MUDLARK__STATUS__STATUS_BUSY,
		       "Another dump is under way; try again when it is over.", NULL);
		return;
	}
	dumper_end(d, "another begins");
	if (!ask->ops->dump) {
		refuse(ask, reply, MUDLARK__STATUS__STATUS_BAD, "This store cannot be dumped.",
		       NULL);
	} else if (ask->ops->dump(ask->s, &d->dump, &why)) {
		refuse(ask, reply, MUDLARK__STATUS__STATUS_STORE,
		       "The dump does not begin: ", &why);
	} else {
		d->id = ask->fresh;
		d->peer = ask->peer;
		d->since_us = d->read_us = ask->now_us;
		log_info("dump_begun", LOG_ID("dump", d->id));
		(void)answer(d, ask, reply);
	}
	buf_done(&why);
}

/* Makes the next piece. False: it is spoiled, and that was said. */
static bool go_on(struct dumper *d, const struct dumper_ask *ask, Mudlark__PersistReply *reply)
{
	struct buf why = { 0 };
	bool last = false;

	buf_reset(&d->piece);
	const int r = dump_next(d->dump, &d->piece, &last, &why);
	if (r) {
		refuse(ask, reply, MUDLARK__STATUS__STATUS_STORE, "The dump broke: ", &why);
		dumper_end(d, "it broke");
	} else {
		d->next++;
	}
	if (last) {
		dump_close(d->dump);
		d->dump = NULL;
	}
	buf_done(&why);
	return !r;
}

static void read_piece(struct dumper *d, const struct dumper_ask *ask, uint64_t piece,
		       Mudlark__PersistReply *reply)
{
	const bool is_next = piece == d->next && d->dump;

	if (!is_next && (!d->next || piece != d->next - 1)) {
		refuse(ask, reply, MUDLARK__STATUS__STATUS_BAD,
		       "Pieces of a dump are read one behind the other.", NULL);
		return;
	}
	d->read_us = ask->now_us;
	if (is_next && !go_on(d, ask, reply))
		return;
	const struct db_value bytes = db_blob(buf_p(&d->piece), d->piece.n);
	Mudlark__Dump *out = answer(d, ask, reply);
	out->lines = row_bytes(ask->a, &bytes);
	out->last = !d->dump;
}

void dumper_run(struct dumper *d, const struct dumper_ask *ask, const Mudlark__PersistCall *q,
		Mudlark__PersistReply *reply)
{
	const uint64_t id = q->body_case == MUDLARK__PERSIST_CALL__BODY_DUMP_READ ? q->dump_read->id
			    : q->body_case == MUDLARK__PERSIST_CALL__BODY_DUMP_END ? q->dump_end->id
										   : 0;

	mudlark__persist_reply__init(reply);
	if (q->body_case == MUDLARK__PERSIST_CALL__BODY_DUMP_BEGIN)
		begin(d, ask, reply);
	else if (!id || id != d->id || ask->peer != d->peer)
		refuse(ask, reply, MUDLARK__STATUS__STATUS_ABSENT,
		       "That dump is over; begin another.", NULL);
	else if (q->body_case == MUDLARK__PERSIST_CALL__BODY_DUMP_READ)
		read_piece(d, ask, q->dump_read->piece, reply);
	else
		dumper_end(d, "it was ended");
}
