/*
 * guard.c - see guard.h.
 */
#include "aibridge/guard.h"

#include <stdlib.h>
#include <string.h>

#include "aibridge/guard_inner.h"
#include "aibridge/prompt.h"
#include "aibridge/topic.h"

enum {
	LEAK_WORDS = 8,	 /* so many in a row are no accident */
	LEAK_BYTES = 40, /* in sentences of ours, or so long, from */
	LEAK_FEW = 5,	 /* so many words on */
	SECRETS_MAX = 8
};

struct guard {
	struct word_list words;
	struct phrase_list phrases;
	struct fold secrets[SECRETS_MAX];
	size_t n_secrets;
};

int guard_new(struct guard **ret, const char *words_file)
{
	struct guard *g = base_alloc(1, sizeof(*g));
	int r = 0;

	word_list_init(&g->words);
	phrase_list_init(&g->phrases);
	while (g->n_secrets < SECRETS_MAX && prompt_secret(g->n_secrets).n) {
		fold_init(&g->secrets[g->n_secrets], prompt_secret(g->n_secrets), FOLD_LOOKALIKES);
		g->n_secrets++;
	}
	if (words_file[0])
		r = word_list_read(&g->words, words_file);
	if (r < 0)
		guard_free(g);
	else
		*ret = g;
	return r;
}

void guard_free(struct guard *g)
{
	if (!g)
		return;
	word_list_done(&g->words);
	phrase_list_done(&g->phrases);
	for (size_t i = 0; i < g->n_secrets; i++)
		fold_done(&g->secrets[i]);
	free(g);
}

/* Of words, which are not empty. */
static bool same(struct span a, struct span b)
{
	return a.n == b.n && a.p[0] == b.p[0] && memcmp(a.p, b.p, a.n) == 0;
}

/* How many words in a row two texts have in common around i and k; *ret_bytes: how long these are. */
static size_t common_run(const struct fold *a, size_t i, const struct fold *b, size_t k,
			 size_t *ret_bytes)
{
	size_t n = 0;

	*ret_bytes = 0;
	if (!same(a->words[i], b->words[k]))
		return 0;
	while (i && k && same(a->words[i - 1], b->words[k - 1])) {
		i--;
		k--;
	}
	while (i + n < a->n && k + n < b->n && same(a->words[i + n], b->words[k + n]))
		*ret_bytes += a->words[i + n++].n + 1;
	return n;
}

/* A run of `said` that is in `secret`: LEAK_WORDS, or LEAK_FEW where `strict` and long enough. One that long
 * has a word at every so many. */
static bool repeats(const struct fold *said, const struct fold *secret, bool strict)
{
	const size_t step = strict ? LEAK_FEW : LEAK_WORDS;

	for (size_t i = step - 1; i < said->n; i += step) {
		for (size_t k = 0; k < secret->n; k++) {
			size_t bytes;
			const size_t n = common_run(said, i, secret, k, &bytes);

			if (n >= LEAK_WORDS || (strict && n >= LEAK_FEW && bytes >= LEAK_BYTES))
				return true;
		}
	}
	return false;
}

static bool repeats_bytes(const struct fold *said, const ProtobufCBinaryData *secret)
{
	struct fold f;
	bool found;

	fold_init(&f, (struct span){ (const char *)secret->data, secret->len }, FOLD_LOOKALIKES);
	found = repeats(said, &f, false);
	fold_done(&f);
	return found;
}

/* With the end of what was said before it, as a run may begin there. */
static bool is_leak(const struct guard *g, const Mudlark__AiView *v, struct span sentence,
		    struct span said)
{
	const size_t back = said.n < 4 * LEAK_BYTES ? said.n : 4 * LEAK_BYTES;
	struct buf both = { 0 };
	struct fold f;
	bool found;

	buf_add(&both, said.p + (said.n - back), back);
	buf_addc(&both, ' ');
	buf_add(&both, sentence.p, sentence.n);
	fold_init(&f, buf_span(&both), FOLD_LOOKALIKES);
	found = repeats_bytes(&f, &v->persona) || repeats_bytes(&f, &v->style);
	for (size_t i = 0; i < g->n_secrets && !found; i++)
		found = repeats(&f, &g->secrets[i], true);
	fold_done(&f);
	buf_done(&both);
	return found;
}

enum guard_verdict guard_check(const struct guard *g, const Mudlark__AiAsk *ask,
			       struct span sentence, struct span said)
{
	enum guard_verdict v = GUARD_OK;
	struct fold f;

	fold_init(&f, sentence, FOLD_LOOKALIKES);
	if (!f.n)
		v = GUARD_EMPTY;
	else if (phrase_list_has(&g->phrases, &f))
		v = GUARD_CHARACTER;
	else if (is_leak(g, ask->view, sentence, said))
		v = GUARD_PROMPT;
	else if (word_list_has(&g->words, sentence) || topic_is_avoided(ask->view, sentence))
		v = GUARD_WORD;
	else if (guard_is_link(sentence))
		v = GUARD_LINK;
	else if (guard_is_form(ask, sentence))
		v = GUARD_FORM;
	fold_done(&f);
	return v;
}

const char *guard_verdict_name(enum guard_verdict v)
{
	static const char *const names[GUARD_VERDICTS] = {
		[GUARD_OK] = "ok",
		[GUARD_EMPTY] = "empty",
		[GUARD_CHARACTER] = "character",
		[GUARD_PROMPT] = "prompt",
		[GUARD_WORD] = "word",
		[GUARD_LINK] = "link",
		[GUARD_FORM] = "form",
		[GUARD_MODERATED] = "moderated",
	};

	return (unsigned)v < GUARD_VERDICTS ? names[v] : "unknown";
}
