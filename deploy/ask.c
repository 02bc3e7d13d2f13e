/* ask.c - one question to persist; see ask.h. */
#include "ask.h"

#include "ops.h"
#include "rt/proc.h"

enum { ANSWER_MS = 15000 };

struct asking {
	const Mudlark__PersistCall *call;
	const char *absent;
	Mudlark__PersistReply *reply;
};

static void on_up(void *ctx, struct ops *o)
{
	const struct asking *q = ctx;
	ops_call(o, q->call, ANSWER_MS);
}

static void on_answer(void *ctx, struct ops *o, Mudlark__PersistReply *reply)
{
	struct asking *q = ctx;
	q->reply = reply;
	ops_end(o, ops_explain(reply, q->absent));
}

int ask_persist(const struct args *a, const Mudlark__PersistCall *call, const char *absent,
		Mudlark__PersistReply **ret)
{
	struct asking q = { .call = call, .absent = absent };
	int status = ops_run(&(struct ops_conf){
		.args = a, .halt = -1, .up = on_up, .answer = on_answer, .ctx = &q });
	if (status == EXIT_DONE)
		*ret = q.reply;
	else if (q.reply)
		mudlark__persist_reply__free_unpacked(q.reply, NULL);
	return status;
}
