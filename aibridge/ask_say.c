/*
 * ask_say.c - from pieces of text to sentences that are said: cut, cleaned, checked, moderated if that is
 * wanted, and told to the world in order.
 *
 * A sentence that does not pass ends the answer: the verdict is noted and the ask is made due, so that it ends
 * behind the provider's back and not within its call.
 */
#include "aibridge/ask_inner.h"

#include <string.h>

#include "aibridge/scripted.h"
#include "rt/log.h"
#include "rt/text.h"

enum { SUMMARY_MAX = 4096 };

static void soon(struct ask *k)
{
	k->due_us = ask_now(k);
}

static void refuse(struct ask *k, enum guard_verdict v)
{
	const struct ask_env *env = k->all->env;

	k->answer.verdict = v;
	ask_cause(k, "guard: %s", guard_verdict_name(v));
	log_info("answer_refused", LOG_ID("ask", k->id), LOG_STR("npc", k->q->view->npc),
		 LOG_STR("verdict", guard_verdict_name(v)));
	env->guarded(env->ctx, v);
	soon(k);
}

static void tell(struct ask *k, const struct sentence *s, bool own)
{
	Mudlark__WorldIn m = MUDLARK__WORLD_IN__INIT;
	Mudlark__AiSaid said = MUDLARK__AI_SAID__INIT;
	const struct span text = buf_span(&s->text);

	said.ask = k->id;
	said.n = (uint32_t)++k->answer.n_said;
	said.text.data = (uint8_t *)text.p;
	said.text.len = text_cut(text, SENTENCE_MAX);
	said.emote = s->emote;
	said.own = own;
	m.body_case = MUDLARK__WORLD_IN__BODY_AI_SAID;
	m.ai_said = &said;
	k->all->env->tell(k->all->env->ctx, &m);
}

/* Moderation */

static void send_off(struct ask *k);

static void on_moderated(void *ctx, const struct call_result *r, bool flagged)
{
	struct ask *k = ctx;
	struct answer *a = &k->answer;

	a->moderation = NULL;
	soon(k);
	/* What cannot be checked is not said. */
	if (flagged || r->error != CALL_OK) {
		refuse(k, GUARD_MODERATED);
		if (r->error != CALL_OK)
			ask_cause(k, "moderation: %s", call_error_name(r->error));
		return;
	}
	while (a->n_said < a->n_sent_off)
		tell(k, &a->v[a->n_said], false);
	if (k->state == ASK_CALLING)
		k->due_us = k->limit_us;
	send_off(k);
}

static void send_off(struct ask *k)
{
	const struct ask_env *env = k->all->env;
	struct answer *a = &k->answer;
	struct buf text = { 0 };

	if (a->moderation || a->n_sent_off == a->n)
		return;
	for (; a->n_sent_off < a->n; a->n_sent_off++) {
		const struct span s = buf_span(&a->v[a->n_sent_off].text);

		buf_add(&text, s.p, s.n);
		buf_addc(&text, '\n');
	}
	a->moderation = env->moderate(env->ctx, &k->all->roster->moderator->provider,
				      buf_span(&text), k->limit_us, on_moderated, k);
	buf_done(&text);
	k->due_us = k->limit_us;
	if (!a->moderation)
		refuse(k, GUARD_MODERATED);
}

bool say_is_checking(const struct ask *k)
{
	const struct answer *a = &k->answer;

	return a->verdict == GUARD_OK && a->n_said < a->n;
}

void say_stop(struct ask *k)
{
	const struct ask_env *env = k->all->env;

	if (k->answer.moderation)
		env->cancel(env->ctx, k->answer.moderation);
	k->answer.moderation = NULL;
}

/* Sentences */

static void go_on(struct ask *k)
{
	struct answer *a = &k->answer;

	if (k->all->roster->moderator)
		send_off(k);
	else
		while (a->n_said < a->n)
			tell(k, &a->v[a->n_said], false);
}

static struct sentence *cleaned(struct ask *k, struct span sentence)
{
	struct answer *a = &k->answer;
	struct sentence *s = &a->v[a->n];

	buf_reset(&s->text);
	s->emote = false;
	guard_clean(k->q, sentence, &s->text, &s->emote);
	return s->text.n > 0 ? s : NULL;
}

/* In this answer: nobody says the same thing twice in one breath. */
static bool was_said(const struct answer *a, const struct sentence *s)
{
	for (size_t i = 0; i < a->n; i++)
		if (text_eq_fold(buf_span(&a->v[i].text), buf_span(&s->text)))
			return true;
	return false;
}

static void on_sentence(void *ctx, struct span sentence)
{
	struct ask *k = ctx;
	struct answer *a = &k->answer;
	const struct sentence *s;
	enum guard_verdict v;

	if (a->verdict != GUARD_OK || a->n == ASK_SENTENCES)
		return;
	s = cleaned(k, sentence);
	if (!s)
		return;
	if (was_said(a, s))
		return;
	v = guard_check(k->all->guard, k->q, buf_span(&s->text), buf_span(&a->said));
	if (v == GUARD_EMPTY)
		return;
	if (v != GUARD_OK) {
		refuse(k, v);
		return;
	}
	k->all->env->guarded(k->all->env->ctx, GUARD_OK);
	if (a->said.n > 0)
		buf_addc(&a->said, ' ');
	buf_add(&a->said, buf_p(&s->text), s->text.n);
	a->n++;
	go_on(k);
}

void say_init(struct ask *k)
{
	k->answer.cutter.fn = on_sentence;
	k->answer.cutter.ctx = k;
}

void say_done(struct ask *k)
{
	struct answer *a = &k->answer;

	sentences_done(&a->cutter);
	for (size_t i = 0; i < ASK_SENTENCES; i++)
		buf_done(&a->v[i].text);
	buf_done(&a->said);
}

void say_piece(struct ask *k, struct span piece)
{
	struct answer *a = &k->answer;

	if (!k->is_summary)
		sentences_feed(&a->cutter, piece);
	else if (a->said.n + piece.n <= SUMMARY_MAX)
		buf_add(&a->said, piece.p, piece.n);
}

void say_rest(struct ask *k)
{
	if (!k->is_summary)
		sentences_end(&k->answer.cutter);
}

/* Acts */

static const Mudlark__AiVerb *verb_of(const Mudlark__AiView *v, const char *name)
{
	for (size_t i = 0; i < v->n_may; i++)
		if (strcmp(v->may[i]->verb, name) == 0)
			return v->may[i];
	return NULL;
}

static struct span member(json_t *arguments, const char *name)
{
	const json_t *j = json_object_get(arguments, name);

	return json_is_string(j) ? (struct span){ json_string_value(j), json_string_length(j) }
				 : SPAN("");
}

/* The name as the view has it; NULL: it is none of them. */
static char *target_of(const Mudlark__AiVerb *verb, struct span name)
{
	for (size_t i = 0; i < verb->n_targets; i++)
		if (text_eq_fold(name, (struct span){ verb->targets[i], strlen(verb->targets[i]) }))
			return verb->targets[i];
	return NULL;
}

static bool fill_act(struct ask *k, Mudlark__AiAct *act, struct span text)
{
	struct buf clean = { 0 };
	struct span s;

	text_clean(&clean, text);
	s = buf_span(&clean);
	s.n = text_cut(s, ASK_ACT_MAX);
	act->text.data = (uint8_t *)arena_dup(&k->arena, s.p, s.n);
	act->text.len = s.n;
	buf_done(&clean);
	s.p = (char *)act->text.data;
	return s.n == 0 ||
	       guard_check(k->all->guard, k->q, s, buf_span(&k->answer.said)) == GUARD_OK;
}

static void propose(struct ask *k, const Mudlark__AiVerb *verb, json_t *arguments)
{
	struct answer *a = &k->answer;
	Mudlark__AiAct *act = arena_alloc(&k->arena, sizeof(*act));

	mudlark__ai_act__init(act);
	act->verb = verb->verb;
	if (verb->n_targets > 0)
		act->target = target_of(verb, member(arguments, "target"));
	if (act->target && fill_act(k, act, member(arguments, "text")))
		a->acts[a->n_acts++] = act;
	else
		log_debug("act_refused", LOG_ID("ask", k->id), LOG_STR("verb", verb->verb));
}

void say_act(struct ask *k, const char *name, json_t *arguments)
{
	const Mudlark__AiVerb *verb = verb_of(k->q->view, name);
	struct answer *a = &k->answer;
	struct buf emote = { 0 };

	if (!verb || k->is_summary || a->verdict != GUARD_OK) {
		log_debug("act_unknown", LOG_ID("ask", k->id));
		return;
	}
	/* What is said goes the way of all sentences, behind those that came before it. */
	if (strcmp(name, "say") == 0 || strcmp(name, "emote") == 0)
		sentences_end(&a->cutter);
	if (strcmp(name, "say") == 0) {
		on_sentence(k, member(arguments, "text"));
	} else if (strcmp(name, "emote") == 0) {
		const struct span text = member(arguments, "text");

		buf_addc(&emote, '*');
		buf_add(&emote, text.p, text.n);
		buf_addc(&emote, '*');
		on_sentence(k, buf_span(&emote));
		buf_done(&emote);
	} else if (a->n_acts < ASK_ACTS) {
		propose(k, verb, arguments);
	}
}

/* Without a model */

static void on_line(void *ctx, struct span sentence)
{
	struct ask *k = ctx;

	if (k->answer.n < ASK_SENTENCES && cleaned(k, sentence)) {
		const struct sentence *s = &k->answer.v[k->answer.n++];

		if (k->answer.said.n > 0)
			buf_addc(&k->answer.said, ' ');
		buf_add(&k->answer.said, buf_p(&s->text), s->text.n);
		tell(k, s, true);
	}
}

void say_scripted(struct ask *k)
{
	struct answer *a = &k->answer;
	struct buf text = { 0 };
	struct sentences cutter = { .fn = on_line, .ctx = k };

	a->n = a->n_sent_off = a->n_said;
	a->n_acts = 0;
	buf_reset(&a->said);
	scripted_answer(k->q, &k->talk, k->topic, &text);
	sentences_feed(&cutter, buf_span(&text));
	sentences_end(&cutter);
	sentences_done(&cutter);
	buf_done(&text);
}
