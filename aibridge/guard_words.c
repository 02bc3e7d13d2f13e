/*
 * guard_words.c - words that are never said.
 *
 * They are kept as hashes of their folded stems, so that the source does not print the built-in ones.  Each
 * word of a text is looked up as it is, with digits and signs read as letters, and with letters that
 * are drawn out ("sooo") drawn together; what is spelled letter by letter as one word.  Whole words only, so
 * that no harmless one is refused for what it has in it.
 */
#include "aibridge/guard_inner.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rt/map.h"
#include "rt/text.h"

enum { WORD_MAX_BYTES = 64, PHRASE_WORDS = 4, LINE_MAX_BYTES = 256 };

static const uint8_t key[16] = "mudlark.words.01";

/* The last one is no word of any language, for tests of an installation: m-u-d-l-a-r-k-c-a-n-a-r-y. */
static const uint64_t built_in[] = {
	0xda9854f2963ea8d7, 0x98b3f9ba5a8ba0c4, 0x6ee28a818c08d8c2, 0xb09f3c49afb6d690,
	0xd165ea4ab0dc79e8, 0xaf06a85c1da19b7e, 0x8f9348a080146460, 0xa8dd7445a1bac31b,
	0x649e6140ed082fe4, 0x37233097d2c5ca45, 0x0f0e639d2d5d4449, 0x7b2ee2d66a34f2e3,
	0xda5ba77a97fcb540, 0xee484806587e2ae9, 0x8e7750687cb319fd, 0x48e0f08e1da1fd7b,
};

static int order(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static void add(struct word_list *l, uint64_t hash)
{
	if (l->n == l->cap) {
		l->cap = l->cap ? l->cap * 2 : 64;
		l->hashes = base_realloc(l->hashes, l->cap, sizeof(*l->hashes));
	}
	l->hashes[l->n++] = hash;
}

void word_list_init(struct word_list *l)
{
	*l = (struct word_list){ 0 };
	for (size_t i = 0; i < ARRAY_LEN(built_in); i++)
		add(l, built_in[i]);
	qsort(l->hashes, l->n, sizeof(*l->hashes), order);
}

void word_list_done(struct word_list *l)
{
	free(l->hashes);
	*l = (struct word_list){ 0 };
}

/* Of words side by side, as stems, a space between them. */
static uint64_t hash_words(const struct span *words, size_t n)
{
	char joined[PHRASE_WORDS * (WORD_MAX_BYTES + 1)];
	size_t len = 0;

	for (size_t i = 0; i < n; i++) {
		struct span w = fold_stem(words[i]);

		w.n = w.n < WORD_MAX_BYTES ? w.n : WORD_MAX_BYTES;
		if (i)
			joined[len++] = ' ';
		memcpy(joined + len, w.p, w.n);
		len += w.n;
	}
	return map_siphash(key, joined, len);
}

int word_list_read(struct word_list *l, const char *file)
{
	char line[LINE_MAX_BYTES];
	FILE *f = fopen(file, "re");
	int r;

	if (!f)
		return -errno;
	while (fgets(line, sizeof(line), f)) {
		struct fold words;

		line[strcspn(line, "#\r\n")] = 0;
		fold_init(&words, (struct span){ line, strlen(line) },
			  FOLD_LOOKALIKES | FOLD_SIGNS);
		if (words.n && words.n <= PHRASE_WORDS)
			add(l, hash_words(words.words, words.n));
		fold_done(&words);
	}
	r = ferror(f) ? -EIO : 0;
	fclose(f);
	qsort(l->hashes, l->n, sizeof(*l->hashes), order);
	return r;
}

static bool is_listed(const struct word_list *l, const struct span *words, size_t n)
{
	const uint64_t hash = hash_words(words, n);

	return bsearch(&hash, l->hashes, l->n, sizeof(hash), order);
}

/* Digits and signs as the letters they stand for; `one`: what 1 and ! are. */
static char letter_of(char c, char one)
{
	static const char signs[] = "013457@$!89", letters[] = "o.eastas.bg";
	const char *at = c ? strchr(signs, c) : NULL;

	if (!at)
		return c;
	return letters[at - signs] == '.' ? one : letters[at - signs];
}

/* Letters that stand more than twice in a row stand `most` times. */
static size_t draw_together(char *dst, struct span w, size_t most)
{
	size_t n = 0;

	for (size_t i = 0; i < w.n;) {
		size_t run = 1;

		while (i + run < w.n && w.p[i + run] == w.p[i])
			run++;
		for (size_t k = 0; k < (run > 2 ? most : run); k++)
			dst[n++] = w.p[i];
		i += run;
	}
	return n;
}

static bool has_form(const struct word_list *l, struct span w)
{
	char drawn[WORD_MAX_BYTES];

	if (is_listed(l, &w, 1))
		return true;
	for (size_t most = 1; most <= 2; most++) {
		const size_t n = draw_together(drawn, w, most);
		const struct span d = { drawn, n };

		if (n != w.n && is_listed(l, &d, 1))
			return true;
	}
	return false;
}

static bool has_reading(const struct word_list *l, struct span w)
{
	static const char ones[] = { 'i', 'l' };
	char read[WORD_MAX_BYTES];

	if (has_form(l, w))
		return true;
	for (size_t i = 0; i < ARRAY_LEN(ones); i++) {
		for (size_t k = 0; k < w.n; k++)
			read[k] = letter_of(w.p[k], ones[i]);
		if (has_form(l, (struct span){ read, w.n }))
			return true;
	}
	return false;
}

static bool has_word(const struct word_list *l, struct span w)
{
	size_t n;

	if (w.n > WORD_MAX_BYTES)
		w.n = WORD_MAX_BYTES;
	/* "word!!" */
	for (n = w.n; n && strchr("!$@", w.p[n - 1]); n--)
		;
	return has_reading(l, w) || (n && n < w.n && has_reading(l, (struct span){ w.p, n }));
}

/* What is spelled with letters that stand alone. */
static bool has_spelled(const struct word_list *l, const struct fold *f)
{
	char word[WORD_MAX_BYTES];
	size_t n = 0;

	for (size_t i = 0; i <= f->n; i++) {
		const bool single = i < f->n && f->words[i].n == 1;

		if (single && n < sizeof(word))
			word[n++] = f->words[i].p[0];
		if (!single && n > 2 && has_word(l, (struct span){ word, n }))
			return true;
		if (!single)
			n = 0;
	}
	return false;
}

bool word_list_has(const struct word_list *l, struct span text)
{
	bool found = false;
	struct fold f;

	fold_init(&f, text, FOLD_LOOKALIKES | FOLD_SIGNS);
	for (size_t i = 0; i < f.n && !found; i++) {
		found = has_word(l, f.words[i]);
		for (size_t n = 2; n <= PHRASE_WORDS && i + n <= f.n && !found; n++)
			found = is_listed(l, &f.words[i], n);
	}
	found = found || has_spelled(l, &f);
	fold_done(&f);
	return found;
}
