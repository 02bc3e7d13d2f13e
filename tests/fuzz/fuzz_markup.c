/*
 * fuzz_markup.c - text from strangers and its way out: cleaning, escaping, rendering.
 *
 * Oracles: cleaning twice is cleaning once, and leaves neither control characters nor invalid
 * UTF-8; whatever the world sends, no control character reaches a client but CR LF and, for a
 * client with colours, ESC [ ... m, and for one with MXP our own tags; escaped text arrives unchanged.
 */
#include <string.h>

#include "gateway/markup.h"
#include "rt/text.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/gateway/harmless.h"

static void clean_twice(struct span foreign, struct buf *once)
{
	struct buf twice = { 0 };

	text_clean(once, foreign);
	FUZZ_HOLDS(fuzz_is_clean(buf_span(once), ""));
	text_clean(&twice, buf_span(once));
	FUZZ_HOLDS(fuzz_equal(buf_span(once), buf_span(&twice)));
	buf_done(&twice);
}

/* A player's text between others' markup. */
static void escape_and_render(struct span clean)
{
	struct markup_kind plain = { .colour = COLOUR_NONE };
	struct buf markup = { 0 }, out = { 0 };

	for (size_t i = 0; i < clean.n; i++) {
		buf_addc(&markup, clean.p[i]);
		if (clean.p[i] == '{')
			buf_addc(&markup, '{');
	}
	markup_render(&out, buf_span(&markup), plain);
	FUZZ_HOLDS(fuzz_equal(buf_span(&out), clean));
	buf_done(&markup);
	buf_done(&out);
}

static void render(struct span text, struct markup_kind kind)
{
	struct buf out = { 0 }, wide = { 0 };

	markup_render(&out, text, kind);
	FUZZ_HOLDS(is_harmless(buf_span(&out), kind));
	kind.width = (uint16_t)markup_longest(text);
	if (kind.width && kind.width < UINT16_MAX && kind.width == markup_longest(text)) {
		buf_reset(&out);
		markup_render(&out, text, kind);
		kind.width = 0;
		markup_render(&wide, text, kind);
		FUZZ_HOLDS(fuzz_equal(buf_span(&out), buf_span(&wide)));
	}
	buf_done(&out);
	buf_done(&wide);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct fuzz_in in = { data, n };
	struct markup_kind kind = { 0 };
	struct buf clean = { 0 }, line = { 0 };

	kind.colour = fuzz_u8(&in) % 4;
	kind.charset = fuzz_u8(&in) % (2 * CHARSETS);
	kind.mxp = kind.charset >= CHARSETS;
	kind.charset %= CHARSETS;
	kind.width = fuzz_u8(&in);
	clean_twice((struct span){ (const char *)in.p, in.n }, &clean);
	escape_and_render(buf_span(&clean));
	charset_decode(&line, (struct span){ (const char *)in.p, in.n }, kind.charset);
	FUZZ_HOLDS(text_is_utf8(buf_span(&line)) || memchr(buf_p(&line), 0, line.n));
	render((struct span){ (const char *)in.p, in.n }, kind);
	render(buf_span(&clean), kind);
	if (clean.n)
		fuzz_worked();
	buf_done(&clean);
	buf_done(&line);
	return 0;
}
