/*
 * topic.c - see topic.h.
 *
 * A topic's score is how many of the words that were said belong to one of its phrases; words that say
 * nothing by themselves (the, about, you) count only within a phrase, and alone only when
 * nothing else was said.
 */
#include "aibridge/topic.h"

#include <string.h>

#include "aibridge/fold.h"

enum { SCORE_WORD = 8, SCORE_WHOLE = 1 << 20 };

static const char *const stop_words[] = {
	"a",	 "about", "again", "all",   "am",   "an",     "and",  "any",   "anything",  "are",
	"as",	 "ask",	  "at",	   "be",    "been", "but",    "by",   "can",   "could",	    "did",
	"do",	 "does",  "don't", "for",   "from", "get",    "give", "got",   "had",	    "has",
	"have",	 "he",	  "her",   "here",  "him",  "his",    "how",  "i",     "i'd",	    "i'm",
	"if",	 "in",	  "is",	   "it",    "just", "know",   "let",  "like",  "may",	    "me",
	"more",	 "much",  "my",	   "no",    "not",  "now",    "of",   "on",    "one",	    "or",
	"our",	 "out",	  "say",   "see",   "she",  "should", "so",   "some",  "something", "tell",
	"than",	 "that",  "the",   "them",  "then", "there",  "they", "thing", "think",	    "this",
	"those", "to",	  "told",  "too",   "us",   "very",   "want", "was",   "we",	    "were",
	"what",	 "when",  "where", "which", "who",  "why",    "will", "with",  "would",	    "yes",
	"you",	 "your",
};

static bool is_stop(struct span w)
{
	for (size_t i = 0; i < ARRAY_LEN(stop_words); i++) {
		if (strlen(stop_words[i]) == w.n && memcmp(stop_words[i], w.p, w.n) == 0)
			return true;
	}
	return false;
}

static struct span text_of(const char *s)
{
	return (struct span){ s, strlen(s) };
}

/* Marks the words of `said` that the phrase covers; returns how long it is where it was found. */
static size_t mark(const struct fold *said, const struct fold *phrase, bool *covered)
{
	size_t found = 0;

	for (size_t at = 0; (at = fold_find(said, phrase, at)) < said->n; at++) {
		for (size_t i = 0; i < phrase->n; i++)
			covered[at + i] = true;
		found = phrase->n;
	}
	return found;
}

static unsigned score(const struct fold *said, const Mudlark__AiTopic *t)
{
	bool covered[FOLD_WORDS_MAX] = { false };
	size_t longest = 0;
	unsigned sum = 0;

	for (size_t i = 0; i < t->n_words; i++) {
		struct fold phrase;
		size_t n;

		fold_init(&phrase, text_of(t->words[i]), 0);
		n = mark(said, &phrase, covered);
		if (n && n == said->n)
			sum = SCORE_WHOLE;
		longest = n > longest ? n : longest;
		fold_done(&phrase);
	}
	for (size_t i = 0; i < said->n; i++)
		sum += covered[i] && !is_stop(said->words[i]) ? SCORE_WORD : 0;
	if (!sum && longest < 2)
		return 0;
	return sum + (unsigned)(longest < SCORE_WORD ? longest : SCORE_WORD - 1);
}

static const Mudlark__AiTopic *best(const Mudlark__AiView *v, const struct fold *said, bool small)
{
	const Mudlark__AiTopic *found = NULL;
	unsigned most = 0;

	for (size_t i = 0; i < v->n_topics; i++) {
		unsigned n;

		if (!v->topics[i]->small != !small)
			continue;
		n = score(said, v->topics[i]);
		if (n > most) {
			most = n;
			found = v->topics[i];
		}
	}
	return found;
}

static bool is_in(const struct fold *words, struct span word)
{
	for (size_t i = 0; i < words->n; i++) {
		if (fold_same(words->words[i], word))
			return true;
	}
	return false;
}

/* The words without the name by which somebody is called, in front or at the end ("good day, Jem"), when they
 * say something without it. Borrows from `said`. */
static struct fold without_name(const Mudlark__AiView *v, const struct fold *said)
{
	struct fold name, rest = *said;
	bool says = false;

	fold_init(&name, text_of(v->name), 0);
	while (rest.n && is_in(&name, rest.words[0])) {
		rest.words++;
		rest.n--;
	}
	while (rest.n && is_in(&name, rest.words[rest.n - 1]))
		rest.n--;
	for (size_t i = 0; i < rest.n && !says; i++)
		says = !is_stop(rest.words[i]);
	fold_done(&name);
	return says ? rest : *said;
}

const Mudlark__AiTopic *topic_find(const Mudlark__AiView *v, struct span words)
{
	const Mudlark__AiTopic *found;
	struct fold said, rest;

	fold_init(&said, words, 0);
	rest = without_name(v, &said);
	found = best(v, &rest, false);
	if (!found)
		found = best(v, &rest, true);
	fold_done(&said);
	return found;
}

bool topic_is_avoided(const Mudlark__AiView *v, struct span words)
{
	bool found = false;
	struct fold said;

	fold_init(&said, words, 0);
	for (size_t i = 0; i < v->n_avoids && !found; i++) {
		struct fold avoid;

		fold_init(&avoid, text_of(v->avoids[i]), 0);
		found = fold_find(&said, &avoid, 0) < said.n;
		fold_done(&avoid);
	}
	fold_done(&said);
	return found;
}
