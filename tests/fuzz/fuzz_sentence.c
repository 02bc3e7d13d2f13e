/*
 * fuzz_sentence.c - a model's stream of text, cut into sentences.
 *
 * Oracles: however the bytes come in pieces, the same sentences come out; each is bounded and has something in
 * it; nothing but blanks is lost.
 */
#include "aibridge/sentence.h"
#include "tests/fuzz/fuzz.h"

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void collect(void *ctx, struct span sentence)
{
	FUZZ_HOLDS(sentence.n > 0 && sentence.n <= SENTENCE_MAX);
	FUZZ_HOLDS(!is_blank(sentence.p[0]) && !is_blank(sentence.p[sentence.n - 1]));
	buf_add(ctx, sentence.p, sentence.n);
	buf_addc(ctx, '\n');
	fuzz_worked();
}

/* Pieces of `step` bytes, then of one more, and so on; 0: whole. */
static void sentences(struct span bytes, size_t step, struct buf *out)
{
	struct sentences s = { .fn = collect, .ctx = out };

	while (bytes.n) {
		const size_t n = step && step < bytes.n ? step : bytes.n;

		sentences_feed(&s, (struct span){ bytes.p, n });
		bytes.p += n;
		bytes.n -= n;
		step += step > 1;
	}
	sentences_end(&s);
	sentences_done(&s);
}

static void without_blanks(struct span s, struct buf *out)
{
	for (size_t i = 0; i < s.n; i++) {
		if (!is_blank(s.p[i]))
			buf_addc(out, s.p[i]);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct fuzz_in in = { data, n };
	const size_t step = fuzz_u8(&in) % 64;
	const struct span bytes = { (const char *)in.p, in.n };
	struct buf whole = { 0 }, single = { 0 }, cut = { 0 }, before = { 0 }, after = { 0 };

	sentences(bytes, 0, &whole);
	sentences(bytes, 1, &single);
	sentences(bytes, step + 2, &cut);
	FUZZ_HOLDS(fuzz_equal(buf_span(&whole), buf_span(&single)));
	FUZZ_HOLDS(fuzz_equal(buf_span(&whole), buf_span(&cut)));
	without_blanks(bytes, &before);
	without_blanks(buf_span(&whole), &after);
	FUZZ_HOLDS(fuzz_equal(buf_span(&before), buf_span(&after)));
	buf_done(&whole);
	buf_done(&single);
	buf_done(&cut);
	buf_done(&before);
	buf_done(&after);
	return 0;
}
