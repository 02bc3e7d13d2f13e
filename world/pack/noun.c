/*
 * noun.c - English enough for things: articles, plurals, words to call them by.
 */
#include "world/pack/noun.h"

#include <ctype.h>
#include <string.h>
#include "rt/text.h"

static const char *const articles[] = { "a", "an", "the", "some" };
static const char *const joints[] = { "a", "an", "the", "some", "of", "and", "with", "in", "on" };

static bool is_one_of(struct span word, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strlen(list[i]) == word.n && !memcmp(list[i], word.p, word.n))
			return true;
	return false;
}

static bool ends_with(struct span s, const char *suffix)
{
	size_t n = strlen(suffix);

	return s.n >= n && !memcmp(s.p + s.n - n, suffix, n);
}

/* "coil of rope" -> "coils of rope", "box" -> "boxes", "penny" -> "pennies". */
static const char *pluralise(struct pack_loader *l, const char *noun)
{
	const char *of = strstr(noun, " of ");
	const char *rest = of ? of : noun + strlen(noun);
	struct span head = { noun, (size_t)(rest - noun) };

	if (ends_with(head, "y") && head.n > 1 && !strchr("aeiou", head.p[head.n - 2]))
		return arena_printf(l->arena, "%.*sies%s", (int)head.n - 1, head.p, rest);
	if (ends_with(head, "s") || ends_with(head, "x") || ends_with(head, "z") ||
	    ends_with(head, "ch") || ends_with(head, "sh"))
		return arena_printf(l->arena, "%.*ses%s", (int)head.n, head.p, rest);
	return arena_printf(l->arena, "%.*ss%s", (int)head.n, head.p, rest);
}

static const char *lower(struct pack_loader *l, struct span s)
{
	char *p = arena_dup(l->arena, s.p, s.n);

	for (char *c = p; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	return p;
}

static bool is_listed(const char *const *list, size_t n, const char *word)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(list[i], word))
			return true;
	return false;
}

/* The next word of *rest: between spaces and commas. */
static struct span next_word(struct span *rest)
{
	struct span word;

	while (rest->n && strchr(" ,", *rest->p)) {
		rest->p++;
		rest->n--;
	}
	word = (struct span){ rest->p, 0 };
	while (rest->n && !strchr(" ,", *rest->p)) {
		rest->p++;
		rest->n--;
		word.n++;
	}
	return word;
}

/* Adds the words of the text behind the *n that are in the list, which has room. */
static void add_words(struct pack_loader *l, const char *text, const char **list, size_t *n)
{
	struct span rest = { text, strlen(text) }, word;

	while ((word = next_word(&rest)).n) {
		const char *w = lower(l, word);

		if (!is_one_of((struct span){ w, word.n }, joints, ARRAY_LEN(joints)) &&
		    !is_listed(list, *n, w))
			list[(*n)++] = w;
	}
}

void noun_words(struct pack_loader *l, const char *text, const char *const **ret, size_t *ret_n)
{
	const char **list = arena_alloc(l->arena, (strlen(text) / 2 + 1) * sizeof(*list));

	*ret_n = 0;
	add_words(l, text, list, ret_n);
	*ret = list;
}

void noun_fill(struct pack_loader *l, const char *full, struct pack_name *name)
{
	struct span rest = { full, strlen(full) }, first = text_word(&rest);
	const char **words;
	size_t n = 0;

	name->article = "";
	name->noun = full;
	if (rest.n && is_one_of(first, articles, ARRAY_LEN(articles))) {
		name->article = arena_dup(l->arena, first.p, first.n);
		rest = text_trim(rest);
		name->noun = arena_dup(l->arena, rest.p, rest.n);
	}
	if (!name->plural)
		name->plural = pluralise(l, name->noun);
	words = arena_alloc(l->arena, (name->n_words + strlen(full) / 2 + 1) * sizeof(*words));
	for (size_t i = 0; i < name->n_words; i++) {
		struct span word = { name->words[i], strlen(name->words[i]) };

		words[n++] = lower(l, word);
	}
	add_words(l, name->noun, words, &n);
	name->words = words;
	name->n_words = n;
}
