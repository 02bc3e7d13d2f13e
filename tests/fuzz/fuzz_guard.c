/*
 * fuzz_guard.c - a sentence of a model, and the words of a player, as all that looks at them sees them.
 *
 * Oracles: what is cleaned is clean, one line, bounded; cleaning is stable for what passes; spaces and
 * invisible characters do not get a listed word past the guard; a player's words do not get out of
 * their quotation.
 */
#include <string.h>

#include "aibridge/guard.h"
#include "aibridge/prompt_quote.h"
#include "aibridge/topic.h"
#include "rt/text.h"
#include "tests/fuzz/fuzz.h"

static char *words[] = { (char *)"tide", (char *)"low tide" };
static char *avoids[] = { (char *)"husband" };

static void cleaned(const struct guard *g, const Mudlark__AiAsk *ask, struct span s)
{
	struct buf once = { 0 }, twice = { 0 };
	bool emote, again;

	guard_clean(ask, s, &once, &emote);
	FUZZ_HOLDS(once.n <= GUARD_TEXT_MAX);
	FUZZ_HOLDS(fuzz_is_clean(buf_span(&once), ""));
	if (guard_check(g, ask, buf_span(&once), SPAN("")) == GUARD_OK) {
		FUZZ_HOLDS(!memchr(buf_p(&once), '{', once.n));
		FUZZ_HOLDS(!memchr(buf_p(&once), '[', once.n));
		FUZZ_HOLDS(!memchr(buf_p(&once), '\\', once.n));
		fuzz_worked();
	}
	guard_clean(ask, buf_span(&once), &twice, &again);
	FUZZ_HOLDS(twice.n <= once.n);
	buf_done(&once);
	buf_done(&twice);
}

/* A listed word with foreign bytes around it. */
static void listed(const struct guard *g, const Mudlark__AiAsk *ask, struct span s)
{
	struct buf text = { 0 }, clean = { 0 };

	text_clean(&clean, s);
	buf_add(&text, buf_p(&clean), text_cut(buf_span(&clean), 200));
	buf_adds(&text, " mudlark\xe2\x80\x8b"
			"c4nary ");
	FUZZ_HOLDS(guard_check(g, ask, buf_span(&text), SPAN("")) != GUARD_OK);
	buf_done(&text);
	buf_done(&clean);
}

static void quoted(struct span s)
{
	struct buf out = { 0 };
	struct span in;

	prompt_quote(&out, s, 500);
	FUZZ_HOLDS(out.n >= 4 && out.n <= 504 && fuzz_is_clean(buf_span(&out), ""));
	in = (struct span){ buf_p(&out) + 2, out.n - 4 };
	FUZZ_HOLDS(!memmem(in.p, in.n, "\xc2\xab", 2) && !memmem(in.p, in.n, "\xc2\xbb", 2));
	FUZZ_HOLDS(prompt_is_plain(in));
	buf_done(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const struct span s = { (const char *)data, n };
	Mudlark__AiAsk ask = MUDLARK__AI_ASK__INIT;
	Mudlark__AiPerson who = MUDLARK__AI_PERSON__INIT;
	Mudlark__AiView view = MUDLARK__AI_VIEW__INIT;
	Mudlark__AiVerb emote = MUDLARK__AI_VERB__INIT;
	Mudlark__AiTopic tide = MUDLARK__AI_TOPIC__INIT;
	Mudlark__AiVerb *may[] = { &emote };
	Mudlark__AiTopic *topics[] = { &tide };
	struct guard *g = NULL;

	ask.who = &who;
	ask.view = &view;
	who.name = (char *)"Ana";
	view.name = (char *)"Nan Marrable";
	view.persona = (ProtobufCBinaryData){ n, (uint8_t *)data };
	emote.verb = (char *)"emote";
	view.may = may;
	view.n_may = 1;
	tide.words = words;
	tide.n_words = ARRAY_LEN(words);
	view.topics = topics;
	view.n_topics = 1;
	view.avoids = avoids;
	view.n_avoids = 1;
	FUZZ_HOLDS(guard_new(&g, "") == 0);
	cleaned(g, &ask, s);
	listed(g, &ask, s);
	quoted(s);
	(void)topic_find(&view, s);
	guard_free(g);
	return 0;
}
