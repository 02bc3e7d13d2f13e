/*
 * fold.c - see fold.h.
 */
#include "aibridge/fold.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "rt/text.h"

struct lookalike {
	int32_t c;
	char as;
};

/* After case folding and NFKC. */
static const struct lookalike lookalikes[] = {
	/* Cyrillic */
	{ 0x430, 'a' },
	{ 0x432, 'b' },
	{ 0x435, 'e' },
	{ 0x437, '3' },
	{ 0x43a, 'k' },
	{ 0x43c, 'm' },
	{ 0x43d, 'h' },
	{ 0x43e, 'o' },
	{ 0x440, 'p' },
	{ 0x441, 'c' },
	{ 0x442, 't' },
	{ 0x443, 'y' },
	{ 0x445, 'x' },
	{ 0x44c, 'b' },
	{ 0x455, 's' },
	{ 0x456, 'i' },
	{ 0x458, 'j' },
	{ 0x4af, 'y' },
	{ 0x4bb, 'h' },
	{ 0x4cf, 'l' },
	{ 0x501, 'd' },
	{ 0x51b, 'q' },
	{ 0x51d, 'w' },
	/* Greek */
	{ 0x3b1, 'a' },
	{ 0x3b2, 'b' },
	{ 0x3b3, 'y' },
	{ 0x3b5, 'e' },
	{ 0x3b6, 'z' },
	{ 0x3b7, 'n' },
	{ 0x3b9, 'i' },
	{ 0x3ba, 'k' },
	{ 0x3bc, 'm' },
	{ 0x3bd, 'v' },
	{ 0x3bf, 'o' },
	{ 0x3c1, 'p' },
	{ 0x3c4, 't' },
	{ 0x3c5, 'u' },
	{ 0x3c7, 'x' },
	{ 0x3c9, 'w' },
	/* Armenian */
	{ 0x570, 'h' },
	{ 0x578, 'n' },
	{ 0x57d, 'u' },
	{ 0x581, 'g' },
	{ 0x585, 'o' },
	/* Latin: without a dot, with a stroke, of phonetic alphabets, small capitals */
	{ 0xf8, 'o' },
	{ 0x111, 'd' },
	{ 0x131, 'i' },
	{ 0x142, 'l' },
	{ 0x192, 'f' },
	{ 0x251, 'a' },
	{ 0x261, 'g' },
	{ 0x262, 'g' },
	{ 0x269, 'i' },
	{ 0x26a, 'i' },
	{ 0x274, 'n' },
	{ 0x280, 'r' },
	{ 0x28f, 'y' },
	{ 0x299, 'b' },
	{ 0x29c, 'h' },
	{ 0x29f, 'l' },
	{ 0x1d00, 'a' },
	{ 0x1d04, 'c' },
	{ 0x1d05, 'd' },
	{ 0x1d07, 'e' },
	{ 0x1d0a, 'j' },
	{ 0x1d0b, 'k' },
	{ 0x1d0d, 'm' },
	{ 0x1d0f, 'o' },
	{ 0x1d18, 'p' },
	{ 0x1d1b, 't' },
	{ 0x1d1c, 'u' },
	{ 0x1d20, 'v' },
	{ 0x1d21, 'w' },
	{ 0x1d22, 'z' },
	{ 0xa730, 'f' },
	{ 0xa731, 's' },
	/* punctuation that makes addresses */
	{ 0x2044, '/' },
	{ 0x2215, '/' },
	{ 0x2236, ':' },
	{ 0x3002, '.' },
};

struct run {
	int32_t from, to;
};

/* Signs with a letter in them that NFKC leaves alone: negative circled and squared, of flags. */
static const struct run letter_signs[] = { { 0x1f150, 0x1f169 },
					   { 0x1f170, 0x1f189 },
					   { 0x1f1e6, 0x1f1ff } };

/* Thai and Lao, kana, Han, Hangul: each character is a word. */
static const struct run spaceless[] = {
	{ 0xe00, 0xeff },   { 0x3040, 0x30ff }, { 0x3400, 0x4dbf },
	{ 0x4e00, 0x9fff }, { 0xac00, 0xd7a3 }, { 0x20000, 0x3134f },
};

static bool is_in(const struct run *runs, size_t n, int32_t c)
{
	for (size_t i = 0; i < n; i++) {
		if (c >= runs[i].from && c <= runs[i].to)
			return true;
	}
	return false;
}

static int32_t latin(int32_t c)
{
	for (size_t i = 0; i < ARRAY_LEN(letter_signs); i++) {
		if (c >= letter_signs[i].from && c <= letter_signs[i].to)
			return 'a' + (c - letter_signs[i].from);
	}
	for (size_t i = 0; i < ARRAY_LEN(lookalikes); i++) {
		if (lookalikes[i].c == c)
			return lookalikes[i].as;
	}
	return c;
}

static size_t decode(struct span s, int32_t *ret)
{
	utf8proc_ssize_t r;

	if ((unsigned char)s.p[0] < 0x80) {
		*ret = s.p[0];
		return 1;
	}
	r = utf8proc_iterate((const uint8_t *)s.p, (utf8proc_ssize_t)(s.n > 4 ? 4 : s.n), ret);
	if (r > 0)
		return (size_t)r;
	*ret = 0xfffd;
	return 1;
}

static void add_point(struct buf *out, int32_t c)
{
	char *p;

	if (c < 0x80) {
		buf_addc(out, (char)c);
		return;
	}
	p = buf_reserve(out, 4);
	buf_commit(out, (size_t)utf8proc_encode_char(c, (uint8_t *)p));
}

static void add_latin(struct buf *out, struct span s)
{
	for (size_t i = 0; i < s.n;) {
		int32_t c;

		i += decode((struct span){ s.p + i, s.n - i }, &c);
		add_point(out, c < 0x80 ? c : latin(c));
	}
}

/* Control characters are spaces here; true when there is more than ASCII. */
static bool add_lower(struct buf *out, struct span s)
{
	bool beyond = false;

	for (size_t i = 0; i < s.n; i++) {
		const char c = s.p[i];

		beyond = beyond || (unsigned char)c >= 0x80;
		if (c >= 'A' && c <= 'Z')
			buf_addc(out, (char)(c + ('a' - 'A')));
		else
			buf_addc(out, (unsigned char)c < 0x20 || c == 0x7f ? ' ' : c);
	}
	return beyond;
}

void fold_text(struct buf *out, struct span text, unsigned how)
{
	struct buf lower = { 0 }, clean = { 0 };
	uint8_t *folded = NULL;
	utf8proc_ssize_t n;

	if (!add_lower(&lower, text)) {
		buf_add(out, buf_p(&lower), lower.n);
		buf_done(&lower);
		return;
	}
	text_clean(&clean, buf_span(&lower));
	n = utf8proc_map((const uint8_t *)buf_p(&clean), (utf8proc_ssize_t)clean.n, &folded,
			 UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD |
				 UTF8PROC_STRIPMARK | UTF8PROC_IGNORE);
	if (n < 0)
		abort(); /* memory: the text itself is valid by now */
	if (how & FOLD_LOOKALIKES)
		add_latin(out, (struct span){ (const char *)folded, (size_t)n });
	else
		buf_add(out, folded, (size_t)n);
	free(folded);
	buf_done(&lower);
	buf_done(&clean);
}

static bool is_letter(int32_t c)
{
	utf8proc_category_t k;

	if (c < 0x80)
		return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
	k = utf8proc_category(c);
	return (k >= UTF8PROC_CATEGORY_LU && k <= UTF8PROC_CATEGORY_LO) ||
	       (k >= UTF8PROC_CATEGORY_ND && k <= UTF8PROC_CATEGORY_NO);
}

/* A word of its own. */
static bool is_single(int32_t c)
{
	return c >= spaceless[0].from && is_in(spaceless, ARRAY_LEN(spaceless), c) && is_letter(c);
}

static bool is_apostrophe(int32_t c)
{
	return c == '\'' || c == 0x2019 || c == 0x2bc;
}

static bool is_sign(int32_t c, unsigned how)
{
	return (how & FOLD_SIGNS) && (c == '@' || c == '$' || c == '!');
}

/* An apostrophe joins what stands before and behind it. */
static bool joins(int32_t c, struct span behind)
{
	int32_t next;

	if (!is_apostrophe(c) || !behind.n)
		return false;
	decode(behind, &next);
	return is_letter(next) && !is_single(next);
}

/* Takes the next word off the front of s into out; 0: there is none. */
static size_t take_word(struct span *s, struct buf *out, unsigned how)
{
	const size_t before = out->n;

	while (s->n) {
		int32_t c;
		size_t n = decode(*s, &c);
		const struct span behind = { s->p + n, s->n - n };
		const bool single = is_single(c);

		if (single && out->n > before)
			break;
		if (is_letter(c) || is_sign(c, how))
			add_point(out, c);
		else if (out->n > before && joins(c, behind))
			buf_addc(out, '\'');
		else if (out->n > before)
			break;
		*s = behind;
		if (single)
			break;
	}
	return out->n - before;
}

static struct span without_possessive(struct span w)
{
	if (w.n > 2 && w.p[w.n - 2] == '\'' && w.p[w.n - 1] == 's')
		w.n -= 2;
	return w;
}

static void add_length(struct fold *f, size_t n)
{
	if (f->n == f->cap) {
		f->cap = f->cap ? f->cap * 2 : 16;
		f->words = base_realloc(f->words, f->cap, sizeof(*f->words));
	}
	f->words[f->n++] = (struct span){ NULL, n };
}

void fold_init(struct fold *f, struct span text, unsigned how)
{
	struct buf plain = { 0 };
	struct span rest;
	size_t at = 1;

	*f = (struct fold){ 0 };
	fold_text(&plain, text, how);
	rest = buf_span(&plain);
	buf_addc(&f->text, ' ');
	while (f->n < FOLD_WORDS_MAX) {
		const size_t n = take_word(&rest, &f->text, how);
		struct span word = { buf_p(&f->text) + f->text.n - n, n };

		if (!n)
			break;
		word = without_possessive(word);
		f->text.n -= n - word.n;
		buf_addc(&f->text, ' ');
		add_length(f, word.n);
	}
	/* Only now nothing moves any more. */
	for (size_t i = 0; i < f->n; at += f->words[i++].n + 1)
		f->words[i].p = buf_p(&f->text) + at;
	buf_done(&plain);
}

void fold_done(struct fold *f)
{
	buf_done(&f->text);
	free(f->words);
	f->words = NULL;
	f->n = f->cap = 0;
}

static bool ends(struct span w, const char *with, size_t n)
{
	return w.n > n && memcmp(w.p + w.n - n, with, n) == 0;
}

static bool is_vowel(char c)
{
	return c && strchr("aeiouy", c);
}

struct span fold_stem(struct span w)
{
	if (w.n < 4)
		return w;
	if (ends(w, "ies", 3) && w.n > 4)
		w.n -= 3;
	else if (ends(w, "sses", 4) || ends(w, "xes", 3) || ends(w, "ches", 4) ||
		 ends(w, "shes", 4))
		w.n -= 2;
	else if (ends(w, "s", 1) && !ends(w, "ss", 2) && !ends(w, "us", 2) && !ends(w, "is", 2))
		w.n--;
	else if (ends(w, "y", 1) && !is_vowel(w.p[w.n - 2]))
		w.n--;
	return w;
}

bool fold_same(struct span a, struct span b)
{
	a = fold_stem(a);
	b = fold_stem(b);
	return a.n == b.n && memcmp(a.p, b.p, a.n) == 0;
}

size_t fold_find(const struct fold *whole, const struct fold *part, size_t from)
{
	for (size_t i = from; part->n && i + part->n <= whole->n; i++) {
		size_t k = 0;

		while (k < part->n && fold_same(whole->words[i + k], part->words[k]))
			k++;
		if (k == part->n)
			return i;
	}
	return whole->n;
}
