/*
 * ask_say.c - from pieces of text to sentences that are said: cut, cleaned, checked, moderated if that is
 * wanted, and told to the world in order.
 *
 * A sentence that does not pass ends the answer: the verdict is noted and the ask is made due, so that it ends
 * behind the provider's back and not within its call.
 */
#include "aibridge/ask_inner.h"

#include <stdlib.h>
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
	buf_done(&a->raw);
	buf_done(&a->calls);
}

void say_piece(struct ask *k, struct span piece)
{
	struct answer *a = &k->answer;

	buf_add(&a->raw, piece.p,
		piece.n < ASK_RAW_MAX - a->raw.n ? piece.n : ASK_RAW_MAX - a->raw.n);
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

static void propose(struct ask *k, const Mudlark__AiVerb *verb, char *target, json_t *arguments)
{
	struct answer *a = &k->answer;
	Mudlark__AiAct *act = arena_alloc(&k->arena, sizeof(*act));

	mudlark__ai_act__init(act);
	act->verb = verb->verb;
	if (target)
		act->target = target;
	if (!fill_act(k, act, member(arguments, "text"))) {
		log_debug("act_refused", LOG_ID("ask", k->id), LOG_STR("verb", verb->verb));
		return;
	}
	a->acts[a->n_acts++] = act;
	a->n_listed++;
}

/* A word of the model's own; NULL: it is not to be repeated. */
static char *own_word(struct ask *k, struct span s)
{
	struct buf clean = { 0 };
	char *word = NULL;

	text_clean(&clean, s);
	s = buf_span(&clean);
	s.n = text_cut(s, ASK_WORD_MAX);
	if (s.n == 0 || guard_check(k->all->guard, k->q, s, SPAN("")) == GUARD_OK)
		word = arena_dup(&k->arena, s.p, s.n);
	buf_done(&clean);
	return word;
}

/* What is not on the list is no act; but the world hears of it and says no, so that the model hears of it. */
static void pass_on(struct ask *k, const char *name, json_t *arguments)
{
	struct answer *a = &k->answer;
	Mudlark__AiAct *act = arena_alloc(&k->arena, sizeof(*act));

	log_debug("act_not_listed", LOG_ID("ask", k->id));
	mudlark__ai_act__init(act);
	act->verb = own_word(k, (struct span){ name, strlen(name) });
	act->target = own_word(k, member(arguments, "target"));
	if (act->verb && act->target)
		a->acts[a->n_acts++] = act;
}

/* For the audit; `listed`: it was one of the acts that were offered. */
static void note_call(struct answer *a, const char *name, json_t *arguments, bool listed)
{
	struct buf one = { 0 };
	char *text = json_dumps(arguments, JSON_COMPACT);

	buf_addc(&one, '{');
	json_member(&one, "verb");
	json_quote(&one, (struct span){ name, strlen(name) });
	if (text && strlen(text) <= ASK_CALLS_MAX / 2) {
		json_member(&one, "arguments");
		buf_adds(&one, text);
	}
	json_member(&one, "listed");
	buf_adds(&one, listed ? "true}" : "false}");
	if (a->calls.n + 1 + one.n <= ASK_CALLS_MAX) {
		if (a->calls.n > 0)
			buf_addc(&a->calls, ',');
		buf_add(&a->calls, buf_p(&one), one.n);
	}
	buf_done(&one);
	free(text);
}

/* What is said goes the way of all sentences, behind those that came before it. */
static void say_words(struct ask *k, bool emote, struct span words)
{
	struct buf text = { 0 };

	sentences_end(&k->answer.cutter);
	if (emote)
		buf_addc(&text, '*');
	buf_add(&text, words.p, words.n);
	if (emote)
		buf_addc(&text, '*');
	on_sentence(k, buf_span(&text));
	buf_done(&text);
}

void say_act(struct ask *k, const char *name, json_t *arguments)
{
	const Mudlark__AiVerb *verb = verb_of(k->q->view, name);
	struct answer *a = &k->answer;
	const bool emote = strcmp(name, "emote") == 0, stands = a->verdict == GUARD_OK;
	char *target = verb ? target_of(verb, member(arguments, "target")) : NULL;
	const bool listed = verb && (target || verb->n_targets == 0);

	note_call(a, name, arguments, listed);
	if (k->is_summary || !stands)
		return;
	if (listed && (emote || strcmp(name, "say") == 0))
		say_words(k, emote, member(arguments, "text"));
	else if (a->n_acts < ASK_ACTS && listed)
		propose(k, verb, target, arguments);
	else if (a->n_acts < ASK_ACTS)
		pass_on(k, name, arguments);
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
	a->n_acts = a->n_listed = 0;
	buf_reset(&a->said);
	scripted_answer(k->q, &k->talk, k->topic, &text);
	sentences_feed(&cutter, buf_span(&text));
	sentences_end(&cutter);
	sentences_done(&cutter);
	buf_done(&text);
}
