/*
 * words.c - see words.h.
 */
#include "world/social/words.h"

#include <stdlib.h>
#include <string.h>

#include "rt/text.h"
#include "world/core/comp.h"
#include "world/social/speech.h"

struct words {
	struct word *first, *last;
	size_t n;
	struct strmap by_text;
};

struct words *words_new(void)
{
	struct words *t = base_alloc(1, sizeof(*t));

	strmap_init(&t->by_text, NULL);
	return t;
}

static void free_word(struct word *v)
{
	free(v->text);
	free(v->by);
	free(v);
}

void words_free(struct words *t)
{
	while (t->first) {
		struct word *v = t->first;

		t->first = v->next;
		free_word(v);
	}
	strmap_done(&t->by_text);
	free(t);
}

static void insert(struct words *t, struct span text, const char *by)
{
	struct word *v = base_alloc(1, sizeof(*v));

	v->text = base_dup(text.p, text.n);
	v->by = base_dup(by, strlen(by));
	v->prev = t->last;
	*(t->last ? &t->last->next : &t->first) = v;
	t->last = v;
	t->n++;
	strmap_put(&t->by_text, text, v);
}

static void remove_word(struct words *t, struct word *v)
{
	strmap_del(&t->by_text, (struct span){ v->text, strlen(v->text) });
	*(v->prev ? &v->prev->next : &t->first) = v->next;
	*(v->next ? &v->next->prev : &t->last) = v->prev;
	t->n--;
	free_word(v);
}

static size_t count(struct span text)
{
	size_t n = text.n > 0;

	for (size_t i = 0; i < text.n; i++)
		n += text.p[i] == ' ';
	return n;
}

static bool is_fit(struct span text)
{
	return text.n > 0 && text.n <= WORDS_BYTES && count(text) <= WORDS_IN_A_ROW;
}

static void store(struct world *w, struct span text, const char *by)
{
	struct buf key = { 0 }, body = { 0 };

	buf_addf(&key, "word:%.*s", (int)text.n, text.p);
	buf_addc(&key, '\0');
	if (by) {
		buf_addc(&body, '{');
		comp_save_text(&body, "by", by);
		buf_addc(&body, '}');
	}
	world_document(w, "speech", buf_p(&key), buf_span(&body));
	buf_done(&key);
	buf_done(&body);
}

int words_block(struct world *w, struct words *t, struct span typed, const char *by)
{
	struct buf text = { 0 };
	int r = 0;

	text_words(&text, typed);
	if (!is_fit(buf_span(&text))) {
		r = 1;
	} else if (t->n >= SPEECH_WORDS_MAX) {
		r = 2;
	} else if (!strmap_get(&t->by_text, buf_span(&text))) {
		insert(t, buf_span(&text), by);
		store(w, buf_span(&text), by);
	}
	buf_done(&text);
	return r;
}

bool words_unblock(struct world *w, struct words *t, struct span typed)
{
	struct buf text = { 0 };
	struct word *v;

	text_words(&text, typed);
	v = strmap_get(&t->by_text, buf_span(&text));
	if (v) {
		store(w, buf_span(&text), NULL);
		remove_word(t, v);
	}
	buf_done(&text);
	return v;
}

/* The length of the first so many words; all, when there are not so many. */
static size_t reach(struct span text, size_t n_words)
{
	size_t i = 0;

	for (; i < text.n; i++)
		if (text.p[i] == ' ' && !--n_words)
			break;
	return i;
}

static bool begins(const struct words *t, struct span text)
{
	for (size_t n = 1; n <= WORDS_IN_A_ROW; n++) {
		const size_t len = reach(text, n);

		if (strmap_get(&t->by_text, (struct span){ text.p, len }))
			return true;
		if (len == text.n)
			break;
	}
	return false;
}

bool words_find(const struct words *t, struct span text)
{
	struct buf words = { 0 };
	bool found = false;
	struct span rest;

	if (!t->n)
		return false;
	text_words(&words, text);
	for (rest = buf_span(&words); rest.n && !found;) {
		const size_t step = reach(rest, 1) + 1;

		found = begins(t, rest);
		rest.p += step < rest.n ? step : rest.n;
		rest.n -= step < rest.n ? step : rest.n;
	}
	buf_done(&words);
	return found;
}

const struct word *words_next(const struct words *t, const struct word *previous)
{
	return previous ? previous->next : t->first;
}

bool words_load(struct words *t, struct span text, const json_t *body)
{
	const char *by = json_string_value(json_object_get(body, "by"));

	if (!by || !is_fit(text) || t->n >= SPEECH_WORDS_MAX || strmap_get(&t->by_text, text))
		return false;
	insert(t, text, by);
	return true;
}
