/*
 * ask_note.c - what is written down when an attempt or a scripted answer is over: what it cost, the audit, and
 * the conversation, all in one settlement.
 *
 * A conversation that could not be read is not written: it would take the place of one that is there.
 */
#include "aibridge/ask_inner.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "aibridge/audit.h"
#include "rt/log.h"

/* Documents of one settlement. */
struct note {
	struct buf audit, talk;
	char key[AUDIT_KEY_MAX];
	Mudlark__DocumentRow rows[2], *put[2];
	size_t n;
};

static void add_row(struct note *n, const char *collection, char *key, const struct buf *body)
{
	Mudlark__DocumentRow *row = &n->rows[n->n];

	mudlark__document_row__init(row);
	row->collection = (char *)collection;
	row->key = key;
	row->body.data = (uint8_t *)buf_p(body);
	row->body.len = body->n;
	n->put[n->n++] = row;
}

static void add_audit(struct note *n, const struct audit *a)
{
	audit_write(a, &n->audit);
	audit_key(n->key, a);
	add_row(n, AUDIT_COLLECTION, n->key, &n->audit);
}

/* What was heard, as the model is to see it next time. */
static void put_said(const struct ask *k, struct buf *out)
{
	for (size_t i = 0; i < k->answer.n_said; i++) {
		const struct sentence *s = &k->answer.v[i];

		if (i > 0)
			buf_addc(out, ' ');
		if (s->emote)
			buf_addc(out, '*');
		buf_add(out, buf_p(&s->text), s->text.n);
		if (s->emote)
			buf_addc(out, '*');
	}
}

/* True: the conversation is to be written. */
static bool add_talk(struct ask *k, struct note *n, struct span said)
{
	const Mudlark__AiAsk *q = k->q;
	struct talk_turn turn = {
		.player = { (char *)q->text.data, q->text.len },
		.npc = { arena_dup(&k->arena, said.p, said.n), said.n },
		.at_ms = clock_wall(k->all->env->clock),
	};

	if (k->topic)
		turn.topic = (struct span){ k->topic->key, strlen(k->topic->key) };
	if (!k->talk_known || k->is_forgotten || k->is_summary || said.n == 0)
		return false;
	talk_add(&k->arena, &k->talk, &turn, (size_t)k->all->conf->history);
	talk_save(&k->talk, q->who->name, &n->talk);
	add_row(n, TALK_COLLECTION, k->talk_key, &n->talk);
	return true;
}

static void settle(struct ask *k, struct note *n, Mudlark__LedgerSettle *s, bool with_talk)
{
	const struct ask_env *env = k->all->env;

	s->put = n->put;
	s->n_put = n->n;
	env->settle(env->ctx, s, with_talk ? k->talk_key : NULL);
	buf_done(&n->audit);
	buf_done(&n->talk);
}

static struct audit audit_of(const struct ask *k)
{
	return (struct audit){
		.at_ms = clock_wall(k->all->env->clock),
		.ask = k->q,
		.kind = k->is_summary ? "summary" : audit_kind(k->q),
		.provider = provider_name(AI_SCRIPTED),
		.model = "",
		.verdict = guard_verdict_name(k->answer.verdict),
		.error = k->cause,
		.ms = (ask_now(k) - k->since_us) / 1000,
	};
}

static const char *error_of(const struct ask *k)
{
	const struct call_result *r = &k->attempt.result;

	if (r->error == CALL_OK)
		return k->cause;
	return r->why[0] ? r->why : call_error_name(r->error);
}

void note_attempt(struct ask *k, bool with_talk)
{
	const struct ask_env *env = k->all->env;
	struct attempt *t = &k->attempt;
	Mudlark__LedgerSettle s = MUDLARK__LEDGER_SETTLE__INIT;
	struct note n = { 0 };
	struct audit a = audit_of(k);
	struct buf said = { 0 };

	put_said(k, &said);
	s.id = t->id;
	s.tokens = try_cost(t, &s.nanos);
	a.attempt = t->n;
	a.provider = t->with->provider.name;
	a.model = t->with->provider.model;
	a.request = t->request;
	a.said = k->is_summary ? buf_span(&k->answer.said) : buf_span(&said);
	a.answer = buf_span(&k->answer.raw);
	a.acts = buf_span(&k->answer.calls);
	a.error = error_of(k);
	a.in = t->result.usage.in;
	a.out = t->result.usage.out;
	a.nanos = s.nanos;
	if (t->request.n > 0)
		add_audit(&n, &a);
	with_talk = with_talk && add_talk(k, &n, buf_span(&said));
	t->is_open = false;
	settle(k, &n, &s, with_talk);
	buf_done(&said);
	if (s.tokens > 0)
		env->spent(env->ctx, t->with, s.tokens, s.nanos);
}

void note_scripted(struct ask *k)
{
	Mudlark__LedgerSettle s = MUDLARK__LEDGER_SETTLE__INIT;
	struct note n = { 0 };
	struct audit a = audit_of(k);
	struct buf said = { 0 };
	char id[ASK_ID_MAX];
	bool with_talk;

	put_said(k, &said);
	a.attempt = k->n_attempts + 1;
	a.said = a.answer = buf_span(&said);
	/* What was refused is in the audit of the attempt that wrote it. */
	a.verdict = guard_verdict_name(GUARD_OK);
	(void)snprintf(id, sizeof(id), "%016" PRIx64 "-%016" PRIx64 "-%u", k->all->instance, k->id,
		       a.attempt);
	s.id = id;
	add_audit(&n, &a);
	with_talk = add_talk(k, &n, a.answer);
	settle(k, &n, &s, with_talk);
	buf_done(&said);
}
