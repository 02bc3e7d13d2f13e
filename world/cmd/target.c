/*
 * target.c - see target.h.  Parsing is pure; finding walks lists in order of arrival, so that the
 * same words mean the same thing in every run.
 */
#include "world/cmd/target.h"

#include <string.h>
#include "rt/text.h"
#include "world/core/name.h"
#include "world/core/place.h"
#include "world/core/player.h"
#include "world/core/say.h"
#include "world/core/world.h"

static const char *const articles[] = { "a", "an", "the", "some", "my", "of" };

static bool is_word(struct span word, const char *text)
{
	return text_eq_fold(word, (struct span){ text, strlen(text) });
}

static bool is_number(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return s.n;
}

/* Of digits; 0: too large. */
static uint32_t number(struct span s)
{
	uint32_t v = 0;

	for (size_t i = 0; i < s.n; i++)
		v = v * 10 + (uint32_t)(s.p[i] - '0');
	return s.n <= 6 ? v : 0;
}

/* "2.penny", "all.coin", "3*penny": takes the count off the first word. False: nonsense. */
static bool take_count(struct span *phrase, struct target *t)
{
	struct span rest = *phrase, first = text_word(&rest), count = first;
	const char *sign = NULL;
	uint32_t v;

	for (size_t i = 0; i < first.n && !sign; i++)
		if (first.p[i] == '.' || first.p[i] == '*')
			sign = first.p + i;
	if (sign)
		count.n = (size_t)(sign - first.p);
	if (is_word(count, "all")) {
		t->most = UINT32_MAX;
	} else if (is_number(count)) {
		if (!(v = number(count)))
			return false;
		if (sign && *sign == '.')
			t->first = v;
		else
			t->most = v;
	} else {
		return true;
	}
	phrase->p += count.n + (sign != NULL);
	phrase->n -= count.n + (sign != NULL);
	return true;
}

bool target_parse(struct span phrase, struct target *ret)
{
	struct target t = { .first = 1, .most = 1 };
	struct span word, rest;

	phrase = text_trim(phrase);
	if (!phrase.n || !take_count(&phrase, &t))
		return false;
	rest = phrase = text_trim(phrase);
	while ((word = text_word(&rest)).n) {
		bool is_article = false;

		for (size_t i = 0; i < ARRAY_LEN(articles); i++)
			is_article |= is_word(word, articles[i]);
		if (is_article && !(text_trim(rest).n == 0 && !t.n_words))
			continue;
		if (t.n_words == TARGET_WORDS)
			return false;
		if (!t.n_words)
			t.text = (struct span){ word.p, (size_t)(phrase.p + phrase.n - word.p) };
		t.words[t.n_words++] = word;
	}
	if (!t.n_words && t.most != UINT32_MAX)
		return false;
	*ret = t;
	return true;
}

bool target_split(struct span args, const char *between, struct span *ret_what,
		  struct span *ret_where)
{
	struct span rest = args, word;

	*ret_what = text_trim(args);
	*ret_where = (struct span){ 0 };
	text_word(&rest);
	while ((word = text_word(&rest)).n) {
		struct span list = { between, strlen(between) }, one;

		while ((one = text_word(&list)).n) {
			if (!text_eq_fold(one, word) || !text_trim(rest).n)
				continue;
			*ret_what = text_trim((struct span){ args.p, (size_t)(word.p - args.p) });
			*ret_where = text_trim(rest);
			return true;
		}
	}
	return false;
}

/* How well a typed word, or its singular, fits one word of a name. */
static int word_fits(struct span typed, const char *word)
{
	struct span whole = { word, strlen(word) }, singular = { typed.p, typed.n - 1 };

	if (text_eq_fold(whole, typed))
		return 2;
	if (typed.n > 2 && (typed.p[typed.n - 1] | 0x20) == 's' && text_eq_fold(whole, singular))
		return 2;
	return text_prefix_fold(whole, typed) ? 1 : 0;
}

/* Fits one of the name's words, or a word of its plural. */
static int best_fit(struct span typed, const char *const *words, size_t n_words, const char *plural)
{
	struct span rest = { plural ? plural : "", plural ? strlen(plural) : 0 }, word;
	int best = 0;

	for (size_t i = 0; i < n_words && best < 2; i++) {
		int fit = word_fits(typed, words[i]);

		best = fit > best ? fit : best;
	}
	while (best < 2 && (word = text_word(&rest)).n)
		if (text_eq_fold(word, typed))
			best = 2;
	return best;
}

int target_fits(const struct target *t, const char *const *words, size_t n_words,
		const char *plural)
{
	int worst = 2;

	for (size_t i = 0; i < t->n_words && worst; i++) {
		int fit = best_fit(t->words[i], words, n_words, t->most > 1 ? plural : NULL);

		worst = fit < worst ? fit : worst;
	}
	return worst;
}

bool target_visible(const struct world *w, struct ent actor, struct ent e)
{
	const struct player *p = player_get(w, e), *viewer = player_get(w, actor);

	if (!p || !p->hidden || ent_same(e, actor))
		return true;
	return viewer && viewer->role >= ROLE_ADMIN;
}

/* Appends what is in one place and fits at least this well. */
static size_t collect(struct world *w, struct ent actor, const struct target *t, struct ent owner,
		      unsigned kinds, int fit, struct ent *list)
{
	size_t n = 0;

	for (struct ent e = place_first(w, owner); ent_is(e); e = place_next(w, e)) {
		const struct name *name = name_get(w, e);

		if (ent_kind(w, e) == KIND_PLAYER && !(kinds & 1u << KIND_PLAYER))
			break;
		if (!(kinds & 1u << ent_kind(w, e)) || !name || !target_visible(w, actor, e))
			continue;
		if (ent_same(e, actor) || target_fits(t, name->called.words, name->called.n_words,
						      name->called.plural) < fit)
			continue;
		list[n++] = e;
	}
	return n;
}

size_t target_find(struct world *w, struct ent actor, const struct target *t,
		   const struct target_places *in, unsigned kinds, struct ent **ret)
{
	struct ent *list;
	size_t room = 1, n = 0;

	for (size_t i = 0; i < TARGET_PLACES; i++)
		room += place_count(w, in->owner[i]);
	list = arena_alloc(&w->scratch, room * sizeof(*list));
	for (int fit = 2; fit > 0 && !n; fit--)
		for (size_t i = 0; i < TARGET_PLACES; i++)
			if (ent_is(in->owner[i]))
				n += collect(w, actor, t, in->owner[i], kinds, fit, list + n);
	if (n < t->first)
		return 0;
	*ret = list + t->first - 1;
	n -= t->first - 1;
	return n < t->most ? n : t->most;
}

struct ent target_one(struct world *w, struct ent actor, struct span phrase, unsigned kinds)
{
	struct target_places in = { { actor, place_owner(w, actor) } };
	struct target t;
	struct ent *list;

	phrase = text_trim(phrase);
	if (kinds & 1u << ent_kind(w, actor) &&
	    (is_word(phrase, "me") || is_word(phrase, "myself") || is_word(phrase, "self")))
		return actor;
	if (kinds & 1u << KIND_ROOM && (is_word(phrase, "here") || is_word(phrase, "room")))
		return place_room(w, actor);
	if (!target_parse(phrase, &t) || !t.n_words)
		return ENT_NONE;
	t.most = 1;
	if (target_find(w, actor, &t, &in, kinds, &list))
		return list[0];
	if (kinds & 1u << ent_kind(w, actor) && word_fits(phrase, name_of(w, actor)) == 2)
		return actor;
	return ENT_NONE;
}

void target_none(struct world *w, struct ent actor, const char *before, struct span phrase,
		 const char *after)
{
	struct buf *out = say_begin(w, actor);
	struct target t;

	if (target_parse(phrase, &t) && t.n_words)
		phrase = t.text;
	buf_adds(out, before);
	say_escape(out, (struct span){ phrase.p, text_cut(phrase, 60) });
	buf_adds(out, after);
	say_end(w);
}
