/*
 * mind_hear.c - who is meant by what is said aloud.
 *
 * A player means whom he names at the beginning or end of a line, or whom he is talking with, or the one
 * there is when the two are alone.  Who greets everybody is answered by one of them.
 *
 * An npc means nobody, except that what it answers a player may draw in another whom it names: who then
 * answers that player, when the first has finished.  That goes no deeper than MIND_DEPTH, and once a
 * minute for two of them, so however talkative a model is, they fall silent.
 */
#include "world/mind/mind_inner.h"

#include <string.h>

#include "rt/text.h"
#include "world/cmd/target.h"
#include "world/core/name.h"
#include "world/core/place.h"
#include "world/core/player.h"
#include "world/core/timer.h"
#include "world/core/world.h"
#include "world/mind/bond.h"

enum { FRONT_WORDS = 2, PAIR_S = 60, BACK_WORDS = 1 };

struct ent mind_next(const struct world *w, struct ent room, struct ent previous)
{
	struct ent e = ent_is(previous) ? place_next(w, previous) : place_first(w, room);

	for (; ent_is(e); e = place_next(w, e)) {
		const enum ent_kind kind = ent_kind(w, e);

		if (kind == KIND_PLAYER) /* they are behind all others */
			return ENT_NONE;
		if (kind == KIND_NPC && mind_is(w, e))
			return e;
	}
	return ENT_NONE;
}

/* ---- names ---- */

enum { NAMED_MAX = FRONT_WORDS + BACK_WORDS };

/* Where a name stands that calls somebody: the first words, and the last. */
struct calls {
	struct span words[NAMED_MAX];
	size_t n;
};

static struct span bare(struct span word)
{
	static const char signs[] = ",.;:!?'\"()-";

	while (word.n && strchr(signs, *word.p)) {
		word.p++;
		word.n--;
	}
	while (word.n && strchr(signs, word.p[word.n - 1]))
		word.n--;
	return word;
}

static void find_calls(struct span text, struct calls *ret)
{
	struct span word, last = { 0 };
	size_t n = 0;

	ret->n = 0;
	while ((word = text_word(&text)).n) {
		word = bare(word);
		if (!word.n)
			continue;
		if (n++ < FRONT_WORDS)
			ret->words[ret->n++] = word;
		else
			last = word;
	}
	if (last.n)
		ret->words[ret->n++] = last;
}

static bool is_called(const struct world *w, struct ent e, const struct calls *calls)
{
	const struct name *name = name_get(w, e);

	for (size_t i = 0; name && i < calls->n; i++)
		for (size_t k = 0; k < name->called.n_words; k++) {
			const char *word = name->called.words[k];

			if (text_eq_fold(calls->words[i], (struct span){ word, strlen(word) }))
				return true;
		}
	return false;
}

/* Another player who is there is meant. */
static bool calls_player(const struct world *w, struct ent speaker, const struct calls *calls)
{
	for (size_t i = 0; i < calls->n; i++) {
		struct ent e = player_by_name(w, calls->words[i]);

		if (ent_is(e) && !ent_same(e, speaker) && target_visible(w, speaker, e) &&
		    ent_same(place_room(w, e), place_room(w, speaker)))
			return true;
	}
	return false;
}

/* As far as the npc perceives. */
static bool is_only_player(const struct world *w, struct ent npc, struct ent player)
{
	struct ent e = place_first_player(w, place_room(w, npc));

	while (ent_is(e) && (ent_same(e, player) || !target_visible(w, npc, e)))
		e = place_next(w, e);
	return !ent_is(e);
}

/* ---- a player speaks ---- */

/* With whom the player has been talking of late. */
static struct ent partner(struct world *w, struct ent player, struct ent room)
{
	const struct talker *k = map64_get(&w->minds->talkers, ent_id(w, player));
	struct ent npc = k && k->npc && w->tick < k->until ? ent_by_id(w, k->npc) : ENT_NONE;

	return ent_is(npc) && ent_same(place_room(w, npc), room) ? npc : ENT_NONE;
}

struct ent mind_partner(struct world *w, struct ent player)
{
	struct ent room = place_room(w, player), with = partner(w, player, room);
	struct ent first = mind_next(w, room, ENT_NONE);

	if (ent_is(with))
		return with;
	return ent_is(first) && !ent_is(mind_next(w, room, first)) ? first : ENT_NONE;
}

static struct ent meant_by(struct world *w, struct ent player, struct ent first, struct span text)
{
	struct ent room = place_room(w, player), with = partner(w, player, room), npc;
	struct calls calls;

	find_calls(text, &calls);
	if (ent_is(with) && is_called(w, with, &calls))
		return with;
	for (npc = first; ent_is(npc); npc = mind_next(w, room, npc))
		if (is_called(w, npc, &calls))
			return npc;
	if (calls_player(w, player, &calls))
		return ENT_NONE;
	if (ent_is(with))
		return with;
	return !ent_is(mind_next(w, room, first)) && is_only_player(w, first, player) ? first
										      : ENT_NONE;
}

/* ---- an npc speaks ---- */

/* The two of them had no such talk for a minute. */
static bool note_pair(struct world *w, uint64_t x, uint64_t y)
{
	struct minds *m = w->minds;
	const uint64_t a = x < y ? x : y, b = x < y ? y : x;

	for (size_t i = 0; i < PAIRS_MAX; i++)
		if (m->pairs[i].a == a && m->pairs[i].b == b &&
		    w->tick < m->pairs[i].tick + timer_seconds(w, PAIR_S))
			return false;
	m->pairs[m->n_pairs % PAIRS_MAX].a = a;
	m->pairs[m->n_pairs % PAIRS_MAX].b = b;
	m->pairs[m->n_pairs++ % PAIRS_MAX].tick = w->tick;
	return true;
}

static void draw_in(struct world *w, struct ent speaker, struct ent other, struct span text)
{
	struct ent player = ent_by_id(w, w->minds->speaking.player);
	const struct thoughts *t = mind_thoughts(w, speaker);
	struct buf said = { 0 };

	if (!ent_is(player) || !note_pair(w, ent_id(w, speaker), ent_id(w, other)))
		return;
	/* By whom is in what it has heard; a name here would be taken for what it is about. */
	buf_addf(&said, "(another said, before me:) %.*s", (int)text_cut(text, MIND_LINE_MAX),
		 text.p);
	mind_queue(w, other,
		   (struct mind_ask){ .player = ent_id(w, player),
				      .why = MIND_SAY,
				      .depth = w->minds->speaking.depth + 1,
				      .text = base_dup(buf_p(&said), said.n),
				      .after = ent_id(w, speaker),
				      .after_ask = t->slot.generation });
	buf_done(&said);
}

/* The next of the sentences that were said together; empty at the end. */
static struct span next_sentence(struct span *rest)
{
	struct span one = text_trim(*rest);
	size_t n = 0;

	while (n < one.n && !(n && one.p[n] == ' ' && strchr(".!?", one.p[n - 1])))
		n++;
	*rest = (struct span){ one.p + n, one.n - n };
	one.n = n;
	return one;
}

/* Each sentence calls for itself, though several were said together. */
static void hear_npc(struct world *w, struct ent speaker, struct ent first, struct span text)
{
	struct calls calls;
	struct span rest = text, one;

	if (!w->minds->speaking.player || w->minds->speaking.depth >= MIND_DEPTH)
		return;
	while ((one = next_sentence(&rest)).n) {
		find_calls(one, &calls);
		for (struct ent e = first; ent_is(e); e = mind_next(w, place_room(w, speaker), e))
			if (!ent_same(e, speaker) && is_called(w, e, &calls)) {
				draw_in(w, speaker, e, text);
				return;
			}
	}
}

/* ---- good day to all ---- */

/* A greeting to nobody in particular. */
static bool is_greeting(struct span text)
{
	static const char *const words[] = { "hello", "hallo", "hullo", "hi", "hey", "greetings" };
	static const char *const days[] = { "day", "morning", "afternoon", "evening" };
	struct span word = bare(text_word(&text));

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (text_eq_fold(word, (struct span){ words[i], strlen(words[i]) }))
			return true;
	if (!text_eq_fold(word, SPAN("good")))
		return false;
	word = bare(text_word(&text));
	for (size_t i = 0; i < ARRAY_LEN(days); i++)
		if (text_eq_fold(word, (struct span){ days[i], strlen(days[i]) }))
			return true;
	return false;
}

/* Who answers it: the first who knows the player, or the first; nobody when another player is greeted. */
static struct ent greeted_by(struct world *w, struct ent player, struct ent first, struct span text)
{
	struct calls calls;

	find_calls(text, &calls);
	if (!is_greeting(text) || calls_player(w, player, &calls))
		return ENT_NONE;
	for (struct ent e = first; ent_is(e); e = mind_next(w, place_room(w, player), e)) {
		const struct bond *b = bond_get(w, player, mind_key(w, e));

		if (b && b->met)
			return e;
	}
	return first;
}

void mind_hear(struct world *w, struct ent speaker, struct span text)
{
	struct ent first = mind_next(w, place_room(w, speaker), ENT_NONE), npc;

	if (!ent_is(first))
		return;
	if (ent_kind(w, speaker) != KIND_PLAYER) {
		hear_npc(w, speaker, first, text);
		return;
	}
	npc = meant_by(w, speaker, first, text);
	if (!ent_is(npc))
		npc = greeted_by(w, speaker, first, text);
	if (ent_is(npc))
		mind_turn_to(w, npc, speaker, MIND_SAY, text);
}
