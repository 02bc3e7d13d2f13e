/*
 * fuzz_provider.c - answers of the providers, streamed and whole: the first byte says whose, the second how they
 * are cut.
 *
 * Oracles: text is UTF-8 and bounded, acts are objects with a name; the end comes once and nothing after it;
 * a failure has a reason; usage is no nonsense; however the bytes are cut, the outcome is the same.
 */
#include <stdio.h>
#include <string.h>

#include "aibridge/call_error.h"
#include "rt/jsonin.h"
#include "aibridge/provider_kind.h"
#include "rt/text.h"
#include "tests/fuzz/fuzz.h"

enum { TOKENS_MAX = 1 << 30 };

struct outcome {
	struct answer a;
	struct buf text, acts;
};

/* NUL is UTF-8 and cannot come out of our JSON. */
static void on_text(void *ctx, struct span piece)
{
	struct outcome *o = ctx;

	FUZZ_HOLDS(!o->a.over);
	FUZZ_HOLDS(piece.n && text_is_utf8(piece));
	buf_add(&o->text, piece.p, piece.n);
	FUZZ_HOLDS(o->text.n <= ANSWER_TEXT_MAX);
}

static void on_act(void *ctx, const char *name, json_t *arguments)
{
	struct outcome *o = ctx;
	char *text = json_dumps(arguments, JSON_COMPACT);

	FUZZ_HOLDS(!o->a.over);
	FUZZ_HOLDS(*name && strlen(name) <= ANSWER_NAME_MAX);
	FUZZ_HOLDS(json_is_object(arguments) && text);
	buf_addf(&o->acts, "%s%s;", name, text);
	free(text);
}

static void check(struct outcome *o)
{
	char why[CALL_WHY_MAX];

	FUZZ_HOLDS(o->a.over);
	FUZZ_HOLDS(o->a.error < CALL_ERRORS);
	FUZZ_HOLDS((o->a.error == CALL_OK) == (o->a.why.n == 0));
	FUZZ_HOLDS(o->a.began == (o->text.n || o->acts.n));
	FUZZ_HOLDS(o->a.usage.out <= TOKENS_MAX && o->a.usage.in <= 3ull * TOKENS_MAX);
	call_why(why, buf_span(&o->a.why), "sk-0123456789");
	FUZZ_HOLDS(fuzz_is_clean((struct span){ why, strlen(why) }, ""));
	FUZZ_HOLDS(!strstr(why, "012345"));
}

static void read_in(struct outcome *o, const struct provider_kind *kind, bool stream,
		    struct span bytes, size_t step)
{
	*o = (struct outcome){ 0 };
	answer_init(&o->a, kind, stream);
	o->a.text = on_text;
	o->a.act = on_act;
	o->a.ctx = o;
	while (bytes.n > 0) {
		const struct span part = { bytes.p, step < bytes.n ? step : bytes.n };

		answer_feed(&o->a, part);
		bytes.p += part.n;
		bytes.n -= part.n;
	}
	answer_close(&o->a);
	check(o);
}

static void done(struct outcome *o)
{
	answer_done(&o->a);
	buf_done(&o->text);
	buf_done(&o->acts);
}

static void compare(struct outcome *a, struct outcome *b)
{
	FUZZ_HOLDS(fuzz_equal(buf_span(&a->text), buf_span(&b->text)));
	FUZZ_HOLDS(fuzz_equal(buf_span(&a->acts), buf_span(&b->acts)));
	FUZZ_HOLDS(fuzz_equal(buf_span(&a->a.why), buf_span(&b->a.why)));
	FUZZ_HOLDS(a->a.error == b->a.error && a->a.cut_short == b->a.cut_short);
	FUZZ_HOLDS(a->a.usage.in == b->a.usage.in && a->a.usage.out == b->a.usage.out);
}

/* The body of a refusal, whosever. */
static void read_refusal(struct span bytes)
{
	json_t *o = jsonin_object(bytes);
	struct buf why = { 0 };

	FUZZ_HOLDS(call_error_read(o, CALL_BAD, &why) != CALL_OK);
	buf_done(&why);
	json_decref(o);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const struct provider_kind *const kinds[] = { &provider_anthropic, &provider_openai,
							     &provider_responses, &provider_ollama,
							     &provider_moderation };
	struct fuzz_in in = { data, n };
	const uint8_t who = fuzz_u8(&in);
	const struct provider_kind *kind = kinds[who / 2 % ARRAY_LEN(kinds)];
	const bool stream = who % 2 && kind->event;
	const size_t step = fuzz_u8(&in) % 32 + 1;
	const struct span bytes = { (const char *)in.p, in.n };
	struct outcome whole, cut;

	read_in(&whole, kind, stream, bytes, SIZE_MAX);
	read_in(&cut, kind, stream, bytes, step);
	compare(&whole, &cut);
	if (whole.a.began || whole.a.error == CALL_OK || whole.a.usage.has_in)
		fuzz_worked();
	read_refusal(bytes);
	done(&whole);
	done(&cut);
	return 0;
}
